"""docs/api.md says all there is, in both languages, and its examples run."""

import re
import shlex
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.channels.counter import House, served
from tests.channels.test_openapi import ROUTES

from xiaoer.channels.web.problems import STATUS, Trouble
from xiaoer.channels.web.shapes import MessageOut
from xiaoer.speak.wire import KINDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "api.md", ROOT / "docs" / "zh" / "api.md"]


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_every_route_problem_part_and_field_stands_there(page: Path) -> None:
    text = page.read_text("utf-8")
    for path, verb in ROUTES:
        assert f"| `{verb.upper()} {path}` |" in text, (verb, path)
    for trouble in Trouble:
        assert f"| `{trouble.value}` | {STATUS[trouble]} |" in text, trouble
    for shape, kind in KINDS.items():
        [row] = [line for line in text.splitlines() if line.startswith(f"| `{kind}` | `")]
        for name in _names(shape):
            assert f"`{name}`" in row, (kind, name)
    for name in [*MessageOut.model_fields, "typing", "part", "Last-Event-ID", "retry"]:
        assert f'"{name}"' in text or f"`{name}`" in text, name


def _names(shape: Any) -> set[str]:
    """Fields of a part, and of what it is made of."""
    found = set()
    for field in fields(shape):
        found.add(field.name)
        for inner in get_args(field.type):
            if is_dataclass(inner):
                found |= _names(inner)
    return found


@pytest.fixture(params=PAGES, ids=["en", "zh"])
def examples(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """Each command and the status it says it gets."""
    return re.findall(r"```bash\n(curl .*?)\s+# (\d+).*?```", request.param.read_text("utf-8"), re.DOTALL)


async def test_its_examples_run(counter: House, examples: list[tuple[str, str]]) -> None:
    assert len(examples) >= 6
    known = {"BASE": ""}
    async with served(counter) as http:
        for command, status in examples:
            method, url, how = _curl(command, known)
            async with http.stream(method, url, **how) as answer:
                assert answer.status_code == int(status), command
                if url == "/v1/conversations":
                    await answer.aread()
                    known |= {"ID": answer.json()["id"], "TOKEN": answer.json()["token"]}


def _curl(command: str, known: dict[str, str]) -> tuple[str, str, dict[str, Any]]:
    """Method, address and rest of a curl command, as a reader would run it."""
    filled = re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], command)
    words = iter(shlex.split(filled.replace("\\\n", " "))[1:])
    method, url = "GET", ""
    headers: dict[str, str] = {}
    how: dict[str, Any] = {"headers": headers}
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                how["content"] = next(words)
            case "-N":
                pass
            case _:
                url = word
    return method, url, how
