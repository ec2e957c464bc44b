"""Decisions and outcomes in words: the feeling first, then the fact, then the next step."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import Answer, Ask, Chosen, Do, Drop, HandOff, Say, Suggest, Task, Tell, Wait
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Failed, NeedsApproval, NeedsConfirm, Outcome, Possible, Refused
from xiaoer.domain.reply import Citation, Origin, Part, QueueCard, Receipt, Reply, TextPart
from xiaoer.domain.understanding import Mood
from xiaoer.speak import cards
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Rendered, Renderer

Said = tuple[tuple[Part, ...], tuple[Receipt, ...]]
_FEELINGS = frozenset({Mood.WORRIED, Mood.UPSET, Mood.ANGRY})
_TRY: Mapping[str, Sequence[str]] = {
    "greeting": ("try.order_status", "try.find_product", "try.request_return"),
    "greeting_again": ("try.order_status", "try.find_product", "try.request_return"),
    "about_bot": ("try.order_status", "try.call_person"),
    "complaint": ("try.order_status", "try.request_return", "try.call_person"),
    "out_of_scope": ("try.order_status", "try.find_product", "try.call_person"),
    "other_language": ("try.order_status", "try.call_person"),
    "shop_down": ("try.call_person",),
    "needs_colleague": ("try.call_person",),
    "not_written": ("try.call_person",),
    "not_wanted": ("try.cancel_order", "try.request_return"),
    "bargain": ("try.promotions", "try.get_coupon"),
    "regular_customer": ("try.promotions", "try.membership"),
    "just_looking": ("try.find_product",),
    "parcel_received": ("try.request_return", "try.request_exchange"),
    "return_sent": ("try.refund_status",),
    "order_paid": ("try.order_status",),
    "hurry_reply": ("try.call_person",),
    "sad": ("try.call_person",),
    "photo_received": ("try.report_damage", "try.call_person"),
    "compare_products": ("try.find_product",),
    "best_colour": ("try.find_product",),
    "add_wechat": ("try.call_person",),
}


class TemplateVoice:
    """Every word from the phrase books, every value from the facts of this turn."""

    def __init__(self, *, card_lives: timedelta) -> None:
        self._card_lives = card_lives

    def say(self, chosen: Chosen, outcome: Outcome | None, turn: Turn) -> Reply:
        """The reply to one step."""
        say = _renderer(turn)
        match chosen.decision:
            case Wait():
                said: Said = ((), ())
            case Ask(task):
                said = _ask(task, say)
            case Answer() as answer:
                said = _answer(answer, say)
            case Suggest() as suggest:
                said = _suggest(suggest, say)
            case Say(name, facts):
                said = _plain([f"say.{name}"], facts, say, _TRY.get(name, ()))
            case Tell() as tell:
                return _told(tell, say)
            case Drop(_, action):
                said = _plain([f"drop.{action}", "drop"], {}, say, ())
            case Do() | HandOff() as done:
                said = self._outcome(done, outcome, turn, say)
            case _ as never:
                assert_never(never)
        return Reply(parts=said[0], receipts=said[1], origin=Origin.TEMPLATE, language=say.language)

    def together(self, turn: Turn) -> Reply:
        """One reply to a whole turn: a feeling is met before anything else is said."""
        say, steps = _renderer(turn), turn.steps
        said = [step for step in steps if step.reply.parts]
        told = any(isinstance(step.chosen.decision, Tell) for step in steps)
        first = [step.reply for step in said if not (told and step.chosen.told_later)]
        # Of what was looked up for a model that then spoke the cards alone, under its words.
        spoken = first + [step.reply.without_text for step in said if told and step.chosen.told_later]
        parts = [part for reply in spoken for part in reply.parts]
        receipts = [receipt for reply in spoken for receipt in reply.receipts]
        if spoken and turn.understanding.mood in _FEELINGS and not _speaks_of_it(steps):
            opening = say.phrase([f"mood.{turn.understanding.mood.value}"], {})
            parts.insert(0, TextPart(text=opening.text))
            receipts.insert(0, _receipt(opening))
        if spoken and _card_left_open(turn):
            reminder = say.phrase(["card_waits"], {})
            parts.append(TextPart(text=reminder.text))
            receipts.append(_receipt(reminder))
        return Reply(
            parts=tuple(parts),
            receipts=tuple(receipts),
            origin=Origin.AI if any(reply.origin is Origin.AI for reply in spoken) else Origin.TEMPLATE,
            language=say.language,
            templates=tuple(used for reply in spoken for used in reply.templates),
        )

    def _outcome(self, decision: Do | HandOff, outcome: Outcome | None, turn: Turn, say: Renderer) -> Said:
        match outcome:
            case Done(action, facts) if isinstance(decision, HandOff) or action == "call_person":
                return _handed_over(facts, say)
            case Done(action, facts):
                keys = [f"done.{action}.{facts.get('situation')}", f"done.{action}"]
                return _and_others(_with_cards(keys, facts, say), decision, say)
            case Refused(reason, facts):
                action = decision.action if isinstance(decision, Do) else ""
                keys = [f"refused.{reason.value}.{facts.get('situation', action)}", f"refused.{reason.value}"]
                return _refused(keys, facts, say)
            case Possible(plan):
                return _plain(["possible"], {"rows": cards.rows_text(plan, say)}, say, ())
            case NeedsConfirm(intent_id, plan, approval):
                card = cards.confirm_card(intent_id, plan, say, expires_at=turn.now + self._card_lives)
                return _confirm(card, plan.facts, say, approval=approval is not None)
            case NeedsApproval():
                return _plain(["approval.waiting"], outcome.plan.facts, say, ())
            case Failed(action, reason):
                return _plain(
                    [f"failed.{reason.value}.{action}", f"failed.{reason.value}"],
                    {},
                    say,
                    ["try.call_person"],
                )
            case None:
                raise ValueError("a thing that was done has an outcome")
            case _ as never:
                assert_never(never)


def _renderer(turn: Turn) -> Renderer:
    conversation = turn.conversation
    calendar = Calendar(turn.understanding.language, conversation.time_zone, turn.now)
    return Renderer(calendar, seed=turn.id)


def _receipt(rendered: Rendered, source: str = "") -> Receipt:
    found = source or f"template:{rendered.key}"
    return Receipt(source=found, values=rendered.values, words=rendered.words)


def _plain(keys: Sequence[str], facts: Facts, say: Renderer, tries: Sequence[str]) -> Said:
    rendered = say.phrase(keys, facts)
    parts: list[Part] = [TextPart(text=rendered.text)]
    if tries:
        parts.append(cards.quick(tries, say))
    return tuple(parts), (_receipt(rendered),)


def _told(tell: Tell, say: Renderer) -> Reply:
    """A language model's words, as they are; the last look decides whether they are said."""
    cited = [Citation(slug=p.slug, title=p.title, language=p.language) for p in tell.cited]
    receipts = tuple(Receipt(source=f"article:{p.slug}") for p in tell.cited)
    return Reply(
        parts=(TextPart(text=tell.text), *cited), receipts=receipts, origin=Origin.AI, language=say.language
    )


