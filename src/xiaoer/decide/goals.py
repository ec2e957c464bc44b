"""From one wish to what serves it, as the catalogue says: an action, an answer, a word, or three guesses."""

from dataclasses import replace
from typing import assert_never

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.decide import fill, said
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Answer, Choice, Chosen, Decision, Do, HandOff, Say, Suggest
from xiaoer.domain.facts import Fact
from xiaoer.domain.intents import (
    Catalogue,
    Serves,
    ToAction,
    ToArticle,
    ToColleague,
    ToPerson,
    ToSaying,
    ToSearch,
    action_of,
)
from xiaoer.domain.knowledge import Scope
from xiaoer.domain.people import Proof
from xiaoer.domain.ports import Library
from xiaoer.domain.understanding import OTHER, Guess, Intent, Wish

_NOT_OF_ONE_ORDER = frozenset(
    {
        "list_orders",
        "find_product",
        "check_stock",
        "gift_card_balance",
        "membership",
        "size_advice",
        "my_coupons",
        "change_contact",
        "change_profile_address",
        "notify_restock",
        "cancel_restock",
    }
    | {"compare_products", "complaint", "call_back", "unsubscribe", "request_data_export", "request_erasure"}
)
_READS = frozenset(
    {
        "look_up_order",
        "track_parcel",
        "refund_status",
        "return_status",
        "list_orders",
        "find_product",
        "gift_card_balance",
    }
    | {"warranty", "membership", "my_coupons"}
)
_DEMANDED = frozenset({"price_protection", "report_damage"})
_BY_VALUE = {  # who names the new value wants it done, not told how
    "size_advice": frozenset({"measure"}),
    "change_contact": frozenset({"phone", "email"}),
    "change_profile_address": frozenset({"address"}),
    "change_delivery": frozenset({"day"}),
}
_AT_ONCE = _READS | _DEMANDED  # of the customer's own order, more is told by doing than by an article
NO_CHOICE = (
    ToSaying,
    ToPerson,
)  # a button for small talk helps nobody; the one for a person is always there
_WOULD_BRING = {
    Intent("cancellation_fee"): "cancel_order"
}  # of a named order the rules tell more than an article
_LOOK_UP, _FIND, _GREETING = Intent("order_status"), Intent("find_product"), Intent("greeting")
GUESSED = "local:knowledge"  # why: no wish was sure, but an article answers
BY_NAME = ":names"  # ends a why: the wish was not sure, but what it names says what it is about
SUGGESTED = 3
PATIENCE = 1  # times not understood, after which a person is brought in
LIKELY = 0.2  # confidence from which an order named makes a guess good enough
GLANCE = 0.45  # confidence from which something is looked up, if nothing else is half as likely
PROVES = 0.5  # score of a passage that answers although the intent was not sure
PLAINLY = 0.8  # score of a passage that answers better than the article the intent names


