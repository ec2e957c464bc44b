"""The last look: what number may be said, and how it compares."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.money import Money
from xiaoer.domain.reply import Origin, QuickReplies, QuickReply, Receipt, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.evidence import Evidence, read
from xiaoer.guard.outbound import unproven
from xiaoer.speak.formats import Calendar, money

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
BARE = Evidence(now=NOW, time_zone="Asia/Shanghai")  # nothing but the receipts


def loose_in(said: Reply) -> tuple[str, ...]:
    return tuple(found.said for found in unproven(said, BARE))


def reply(text: str, *values: str) -> Reply:
    receipts = (Receipt(source="action:x", values=values),) if values else ()
    return Reply(
        parts=(TextPart(text=text),), receipts=receipts, origin=Origin.TEMPLATE, language=Language.ZH
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一共 ¥1,299.00。", "1299"),
        ("一共１２９９元", "¥1,299.00"),
        ("It is ¥1,299.", "1299.00"),
        ("it costs 1299 in all", "¥1,299"),
        ("订单M20260001在这里", "M20260001"),
        ("order Ｍ２０２６０００１, please", "M20260001"),
        ("预计11月25日（周三）送到", "11月25日"),
        ("by Wed 25 Nov, 14:05.", "Wed 25 Nov, 14:05"),
        ("单号 SF1024", "SF1024"),
        ("①号", "1"),
    ],
)
def test_a_number_with_a_receipt_may_be_said(text: str, value: str) -> None:
    assert not loose_in(reply(text, value))
    assert loose_in(reply(text))


@pytest.mark.parametrize("fact", [date(2026, 12, 3), datetime(2026, 12, 3, 4, 0, tzinfo=UTC)])
@pytest.mark.parametrize(
    ("right", "wrong"), [("12月3日送到", "12月4日送到"), ("on Thu 3 Dec.", "on Fri 4 Dec.")]
)
def test_a_day_that_was_found_may_be_said(fact: date, right: str, wrong: str) -> None:
    """Of a plan a day has no hour."""
    found = Evidence(now=NOW, time_zone="Asia/Shanghai", facts=({"day": fact},))
    assert not unproven(reply(right), found)
    assert unproven(reply(wrong), found)


@pytest.mark.parametrize(
    ("text", "values", "loose"),
    [
        ("¥1,299.00", ("¥1,299.50",), "¥1,299.00"),
        ("¥1,299.50", ("¥1,299.00",), "¥1,299.50"),
        ("¥12,990", ("¥1,299",), "¥12,990"),
        ("退 100 元", ("M20260100", "10.0", "1000"), "100 元"),
        ("M20260002", ("M20260001", "20260002"), "m20260002"),
        ("11月26日", ("11月25日",), "11月26日"),
        ("14:50", ("14:05",), "14:50"),
        ("٤ days", ("3 weeks",), "4 days"),
        ("within ４８ hours", ("24",), "48 hours"),
    ],
)
def test_another_number_may_not(text: str, values: tuple[str, ...], loose: str) -> None:
    assert loose_in(reply(text, *values)) == (loose,)


def test_words_need_no_receipt() -> None:
    assert not loose_in(reply("好的，这就帮您看。Just a moment."))


def test_every_text_and_every_receipt_counts() -> None:
    quick = QuickReplies(options=(QuickReply(label="7", text="7"),))
    said = Reply(
        parts=(TextPart(text="3"), quick, TextPart(text="4")),
        receipts=(Receipt(source="a", values=("3",)), Receipt(source="b", values=("5",))),
        origin=Origin.TEMPLATE,
        language=Language.EN,
    )
    assert loose_in(said) == ("4",)


@given(st.integers(0, 10**9), st.sampled_from(list(Language)))
def test_an_amount_is_proven_by_its_digits_and_by_no_other(minor: int, language: Language) -> None:
    written = money(Money(minor, "CNY"), language)
    assert not loose_in(reply(f"共{written}。", f"{minor / 100:.2f}"))
    assert loose_in(reply(f"共{written}。", f"{(minor + 1) / 100:.2f}"))


@given(
    st.integers(-400, 1400).map(lambda days: NOW + timedelta(days=days, minutes=days)),
    st.sampled_from(list(Language)),
)
def test_a_day_as_it_is_written_proves_itself(moment: datetime, language: Language) -> None:
    calendar = Calendar(language, "Asia/Shanghai", NOW)
    for written in (calendar.day(moment), calendar.time(moment)):
        assert read(written, NOW.date()).claims
        assert not loose_in(reply(written, written))


@given(st.text())
def test_any_text_is_proven_by_itself(text: str) -> None:
    assert not loose_in(reply(text, text))


def test_a_chinese_comma_parts_two_numbers() -> None:
    said = [claim.said for claim in read("每天 09:00–22:00，15 天内可退，¥1,299.00", NOW.date()).claims]
    assert said == ["09:00", "22:00", "15 天", "¥1,299.00"]
    assert not loose_in(reply("22:00，15 天", "22:00", "15"))