def _suggest(suggest: Suggest, say: Renderer) -> Said:
    """What may have been meant, one press away; else a few things to begin with.

    Who was misunderstood has a person beside the choices.
    """
    offered = suggest.choices
    if not offered and not suggest.mistaken:
        return _plain(["unclear"], {}, say, _TRY["greeting"])
    key = ("mistaken" if offered else "mistaken_how") if suggest.mistaken else "suggest"
    said, receipts = _plain([key], {}, say, ())
    person = ("try.call_person",) if suggest.mistaken else ()
    return (*said, cards.choices(offered, say, also=person)), receipts


def _ask(task: Task, say: Renderer) -> Said:
    again = [f"ask_again.{task.asked}"] if task.tries else []
    rendered = say.phrase([*again, f"ask.{task.action}.{task.asked}", f"ask.{task.asked}"], task.args)
    parts: list[Part] = [TextPart(text=rendered.text)]
    if task.choices:
        parts.append(cards.choices(task.choices, say))
    return tuple(parts), (_receipt(rendered), *(Receipt(source=f"choice:{c.value}") for c in task.choices))


def _answer(answer: Answer, say: Renderer) -> Said:
    passage = answer.passages[0]
    key = "answer" if passage.language is say.language else "answer_other_language"
    rendered = say.phrase([key], {"text": passage.text, "title": passage.title})
    parts: list[Part] = [TextPart(text=rendered.text)]
    receipts = [_receipt(rendered, f"article:{passage.slug}")]
    if answer.offer:
        offer = say.phrase([f"instead.{answer.offer}"], {})
        parts.append(TextPart(text=offer.text))
        receipts.append(_receipt(offer))
    parts.append(Citation(slug=passage.slug, title=passage.title, language=passage.language))
    if answer.offer:
        parts.append(cards.quick([f"try.{answer.offer}"], say))
    return tuple(parts), tuple(receipts)


