"""A button sends the words it shows: they must lead to what it offers."""

import pytest

from xiaoer.actions.base import CATALOGUE
from xiaoer.domain.intents import ToAction, ToArticle
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.speak.book import book
from xiaoer.text.clean import clean
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.rules import guesses_by_rule

PERSON = "call_person"  # has its own rule, before all others
_ACTIONS = CATALOGUE.keys() - {PERSON}
OFFERED = sorted(key for key in book(Language.ZH).terms if key.startswith("try.") and key[4:] in _ACTIONS)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("key", OFFERED)
def test_a_button_leads_to_what_it_offers(key: str, language: Language, model: Model) -> None:
    text = clean(book(language).terms[key])
    best, *_ = guesses_by_rule(text, model.guesses(text, language))
    assert served(best.intent) == key.removeprefix("try."), f"{text!r} is taken for {best}"


def served(intent: Intent) -> str:
    match catalogue()[intent].serves:
        case ToAction(action):
            return action
        case ToArticle(_, offer):
            return offer
        case _:
            return ""


@pytest.mark.parametrize(
    "text",
    [
        "cancel my restock alerts", "cancel the back in stock alert", "cancel my return request",
        "cancel my call back", "把到货提醒都取消", "退货申请取消吧", "发票申请取消",
    ],
)  # fmt: skip
def test_what_is_no_order_is_not_cancelled_as_one(text: str) -> None:
    assert not [guess for guess in guesses_by_rule(clean(text), ()) if guess.intent == "cancel_order"]


@pytest.mark.parametrize(
    "text",
    [
        "cancel my order", "cancel it", "cancel my latest order please", "cancel it and refund me",
        "cancel that and call me back", "帮我把这个订单取消", "都取消吧",
    ],
)  # fmt: skip
def test_an_order_still_is(text: str) -> None:
    assert guesses_by_rule(clean(text), ())[0].intent == "cancel_order"
