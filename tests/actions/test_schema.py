"""An action's arguments as others see them: flat, bounded, and just what the door takes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import xiaoer.actions  # noqa: F401 - fills the catalogue
from xiaoer.actions.base import CATALOGUE
from xiaoer.actions.schema import tool_of, tools
from xiaoer.domain.changes import Can

ALL = sorted(CATALOGUE)


@pytest.mark.parametrize("name", ALL)
def test_a_schema_stands_alone_and_says_everything(name: str) -> None:
    action, tool = CATALOGUE[name], tool_of(CATALOGUE[name])
    written = json.dumps(tool.parameters)
    assert "$ref" not in written
    assert "$defs" not in written
    assert tool.parameters["type"] == "object"
    assert tool.parameters["additionalProperties"] is False
    fields = action.takes.model_fields
    assert set(tool.parameters["properties"]) == set(fields)
    needed = {field for field, info in fields.items() if info.is_required()}
    assert set(tool.parameters.get("required", ())) == needed
    for field in tool.parameters["properties"].values():
        assert field["description"]
        texts = [part for part in (field, *field.get("anyOf", ())) if part.get("type") == "string"]
        assert all("maxLength" in text or "enum" in text for text in texts)


def test_each_tool_says_what_it_does_and_no_two_say_the_same() -> None:
    told = [tool_of(CATALOGUE[name]).about for name in ALL if not CATALOGUE[name].in_person]
    assert len(set(told)) == len(told)
    assert all(about.endswith(".") and len(about) > 20 for about in told)


def test_what_a_shop_cannot_do_and_what_is_asked_in_person_is_left_out() -> None:
    every = {tool.name for tool in tools(Can, in_person=True)}
    assert every == set(CATALOGUE)
    bare = {tool.name for tool in tools((), in_person=True)}
    assert every - bare == {name for name in ALL if CATALOGUE[name].needs is not None} != set()
    by_programs = {tool.name for tool in tools(Can, in_person=False)}
    assert every - by_programs == {"request_data_export", "request_erasure"}


def test_a_call_of_a_write_asks_first() -> None:
    assert tool_of(CATALOGUE["cancel_order"]).asks_first
    assert not tool_of(CATALOGUE["call_person"]).asks_first
    assert tool_of(CATALOGUE["list_orders"]).reads_only


LENGTHS = st.integers(min_value=0, max_value=700)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALL), LENGTHS)
def test_a_text_the_schema_allows_is_not_too_long_for_the_door(name: str, length: int) -> None:
    for field, told in tool_of(CATALOGUE[name]).parameters["properties"].items():
        if told.get("type") != "string" or "enum" in told or "pattern" in told:
            continue
        try:
            CATALOGUE[name].takes.model_validate({field: "x" * length})
            too_long = False
        except ValidationError as error:
            too_long = any(e["loc"] == (field,) for e in error.errors())
        assert too_long is (length > told["maxLength"]), field
