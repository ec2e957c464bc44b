"""From one wish to what would serve it: an action, an answer, a word, or three guesses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xiaoer.decide import fill
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Answer, Chosen, Do, HandOff, Say, Suggest
from xiaoer.domain.facts import Fact
from xiaoer.domain.people import Proof
from xiaoer.domain.ports import Library
from xiaoer.domain.understanding import Guess, Intent, Wish
from xiaoer.domain.words import Language

INTENT_TO_ACTION: Mapping[Intent, str] = {
    Intent.ORDER_STATUS: "look_up_order",
    Intent.TRACK_PARCEL: "track_parcel",
    Intent.LIST_ORDERS: "list_orders",
    Intent.CANCEL_ORDER: "cancel_order",
    Intent.CHANGE_ADDRESS: "change_address",
    Intent.REQUEST_RETURN: "request_return",
    Intent.REQUEST_EXCHANGE: "request_exchange",
    Intent.REFUND_STATUS: "refund_status",
    Intent.FIND_PRODUCT: "find_product",
    Intent.CHECK_STOCK: "check_stock",
}
_WORDS: Mapping[Intent, str] = {
    Intent.GREETING: "greeting",
    Intent.THANKS: "thanks",
    Intent.GOODBYE: "goodbye",
    Intent.COMPLAINT: "complaint",
    Intent.ABOUT_BOT: "about_bot",
    Intent.OTHER: "out_of_scope",
}
_OF_AN_ORDER = frozenset(INTENT_TO_ACTION) - {Intent.LIST_ORDERS, Intent.FIND_PRODUCT, Intent.CHECK_STOCK}
_READS = frozenset({"look_up_order", "track_parcel", "refund_status", "list_orders", "find_product"})
_WRITES = frozenset({"cancel_order", "change_address", "request_return", "request_exchange"})
GUESSED = "local:knowledge"  # why: no wish was sure, but an article answers
SUGGESTED = 3
PATIENCE = 1  # times not understood, after which a person is brought in
LIKELY = 0.2  # confidence from which an order named makes a guess good enough
GLANCE = 0.45  # confidence from which something is looked up, if nothing else is half as likely
PROVES = 0.5  # score of a passage that answers although the intent was not sure


@dataclass(frozen=True, slots=True)
class Sure:
    """Calibrated confidence from which a wish is acted on, and from which it is worth suggesting."""

    accept: Mapping[Language, float]
    suggest: Mapping[Language, float]


class Goals:
    def __init__(self, library: Library, sure: Sure) -> None:
        self._library = library
        self._sure = sure

    def of(self, wish: Wish, turn: Turn) -> Chosen | None:
        """What would serve this wish; None if an open question should rather be asked again."""
        best, language = wish.best, turn.understanding.language
        why = f"local:{best.intent.value}:{best.confidence:.2f}"
        if wish.negated:
            return Chosen(Say("not_that"), why)
        if best.confidence >= self._sure.accept[language] or _harmless(wish):
            return self._certain(wish, turn, why)
        if (plain := _by_what_it_names(wish, turn)) is not None:
            return self._certain(plain, turn, f"{why}:names")
        if (answer := self._answer(wish, turn, at_least=PROVES)) is not None:
            return Chosen(answer, f"{GUESSED}:{answer.passages[0].score:.2f}")
        if turn.memory.task is not None:
            return None
        return self._unsure(wish, turn, why)

    def _certain(self, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        intent = wish.best.intent
        if intent is Intent.CALL_PERSON:
            return Chosen(HandOff("asked"), why)
        if intent is Intent.ASK_KNOWLEDGE:
            return self._knowledge(wish, turn, why)
        if intent is Intent.OTHER and turn.memory.lost >= PATIENCE:
            return Chosen(HandOff("lost"), why)
        if intent in _WORDS:
            return self._word(wish, turn, why)
        return self._action(wish, turn, why)

    def _word(self, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        """Small talk; but what the knowledge base plainly answers is answered."""
        intent = wish.best.intent
        if intent is Intent.OTHER and (answer := self._answer(wish, turn, at_least=PROVES)) is not None:
            return Chosen(answer, f"{GUESSED}:{answer.passages[0].score:.2f}")
        if intent is Intent.OTHER and turn.memory.task is not None:
            return None
        again = intent is Intent.GREETING and turn.memory.greeted
        return Chosen(Say("greeting_again" if again else _WORDS[intent]), why)

    def _knowledge(self, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        if (answer := self._answer(wish, turn, at_least=0.0)) is not None:
            return Chosen(answer, why)
        return None if turn.memory.task is not None else self._unsure(wish, turn, why)

    def _action(self, wish: Wish, turn: Turn, why: str) -> Chosen:
        """A question about a rule is answered and the action offered; a wish is carried out."""
        action = INTENT_TO_ACTION[wish.best.intent]
        general = wish.question and action in _WRITES and not _names_own(wish, turn)
        if general and (answer := self._answer(wish, turn, at_least=0.0, offer=action)) is not None:
            return Chosen(answer, why)
        if action == "check_stock" or (action == "find_product" and _of_the_same_thing(wish, turn)):
            return Chosen(self._stock(wish, turn), why)
        if action == "find_product":
            return Chosen(Do(action, _search(wish, turn)), why)
        return Chosen(Do(action, fill.from_slots(action, wish.slots)), why)

    def _stock(self, wish: Wish, turn: Turn) -> Do:
        """Stock of the thing spoken of; of a thing only named, the products that fit are shown."""
        slots, memory = wish.slots, turn.memory
        product = memory.product_id
        if slots.ordinal is not None and memory.shown_slot == "product_id":
            place = slots.ordinal - 1 if slots.ordinal > 0 else len(memory.shown) + slots.ordinal
            product = memory.shown[place] if 0 <= place < len(memory.shown) else ""
        if product and not slots.category and (slots.that or not slots.product_words):
            return Do("check_stock", {"product_id": product, **fill.from_slots("check_stock", slots)})
        return Do("find_product", _search(wish, turn))

    def _answer(self, wish: Wish, turn: Turn, *, at_least: float, offer: str = "") -> Answer | None:
        found = self._library.search(wish.text, turn.understanding.language, limit=2)
        fits = tuple(p for p in found[:1] if p.score >= at_least)
        return Answer(fits, offer) if fits else None

    def _unsure(self, wish: Wish, turn: Turn, why: str) -> Chosen:
        if turn.memory.lost >= PATIENCE:
            return Chosen(HandOff("lost"), f"{why}:lost")
        likely = [g.intent for g in wish.guesses if g.intent in INTENT_TO_ACTION][:SUGGESTED]
        return Chosen(Suggest(tuple(likely)), f"{why}:unsure")


def _harmless(wish: Wish) -> bool:
    """A look-up that is likelier than all else: a wrong one costs a glance, a question back costs a turn."""
    if INTENT_TO_ACTION.get(wish.best.intent, "") not in _READS or wish.negated:
        return False
    second = wish.guesses[1].confidence if len(wish.guesses) > 1 else 0.0
    return wish.best.confidence >= GLANCE and wish.best.confidence >= 2 * second


def _by_what_it_names(wish: Wish, turn: Turn) -> Wish | None:
    """An unsure wish that names an order is about it; one that adds a limit is about the search."""
    slots, memory = wish.slots, turn.memory
    listed = slots.ordinal is not None and memory.shown_slot == "order_id"
    if slots.order_ids or slots.tracking_numbers or listed:
        about = [g.intent for g in wish.guesses if g.intent in _OF_AN_ORDER and g.confidence >= LIKELY]
        return replace(wish, guesses=(Guess(about[0] if about else Intent.ORDER_STATUS, 1.0),))
    limits = slots.colour or slots.size or slots.price_min_minor or slots.price_max_minor
    searched = memory.last is not None and memory.last.action == "find_product"
    return replace(wish, guesses=(Guess(Intent.FIND_PRODUCT, 1.0),)) if limits and searched else None


def _names_own(wish: Wish, turn: Turn) -> bool:
    """Whether a question is about the customer's own thing rather than the rule."""
    slots = wish.slots
    if turn.conversation.actor.proof is Proof.NONE:
        return bool(slots.order_ids)
    own = slots.that and bool(turn.memory.order_id)
    return own or slots.latest or bool(slots.order_ids)


def _of_the_same_thing(wish: Wish, turn: Turn) -> bool:
    """ "In blue?" just after the stock of one thing was told."""
    slots, last = wish.slots, turn.memory.last
    told = last is not None and last.action == "check_stock"
    return told and bool(slots.colour or slots.size) and not (slots.product_words or slots.category)


def _search(wish: Wish, turn: Turn) -> dict[str, Fact]:
    """The limits said now; a word like "in blue?" narrows the search before."""
    now = fill.search(wish.slots)
    last = turn.memory.last
    if last is None or last.action != "find_product" or "words" in now or "category" in now:
        return now
    return {**last.args, **now}
