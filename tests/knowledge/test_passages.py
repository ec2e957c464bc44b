import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.passages import LONGEST, passages


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("One.\n\nTwo,\nstill two.", ("One.", "Two, still two.")),
        ("规则见[价保说明](price-protection)，**请留意**。", ("规则见价保说明，请留意。",)),
        ("Send it to:\n\n- the desk\n- the *warehouse*", ("Send it to:\n- the desk\n- the warehouse",)),
        ("## Abroad\n\nIt takes longer.", ("Abroad\nIt takes longer.",)),
        ("A <b>bold</b> word.\n\n<script>alert(1)</script>\n\nEnd.", ("A bold word.", "End.")),
        ("Use `CODE` at ![the till](till.png).", ("Use CODE at the till.",)),
        ("1. Pay.\n2. Wait.", ("Pay.\n- Wait.",)),
        ("AT&amp;T costs 3 &lt; 4", ("AT&T costs 3 < 4",)),
        ("## Only a heading", ("Only a heading",)),
        ("<div>\nall markup\n</div>", ()),
    ],
)
def test_markdown_becomes_plain_text_that_stands_alone(body, said):
    assert passages(body) == said


def test_a_long_passage_ends_with_a_sentence():
    [cut] = passages("This is a sentence. " * 200)
    assert len(cut) <= LONGEST
    assert cut.endswith("sentence.")


def test_a_passage_without_an_end_is_cut_all_the_same():
    assert passages("字" * 3_000) == ("字" * LONGEST,)


@given(st.text(max_size=2_000))
def test_any_text_gives_passages_of_bounded_length(body):
    assert all(0 < len(text) <= LONGEST for text in passages(body))
