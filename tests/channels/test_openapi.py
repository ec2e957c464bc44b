"""The description of the API is whole, and what the API does is what it says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.channels.counter import STAFF, House, furnish

from xiaoer.channels.web.openai_shapes import OPENAI
from xiaoer.store.engine import Store

CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def still(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A counter for synchronous callers. What one of them leaves behind is the next one's world."""
    path = tmp_path_factory.mktemp("still") / "xiaoer.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = asyncio.run(Store.open(f"sqlite:///{path}"))
    yield furnish(store, whole=True)
    asyncio.run(store.close())


@pytest.fixture(scope="module")
def described(still: House) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/v1/openapi.json", still.app)


DESCRIBED = furnish(None, whole=True).app.openapi()  # type: ignore[arg-type]
ROUTES = [(path, verb) for path, verbs in DESCRIBED["paths"].items() for verb in verbs]
ENDLESS = "/v1/conversations/{conversation_id}/events"  # test_streams.py reads it


@pytest.mark.parametrize(("path", "verb"), [route for route in ROUTES if route[0] != ENDLESS])
def test_whatever_comes_in_the_answer_is_one_of_those_described(
    still: House, described: BaseSchema, path: str, verb: str
) -> None:
    client = TestClient(still.app, raise_server_exceptions=False)
    opened = client.post("/v1/conversations").json()
    token = STAFF["lin"] if path.startswith("/v1/staff") else opened["token"]
    headers = {} if path == "/v1/conversations" else {"Authorization": f"Bearer {token}"}

    @given(described[path][verb].as_strategy())
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def any_request(case: schemathesis.Case) -> None:
        if "conversation_id" in case.path_parameters:
            case.path_parameters["conversation_id"] = opened["id"]
        case.call_and_validate(headers=headers, checks=CHECKED)

    any_request()


def test_every_route_has_a_name_a_purpose_and_its_problems() -> None:
    for path, verb in ROUTES:
        route = DESCRIBED["paths"][path][verb]
        assert route["description"], (path, verb)
        form = "application/json" if path.startswith(OPENAI) else "application/problem+json"
        assert form in route["responses"]["default"]["content"]
