"""Copilot: all that helps a person with one conversation. Nothing it makes is sent, or kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from xiaoer.assist.asking import Asking, Ready, Wanted, Worded, beside, standing
from xiaoer.assist.rewording import How, reworded
from xiaoer.assist.suggesting import Drafted, drafted
from xiaoer.assist.summary import Records, Row, Summary, evidence_of, records_of, summary_of
from xiaoer.assist.translating import Source, translated
from xiaoer.assist.view import Draft, LocalView
from xiaoer.decide.briefing import language_name, quiet
from xiaoer.domain.case_ports import CaseFiles
from xiaoer.domain.conversation import Conversation, Message, Turn
from xiaoer.domain.ports import Conversations
from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.concessions import conceded
from xiaoer.guard.outbound import look
from xiaoer.guard.pseudonyms import Pseudonyms
from xiaoer.speak.formats import Calendar

LOOKS_BACK = 200  # events of a conversation that are read
MOST_DRAFTS = 3  # a model makes fewer
_MOST_MESSAGES = 10  # of the customer that are answered together


@dataclass(frozen=True, slots=True)
class Summed:
    summary: Summary
    wording: Worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """`by_model` first where there are any: those the model worded of the others' facts."""

    language: Language
    by_model: tuple[Draft, ...]
    by_rules: tuple[Draft, ...]
    drafted: Drafted


@dataclass(frozen=True, slots=True, kw_only=True)
class Copilot:
    asking: Asking
    cases: CaseFiles
    conversations: Conversations
    view: LocalView

    async def summary(self, conversation: Conversation, language: Language, *, now: datetime) -> Summed:
        """In the language of who reads it, times as the shop has them."""
        summary = await self._summary(conversation, language, now)
        if not any(items for _, items in summary.rows):
            return Summed(summary, Worded(Ready.NOTHING))
        turn = beside(conversation, now=now)
        return Summed(summary, await self.asking.worded(turn, lambda names: self._told(summary, turn, names)))

    async def suggestions(self, conversation: Conversation, *, now: datetime) -> Suggested:
        """In the customer's language; at most MOST_DRAFTS together."""
        events = await self._events(conversation)
        turn = replace(beside(conversation, now=now), messages=_unanswered(events))
        view = await self.view.of(turn)
        language = view.turn.understanding.language
        records = await self._records(conversation, events)
        summary = summary_of(records, Calendar(language, conversation.time_zone, now))
        made = await drafted(self.asking, view, summary)
        by_model = made.drafts
        rules = tuple(draft for draft in view.drafts if draft.text not in {one.text for one in by_model})
        return Suggested(
            language=language,
            by_model=by_model,
            by_rules=rules[: MOST_DRAFTS - len(by_model)],
            drafted=made,
        )

    async def rewrite(self, conversation: Conversation, text: str, how: How, *, now: datetime) -> Worded:
        return await reworded(self.asking, beside(conversation, now=now), text, how)

    async def translate(
        self, conversation: Conversation, source: Source, tag: str, *, now: datetime
    ) -> Worded:
        return await translated(self.asking, beside(conversation, now=now), source, tag)

    async def source(self, conversation: Conversation, seq: int) -> Source | None:
        """What was said there; None if nothing was."""
        found = await self.conversations.after(conversation.id, seq - 1, limit=1)
        said = [one for one in found if one.seq == seq and one.kind == "message" and one.text]
        return Source(text=said[0].text, customers=said[0].origin is Origin.CUSTOMER) if said else None

    async def _summary(self, conversation: Conversation, language: Language, now: datetime) -> Summary:
        records = await self._records(conversation, await self._events(conversation))
        return summary_of(records, Calendar(language, self.asking.policy.time_zone, now))

    async def _records(self, conversation: Conversation, events: Sequence[Message]) -> Records:
        return records_of(await self.cases.of(conversation.id), conversation, events)

    async def _events(self, conversation: Conversation) -> Sequence[Message]:
        since = max(0, conversation.last_seq - LOOKS_BACK)
        return await self.conversations.after(conversation.id, since, limit=LOOKS_BACK)

    def _told(self, summary: Summary, turn: Turn, names: Pseudonyms) -> Wanted:
        language, policy = summary.language, self.asking.policy
        evidence = evidence_of(summary, customers_too=True)

        def faults(said: str) -> Sequence[Fault]:
            shown = names.show(said)
            reply = Reply(parts=(TextPart(text=shown),), receipts=(), origin=Origin.AI, language=language)
            return [*conceded(shown, evidence.passages), *look(reply, evidence, language=language)]

        wants = "; ".join(item.text for item in summary.row(Row.WANTED))
        facts = "\n".join(summary.lines(without=frozenset({Row.WANTED})))
        theirs, ours = quiet(names.hide(wants)), quiet(names.hide(facts))
        told = f"<customer>\n{theirs}\n</customer>\n<facts>\n{ours}\n</facts>"
        return Wanted(
            standing=standing("summary").format(
                shop=policy.shop_name.in_(language), language=language_name(language)
            ),
            told=told,
            hidden=names.hidden,
            show=names.show,
            faults=faults,
            length=300,
        )


def _unanswered(events: Sequence[Message]) -> tuple[Message, ...]:
    """What the customer said since anybody answered; if nothing, what was said last."""
    said = [one for one in events if one.kind == "message"]
    theirs = [one for one in said if one.origin is Origin.CUSTOMER]
    answered = max((one.seq for one in said if one.origin is not Origin.CUSTOMER), default=0)
    open_ = [one for one in theirs if one.seq > answered]
    return tuple(open_[-_MOST_MESSAGES:] or theirs[-1:])
