"""Facts in sentences: amounts, days in the customer's zone, what is left out, what proves them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.words import Language, Words
from xiaoer.speak.formats import Calendar, money
from xiaoer.speak.render import Renderer

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai


def renderer(language: Language, zone: str = "Asia/Shanghai", seed: str = "t1") -> Renderer:
    return Renderer(Calendar(language, zone, NOW), seed)


def test_an_amount_reads_the_same_in_both_languages() -> None:
    amounts = {money(Money(129900, "CNY"), language) for language in Language}
    assert amounts == {"¥1,299.00"}


def test_a_currency_without_cents_counts_whole_units() -> None:
    assert "1,500" in money(Money(1500, "JPY"), Language.EN)


def test_tomorrow_is_tomorrow_in_the_customers_zone() -> None:
    moment = NOW + timedelta(hours=2)  # 01:30 on the 25th in Shanghai, still the 24th in London
    assert Calendar(Language.ZH, "Asia/Shanghai", NOW).day(moment) == "明天（11月25日 周三）"
    assert Calendar(Language.EN, "Europe/London", NOW).day(moment) == "today (Tue 24 Nov)"


def test_what_is_missing_is_left_out() -> None:
    facts: Facts = {"order_id": "M1", "item": Words("鞋", "shoes"), "ship_by": None}
    said = renderer(Language.EN).phrase(["done.look_up_order.paid"], facts).text
    assert "M1" in said
    assert "shoes" in said
    assert "None" not in said
    assert "by" not in said.split()


def test_what_was_filled_in_is_the_receipt() -> None:
    facts: Facts = {"order_id": "M1", "total": Money(9900, "CNY"), "item": Words("鞋", "shoes")}
    rendered = renderer(Language.ZH).phrase(["done.look_up_order.awaiting_payment"], facts)
    assert {"M1", "¥99.00", "鞋"} == set(rendered.values)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(KeyError, match=r"no\.such"):
        renderer(Language.EN).phrase(["no.such"], {})


@given(st.text(min_size=1, max_size=40))
def test_the_same_seed_says_the_same_and_facts_are_never_read_as_a_template(order_id: str) -> None:
    """A customer's words in a fact are words: braces in them fill nothing."""
    facts: Facts = {"order_id": order_id + "{total} [[x]]", "item": Words("a", "a"), "total": Money(1, "CNY")}
    key = ["done.look_up_order.awaiting_payment"]
    once, twice = (renderer(Language.EN).phrase(key, facts).text for _ in range(2))
    assert once == twice
    assert "{total} [[x]]" in once


def test_wording_varies_from_turn_to_turn() -> None:
    said = {renderer(Language.ZH, seed=str(n)).phrase(["say.greeting"], {}).text for n in range(20)}
    assert len(said) > 1