def _with_cards(keys: Sequence[str], facts: Facts, say: Renderer) -> Said:
    rendered = say.phrase(keys, facts)
    parts: list[Part] = [TextPart(text=rendered.text)]
    if "lines" in facts:
        parts.append(cards.order_card(facts, say))
    orders = facts.get("orders")
    if isinstance(orders, tuple):
        parts.extend(cards.order_card(order, say) for order in orders if isinstance(order, Mapping))
    if facts.get("products"):
        parts.append(cards.product_cards(facts["products"], say))
    return tuple(parts), (_receipt(rendered, f"action:{keys[-1].removeprefix('done.')}"),)


def _and_others(said: Said, decision: Do | HandOff, say: Renderer) -> Said:
    """What was taken first of several: the others one press away."""
    others = decision.others if isinstance(decision, Do) else ()
    if not others:
        return said
    rendered = say.phrase(["others"], {"count": len(others)})
    parts = (*said[0], TextPart(text=rendered.text), cards.choices(others, say))
    return parts, (*said[1], _receipt(rendered), *(Receipt(source=f"choice:{c.value}") for c in others))


def _refused(keys: Sequence[str], facts: Facts, say: Renderer) -> Said:
    parts, receipts = _with_cards(keys, facts, say)
    instead, could = str(facts.get("instead") or ""), facts.get("could")
    ways = [f"could.{way}" for way in could] if isinstance(could, tuple) else []
    told = [say.phrase([key], facts) for key in (*ways, *([f"instead.{instead}"] if instead else []))]
    space = "" if _han(say) else " "
    first = TextPart(text=space.join([_text(parts[0]), *(rendered.text for rendered in told)]))
    buttons = (cards.quick([f"try.{instead}"], say),) if instead else ()
    return (first, *parts[1:], *buttons), (*receipts, *map(_receipt, told))


def _confirm(card: Part, facts: Facts, say: Renderer, *, approval: bool) -> Said:
    action = getattr(card, "action", "")
    rendered = say.phrase([f"confirm.{action}.{facts.get('situation')}", f"confirm.{action}"], facts)
    receipts = (_receipt(rendered, f"plan:{action}"),)
    if not approval:
        return (TextPart(text=rendered.text), card), receipts
    ahead = say.phrase(["approval.ahead"], {})
    text = f"{rendered.text}{'' if _han(say) else ' '}{ahead.text}"
    return (TextPart(text=text), card), (*receipts, _receipt(ahead))


def _handed_over(facts: Facts, say: Renderer) -> Said:
    why, situation = str(facts["why"]), str(facts["situation"])
    if situation == "here":
        return _plain(["queue.here"], {}, say, ())
    opening = say.phrase([f"handoff.{why}", "handoff"], {})
    place = say.phrase([f"queue.{situation}"], facts)
    queue = QueueCard(
        state="away" if situation == "away" else "waiting",
        place=int(str(facts["place"])),
        text=say.phrase([f"queue_card.{'away' if situation == 'away' else 'waiting'}"], facts).text,
    )
    joint = "" if _han(say) else " "
    text = TextPart(text=f"{opening.text}{joint}{place.text}")
    return (text, queue), (_receipt(opening), _receipt(place, "action:call_person"))


def _speaks_of_it(steps: Sequence[Step]) -> bool:
    """A reply that is itself about the feeling needs no other opening."""
    for step in steps:
        decision = step.chosen.decision
        if isinstance(decision, HandOff) and decision.why in ("angry", "risk", "self_harm"):
            return True
        if isinstance(decision, Say) and decision.key in ("complaint", "goodbye", "thanks"):
            return True
        if isinstance(decision, Tell):  # the model was told how the customer feels
            return True
        if isinstance(decision, Suggest) and decision.mistaken:  # it begins with an apology
            return True
        if any(used.for_mood for used in step.reply.templates):
            return True
    return False


def _card_left_open(turn: Turn) -> bool:
    """A card that was on the screen, and of which this turn said nothing."""
    card = turn.conversation.memory.proposal
    return card is not None and turn.memory.card == card and turn.memory.proposal is None


def _han(say: Renderer) -> bool:
    return say.language.value == "zh"


def _text(part: Part) -> str:
    return part.text if isinstance(part, TextPart) else ""
