"""Things of an order that a message names, and what it wants instead of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.decide.mentions import lines_in, mentions, value_in, variant_in
from xiaoer.domain.decision import Choice, Task
from xiaoer.domain.words import Words


def line(line_id: str, zh: str, en: str, **options: str) -> Choice:
    told = ", ".join(options.values())
    about = [zh.lower(), en.lower(), *options.values(), *(f"{k} {v}" for k, v in options.items())]
    return Choice(line_id, Words(f"{zh}（{told}）", f"{en} ({told})"), tuple(about))


def variant(variant_id: str, **options: str) -> Choice:
    told = ", ".join(options.values())
    named = (f"{key.replace('_', ' ')} {value}" for key, value in options.items())
    return Choice(variant_id, Words(told, told), (*options.values(), *named))


MUG, LAMP = line("l1", "马克杯", "Mug", colour="white"), line("l2", "台灯", "Desk Lamp", colour="black")
SMALL, LARGE = line("l3", "水杯", "Bottle", size="500ml"), line("l4", "水杯", "Bottle", size="750ml")
LINES = [MUG, LAMP, SMALL, LARGE]
SAME_AGAIN = Choice("v0", Words("同款再来一件", "The same one again"), ("same",))
FRAMES = [
    variant("v1", frame_colour="black", lens_colour="brown"),
    variant("v2", frame_colour="brown", lens_colour="black"),
    variant("v3", frame_colour="black", lens_colour="green"),
    SAME_AGAIN,
]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("I'd like to return the mug and the desk lamp", ["l1", "l2"]),
        ("我要退马克杯和台灯", ["l1", "l2"]),
        ("the desk lamp, then the Mug (white)", ["l2", "l1"]),
        ("return the bottle (size 750ml)", ["l4"]),
        ("the bottle (500ml) and the bottle (750ml)", ["l3", "l4"]),
        ("return the bottle", []),  # which of the two is asked
        ("return the lamp", []),  # half a name is not certain
        ("", []),
    ],
)
def test_lines_are_named_by_their_full_names(said: str, ids: list[str]) -> None:
    assert lines_in(LINES, said) == ids


def test_what_is_wanted_stands_behind_what_it_is() -> None:
    said = "exchange the mug (white, for two) for one in blue and the desk lamp for the same one"
    [mug, lamp] = mentions(LINES, said)
    assert (mug.line, lamp.line) == (MUG, LAMP)
    assert "blue" in mug.wanted
    assert "white" not in mug.wanted
    assert "same" in lamp.wanted


@pytest.mark.parametrize(
    ("wanted", "variant_id"),
    [
        ("one with frame colour black", "v1"),  # the likest comes first
        ("one with frame colour black, lens colour green", "v3"),
        ("lens colour black", "v2"),  # and no black frame
        ("frame colour red", None),
        ("the same one again", "v0"),
        ("换成同款", "v0"),
        ("another one", None),
    ],
)
def test_a_variant_is_what_fits_all_that_is_said(wanted: str, variant_id: str | None) -> None:
    assert variant_in(wanted, FRAMES) == variant_id


def test_the_same_again_is_not_taken_where_it_cannot_be_had() -> None:
    assert variant_in("the same one again", FRAMES[:-1]) is None


def test_each_of_several_items_gets_what_is_said_of_it() -> None:
    said = "exchange the mug for one with frame colour black and the desk lamp for one with lens colour green"
    task = Task(action="request_exchange", args={"order_id": "M1", "line_id": "l1,l2"})
    assert value_in(task, "variant_id", FRAMES, LINES, said) == "v1"
    second = Task(action="request_exchange", args={**task.args, "variant_id": "v1"})
    behind = [Choice(f"v1,{one.value}", one.label, one.about) for one in FRAMES]
    assert value_in(second, "variant_id", behind, LINES, said) == "v1,v3"
    both = Task(action="request_exchange", args={**task.args, "variant_id": "v1,v3"})
    assert value_in(both, "variant_id", behind, LINES, said) is None


def test_words_about_something_else_name_no_variant_unless_it_was_asked_for() -> None:
    task = Task(action="change_items", args={"order_id": "M1", "line_id": "l1"})
    assert value_in(task, "variant_id", FRAMES, LINES, "lens colour green") is None
    asked = Task(action="change_items", args=task.args, asked="variant_id")
    assert value_in(asked, "variant_id", FRAMES, LINES, "lens colour green") == "v3"


@given(st.text(max_size=80))
def test_whatever_is_said_only_what_there_is_is_named(said: str) -> None:
    assert set(lines_in(LINES, said)) <= {choice.value for choice in LINES}
    assert variant_in(said.lower(), FRAMES) in {None, *(choice.value for choice in FRAMES)}
