"""The last look on whatever a reply may be: never raises, ends, and reads one thing alike however written."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.guard.labelled import PARTS, Row, rows
from tests.guard.test_claims import FLOODS

from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done
from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import LONGEST, Kind, Why
from xiaoer.guard.evidence import Evidence, read
from xiaoer.guard.outbound import look

EVERY = [row for language in Language for part in PARTS for row in rows(language, part)]
FULL_WIDTH = {code: code + 0xFEE0 for code in map(ord, "0123456789%$:-/.")} | {
    code: code + 0xFEE0 for letters in ("az", "AZ") for code in range(ord(letters[0]), ord(letters[1]) + 1)
}
# What the readers of numbers, days and hours look for, in any order.
BITS = [piece.strip() or piece for piece in FLOODS] + [
    "几", "十几", "几十", "两三", "半", "个半", "差一刻", "毛", "成", "折", "月底", "月", "年", "日", "号",
    "点", "分", "刻", "百分之", "尾号", "十月", "2月30日", "31", "30 feb", "99:99", "13/13", "0", "00",
    "9999999999999999", "1e9",
    "couple of ", "a dozen", "half past ", "quarter to ", "thirteen", "hundred", "thousand", " and a half",
    "cents", "end of ", "february", "the twenty-ninth of ", "weekend", "ends in ", "١٢", "①", "½", "㍻",
]  # fmt: skip


def said(row: Row, text: str) -> Reply:
    return replace(row.reply, parts=(TextPart(text=text),))


@given(st.sampled_from(EVERY), st.lists(st.sampled_from(BITS) | st.text(max_size=4), max_size=40))
def test_no_text_breaks_it(row: Row, bits: list[str]) -> None:
    for text in ("".join(bits), " ".join(bits)):
        found = look(said(row, text), row.evidence)
        assert found == look(said(row, text), row.evidence)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.lists(st.sampled_from(BITS), max_size=12))
def test_no_day_breaks_it(today: date, bits: list[str]) -> None:
    read("".join(bits) + "昨天3天后31号 next month 3天前 last month", today)


@given(st.sampled_from(EVERY), st.text(min_size=1, max_size=50))
def test_what_is_too_long_is_refused_unread(row: Row, piece: str) -> None:
    flood = (piece * 100_000)[:100_000]
    assert [(one.kind, one.why) for one in look(said(row, flood), row.evidence)] == [
        (Kind.LENGTH, Why.TOO_LONG)
    ]


@pytest.mark.timeout(30)  # a hundred times what it takes
@pytest.mark.parametrize(
    "piece", ["十几天", "两三百块", "half past nine ", "3 canadian dollars ", "1234 ", "差一刻九点"]
)
def test_the_longest_that_is_read_comes_back(piece: str) -> None:
    row = EVERY[0]
    assert look(said(row, (piece * LONGEST)[:LONGEST]), row.evidence)


@pytest.mark.parametrize("language", list(Language))
def test_full_width_is_judged_as_half_width_is(language: Language) -> None:
    for row in EVERY:
        if row.reply.language is language:
            wide = said(row, row.reply.text.translate(FULL_WIDTH))
            assert kinds(wide, row.evidence) == row.found(), row.name


@given(
    st.integers(1_000, 10**9),
    st.integers(0, 99),
    st.booleans(),
    st.sampled_from(["{}元", "¥{}", "CNY {}", "{} yuan"]),
)
def test_thousands_may_be_parted_or_not(whole: int, cents: int, so: bool, way: str) -> None:
    amount = Money(whole * 100 + cents, "CNY")
    evidence = Evidence(
        now=datetime(2026, 11, 27, 4, tzinfo=UTC),
        time_zone="UTC",
        outcomes=(Done("look_up_order", {"total": amount}),),
    )
    told = whole if so else whole + 1
    for written in (f"{told}.{cents:02}", f"{told:,}.{cents:02}"):
        reply = Reply(
            parts=(TextPart(text=way.format(written)),),
            receipts=(),
            origin=Origin.TEMPLATE,
            language=Language.ZH,
        )
        assert (Kind.MONEY in kinds(reply, evidence)) is not so


def kinds(reply: Reply, evidence: Evidence) -> frozenset[Kind]:
    return frozenset(one.kind for one in look(reply, evidence))