class Goals:
    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    def of(self, wish: Wish, turn: Turn) -> Chosen | None:
        """What would serve this wish; None if an open question should rather be asked again."""
        best = wish.best
        why = f"local:{best.intent}:{best.confidence:.2f}"
        if wish.negated:
            return Chosen(Say("not_that"), why)
        sure = self._confidence(wish) >= turn.understanding.sure.accept or self._harmless(wish)
        if sure and best.intent != OTHER:
            return self._named(self._certain(wish, turn, why), best)
        if (plain := self._by_what_it_names(wish, turn)) is not None:
            return self._certain(plain, turn, f"{why}{BY_NAME}")
        if sure:
            return self._named(self._certain(wish, turn, why), best)
        if (answer := self._answer(wish, turn, at_least=PROVES)) is not None:
            return Chosen(answer, f"{GUESSED}:{answer.passages[0].score:.2f}")
        if turn.memory.task is not None:
            return None
        return self._unsure(wish, turn, why)

    def _named(self, goal: Chosen | None, best: Guess) -> Chosen | None:
        """With the name of what was surely wanted: the merchant may have words of their own for it."""
        entry = self._catalogue.get(best.intent)
        if goal is None or entry is None or not _in_its_own_way(entry.serves, goal.decision):
            return goal
        return replace(goal, intent=best.intent)

    def action_of(self, intent: Intent) -> str:
        return action_of(self._catalogue, intent)

    def _certain(self, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        entry = self._catalogue.get(wish.best.intent)
        match entry.serves if entry else ToSearch():
            case ToPerson():
                return Chosen(HandOff("asked"), why)
            case ToColleague():
                return Chosen(Say("needs_colleague"), why)
            case ToSaying(key):
                return self._word(key, wish, turn, why)
            case ToSearch():
                return self._written(self._answer(wish, turn, at_least=0.0), turn, why)
            case ToArticle() as article:
                return self._article(article, wish, turn, why)
            case ToAction(action):
                return self._action(action, wish, turn, why)
            case _ as never:
                assert_never(never)

    def _word(self, key: str, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        """Small talk; but what the knowledge base plainly answers is answered."""
        if wish.best.intent != OTHER:
            again = wish.best.intent == _GREETING and turn.memory.greeted
            return Chosen(Say("greeting_again" if again else key), why)
        if (answer := self._answer(wish, turn, at_least=PROVES)) is not None:
            return Chosen(answer, f"{GUESSED}:{answer.passages[0].score:.2f}")
        if turn.memory.lost >= PATIENCE:
            return Chosen(HandOff("lost"), why)
        return None if turn.memory.task is not None else Chosen(Say(key), why)

    def _article(self, article: ToArticle, wish: Wish, turn: Turn, why: str) -> Chosen | None:
        """The article of the intent, unless another one plainly fits the words better.

        Asked of the customer's own order, the order system knows better than any article.
        """
        demanded = article.offer in _DEMANDED and said.demands(wish.text)
        if demanded or (article.offer in _AT_ONCE and _names_own(wish, turn)):
            return Chosen(Do(article.offer, self._args(article.offer, wish, turn)), why)
        if (deed := _WOULD_BRING.get(wish.best.intent)) and _names_own(wish, turn):
            return Chosen(Do(deed, self._args(deed, wish, turn), asks=True), why)
        if article.offer in _BY_VALUE:
            args = self._args(article.offer, wish, turn)
            if _BY_VALUE[article.offer] & args.keys():
                return Chosen(Do(article.offer, args), why)
        named = self._library.article(
            article.slug, wish.text, turn.understanding.language, scope=scope_of(turn)
        )
        found = (
            self._answer(wish, turn, at_least=PLAINLY, offer=article.offer)
            or (Answer((named,), article.offer) if named else None)
            or self._answer(wish, turn, at_least=0.0, offer=article.offer)
        )
        return self._written(found, turn, why)

    def _written(self, answer: Answer | None, turn: Turn, why: str) -> Chosen | None:
        """An answer; else it is said that none is written down, and a person offered."""
        if answer is not None:
            return Chosen(answer, why)
        return None if turn.memory.task is not None else Chosen(Say("not_written"), f"{why}:not_written")

    def _action(self, action: str, wish: Wish, turn: Turn, why: str) -> Chosen:
        """A question about a rule is answered and the action offered; a wish is carried out."""
        by_value = bool(_BY_VALUE.get(action, frozenset()) & self._args(action, wish, turn).keys())
        general = wish.question and _writes(action) and not _names_own(wish, turn) and not by_value
        if general and (answer := self._answer(wish, turn, at_least=0.0, offer=action)) is not None:
            return Chosen(answer, why)
        if action == "check_stock" or (action == "find_product" and _of_the_same_thing(wish, turn)):
            return Chosen(self._stock(wish, turn), why)
        if action == "find_product":
            return Chosen(Do(action, _search(wish, turn)), why)
        return Chosen(Do(action, self._args(action, wish, turn)), why)

    def _args(self, action: str, wish: Wish, turn: Turn) -> dict[str, Fact]:
        words = said.words_of(turn)
        if action == "compare_products":
            return said.two_products(words, turn.memory)
        found = {**fill.from_slots(action, wish.slots), **said.named(action, words)}
        if action == "size_advice":
            found |= _of_which_shoe(wish, turn)
        if action == "notify_restock":
            found |= _of_which_product(wish, turn)
        return found

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
        found = self._library.search(wish.text, turn.understanding.language, limit=2, scope=scope_of(turn))
        fits = tuple(p for p in found[:1] if p.score >= at_least)
        return Answer(fits, offer) if fits else None

    def _unsure(self, wish: Wish, turn: Turn, why: str) -> Chosen:
        """Three to choose from; none, if it is likelier that the shop deals with nothing of the kind."""
        if turn.memory.lost >= PATIENCE:
            return Chosen(HandOff("lost"), f"{why}:lost")
        if wish.best.confidence < turn.understanding.sure.suggest:
            return Chosen(Suggest(), f"{why}:unclear")
        likely = [self._catalogue[g.intent] for g in wish.guesses if g.intent in self._catalogue]
        offered = [entry for entry in likely if not isinstance(entry.serves, NO_CHOICE)][:SUGGESTED]
        return Chosen(Suggest(tuple(Choice(entry.name, entry.asks) for entry in offered)), f"{why}:unsure")

    def _confidence(self, wish: Wish) -> float:
        """Of the best guess and those served alike: urged or asked for, the order is looked up."""
        serves = {
            g.intent: self._catalogue[g.intent].serves for g in wish.guesses if g.intent in self._catalogue
        }
        wanted = serves.get(wish.best.intent)
        alike = sum(g.confidence for g in wish.guesses if serves.get(g.intent) == wanted)
        return alike if isinstance(wanted, ToAction | ToArticle) else wish.best.confidence

    def _harmless(self, wish: Wish) -> bool:
        """To be told or looked up, and likelier than all else: a mistake costs a glance, asking a turn."""
        entry = self._catalogue.get(wish.best.intent)
        serves = entry.serves if entry else None
        reads = isinstance(serves, ToArticle | ToSearch) or self.action_of(wish.best.intent) in _READS
        second = wish.guesses[1].confidence if len(wish.guesses) > 1 else 0.0
        return reads and wish.best.confidence >= GLANCE and wish.best.confidence >= 2 * second

    def _by_what_it_names(self, wish: Wish, turn: Turn) -> Wish | None:
        """An unsure wish that names an order is about it; one that adds a limit is about the search."""
        slots, memory = wish.slots, turn.memory
        listed = slots.ordinal is not None and memory.shown_slot == "order_id"
        if slots.order_ids or slots.tracking_numbers or listed:
            about = [g.intent for g in wish.guesses if self._of_an_order(g)]
            return replace(wish, guesses=(Guess(about[0] if about else _LOOK_UP, 1.0),))
        limits = slots.colour or slots.size or slots.price_min_minor or slots.price_max_minor
        searched = memory.last is not None and memory.last.action == "find_product"
        return replace(wish, guesses=(Guess(_FIND, 1.0),)) if limits and searched else None

    def _of_an_order(self, guess: Guess) -> bool:
        action = self.action_of(guess.intent)
        return guess.confidence >= LIKELY and bool(action) and action not in _NOT_OF_ONE_ORDER


def _writes(action: str) -> bool:
    return action in CATALOGUE and CATALOGUE[action].risk >= Risk.WRITE


def _in_its_own_way(serves: Serves, decision: Decision) -> bool:
    """Whether a wish is served as the catalogue says: by no better article, no order looked up instead."""
    match serves, decision:
        case ToAction(action), Do(done):
            return action == done
        case ToArticle(slug), Answer(passages):
            return passages[0].slug == slug or passages[0].score < PLAINLY
        case ToSearch(), Answer():
            return True
        case ToSaying(key), Say(spoken):
            return key == spoken
        case ((ToArticle() | ToSearch() | ToColleague()), Say()):
            return True
        case _:
            return False


def scope_of(turn: Turn) -> Scope:
    """Where the customer asks. The country is not known: nothing is said that holds in some only."""
    return Scope(now=turn.now, channel=turn.conversation.channel)


def _names_own(wish: Wish, turn: Turn) -> bool:
    """Whether a question is about the customer's own thing rather than the rule."""
    slots = wish.slots
    if turn.conversation.actor.proof is Proof.NONE:
        return bool(slots.order_ids)
    own = slots.that and bool(turn.memory.order_id)
    return own or slots.latest or bool(slots.order_ids)


def _of_which_shoe(wish: Wish, turn: Turn) -> dict[str, Fact]:
    """The shoe named, else the one spoken of."""
    if wish.slots.product_words or wish.slots.category:
        return {"words": wish.slots.product_words} if wish.slots.product_words else {}
    return {"product_id": turn.memory.product_id} if turn.memory.product_id else {}


def _of_which_product(wish: Wish, turn: Turn) -> dict[str, Fact]:
    """The one spoken of, unless the words name another kind of thing."""
    if turn.memory.product_id and not wish.slots.category:
        return {"product": turn.memory.product_id}
    named = said.without_telling(wish.slots.product_words) or wish.slots.category
    return {"product": named} if named else {}


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
