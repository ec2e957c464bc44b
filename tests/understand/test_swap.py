"""A model that is swapped: from the next message on, and never in the middle of one."""

from dataclasses import replace

import pytest
from tests.understand.conftest import ORDER_PATTERN, SHELVES, conversation
from typing_extensions import override

from xiaoer.domain.words import Language
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.understander import LocalUnderstander


@pytest.fixture
def understander(model: Model) -> LocalUnderstander:
    return LocalUnderstander(model, order_pattern=ORDER_PATTERN, categories=SHELVES)


def test_from_the_next_message_on(understander: LocalUnderstander, model: Model) -> None:
    before = understander.understand(["退货运费是谁出呀"], conversation(Language.ZH))
    bars = replace(model.thresholds[Language.ZH], accept=0.99)
    other = replace(model, version="other", thresholds={**model.thresholds, Language.ZH: bars})
    understander.swap(other)
    after = understander.understand(["退货运费是谁出呀"], conversation(Language.ZH))
    assert (before.model, after.model, understander.version) == (model.version, "other", "other")
    assert (before.sure.accept, after.sure.accept) == (model.thresholds[Language.ZH].accept, 0.99)


def test_what_is_being_understood_ends_with_the_model_it_began_with(
    understander: LocalUnderstander, model: Model
) -> None:
    class Swapping(Model):
        """While it guesses, another one takes over."""

        __slots__ = ()

        @override
        def guesses(self, text, language, *, limit=5):
            understander.swap(replace(model, version="other"))
            return model.guesses(text, language, limit=limit)

    under_way = Swapping(version="first", linear=model.linear, thresholds=model.thresholds)
    understander.swap(under_way)
    heard = understander.understand(["帮我查快递，顺便问下退货运费谁出"], conversation(Language.ZH))
    assert heard.model == "first"
    assert understander.version == "other"


def test_a_button_means_what_it_says(understander: LocalUnderstander) -> None:
    """Whatever a model has learnt: the wish of a pressed button is sure."""
    wrong = []
    for entry in catalogue().values():
        for language in Language:
            heard = understander.understand([entry.asks.in_(language)], conversation(language))
            if (
                heard.wishes[0].best.intent != entry.name
                or heard.wishes[0].best.confidence < heard.sure.accept
            ):
                wrong.append((entry.name, entry.asks.in_(language), heard.wishes[0].best))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "language"), [("我不是这个意思", Language.ZH), ("that's not what I meant", Language.EN)]
)
def test_misunderstood_is_no_wish(understander: LocalUnderstander, text: str, language: Language) -> None:
    heard = understander.understand([text], conversation(language))
    assert (heard.misunderstood, heard.wishes, heard.answer) == (True, (), None)


def test_what_is_said_besides_is_the_wish(understander: LocalUnderstander) -> None:
    heard = understander.understand(["不是这个意思，我想问退货运费谁出"], conversation(Language.ZH))
    assert heard.misunderstood
    assert [wish.best.intent for wish in heard.wishes] == ["return_shipping_cost"]
