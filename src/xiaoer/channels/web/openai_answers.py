"""What a request for a completion is told: it waits for the turn, and reads the log for its customer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from xiaoer.channels.web.access import here
from xiaoer.channels.web.counter import Front
from xiaoer.channels.web.hub import Stopped, TooSlow
from xiaoer.channels.web.problems import Problem, Trouble
from xiaoer.channels.web.stream import PAGE
from xiaoer.domain.conversation import Conversation, Message, State
from xiaoer.domain.reply import Origin
from xiaoer.speak.formats import Calendar
from xiaoer.speak.plain import Plain, unlinked
from xiaoer.speak.render import Renderer

BEFORE = 30  # events before a message that are looked at for what its customer has not seen
LOOK_S = 1.0  # a turn that ends without a word rings nobody
AGAIN_S = 2  # until another process serves


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """The log around a message, what is no message left out; each oldest first."""

    before: Sequence[Message]  # at most BEFORE events long
    whole: bool  # `before` goes back to the beginning
    since: Sequence[Message]


async def told_to(front: Front, message: Message, *, site: str) -> Told:
    """The answer to a message once there is one; without one, that a person has it, or that it takes long.

    What is said later than that is told with the answer to the customer's next message.
    """
    await _settled(front, message)
    conversation = await here(front, message.conversation_id)
    plain = _plain(front, conversation, message, site)
    log = await _log(front, message)
    replies = _replies(log.since)
    shown = [*_unseen(log.before, front.patience.answer_s), *replies]
    told = [_said(event, plain) for event in shown]
    if log.whole and not any(event.origin is Origin.CUSTOMER for event in log.before):
        told.insert(0, plain.phrase("notice"))
    if conversation.state is State.HUMAN:
        told.append(plain.phrase("with_person"))
    elif not replies:
        told.append(plain.phrase("late"))
    by_model = any(event.origin is Origin.AI for event in shown)
    return Told(text="\n\n".join(told), origin=Origin.AI if by_model else Origin.TEMPLATE)


async def _settled(front: Front, message: Message) -> None:
    """Until it is answered, a person has it, or the time is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(front.patience.answer_s):
            while not await _heard_of(front, message):
                pass


async def _heard_of(front: Front, message: Message) -> bool:
    """False: more was whispered than could be heard; listen anew."""
    with front.hub.listening(message.conversation_id) as listener:
        while True:
            conversation = await here(front, message.conversation_id)
            if conversation.state is State.HUMAN or conversation.answered_seq >= message.seq:
                return True
            try:
                async with asyncio.timeout(LOOK_S):
                    await listener.news()
            except TimeoutError:
                continue
            except TooSlow:
                return False
            except Stopped:
                raise Problem(Trouble.BUSY, retry_s=AGAIN_S) from None


async def _log(front: Front, message: Message) -> _Log:
    start = max(0, message.seq - 1 - BEFORE)
    events = await front.conversations.after(message.conversation_id, start, limit=BEFORE + 1 + PAGE)
    said = [event for event in events if event.kind == "message"]
    return _Log(
        before=[event for event in said if event.seq < message.seq],
        whole=start == 0,
        since=[event for event in said if event.seq > message.seq],
    )


def _replies(since: Sequence[Message]) -> list[Message]:
    """What was said to a message, or to a burst it was part of, up to the customer's next."""
    answered = dropwhile(_customers, since)
    return list(takewhile(lambda event: not _customers(event), answered))


def _unseen(before: Sequence[Message], answer_s: float) -> list[Message]:
    """What was said since the customer's last message, but for the answer that came in time.

    Rather twice than never: of two answers to one burst the second is told again.
    """
    last = next((event for event in reversed(before) if _customers(event)), None)
    if last is None:
        return list(before)
    after = [event for event in before if event.seq > last.seq]
    if after and after[0].origin is not Origin.HUMAN:
        in_time = (after[0].at - last.at).total_seconds() <= answer_s
        return after[1:] if in_time else after
    return after


def _customers(event: Message) -> bool:
    return event.origin is Origin.CUSTOMER


def _said(event: Message, plain: Plain) -> str:
    if event.origin is Origin.HUMAN:
        return plain.phrase("person", text=unlinked(event.text))
    return plain.reply(event.parts)


def _plain(front: Front, conversation: Conversation, message: Message, site: str) -> Plain:
    calendar = Calendar(conversation.language, conversation.time_zone, message.at)
    page = front.page_url.replace("{conversation_id}", conversation.id)
    return Plain(
        say=Renderer(calendar, seed=message.id),
        card=conversation.memory.proposal,
        page=page,
        site=page or site,
    )
