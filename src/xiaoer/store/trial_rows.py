"""Trials of a language model as rows, and the turns they stand beside as they began."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from xiaoer.domain.conversation import Memory, Message, Step, Turn
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, TurnId
from xiaoer.domain.reply import Origin
from xiaoer.domain.rollout import Counted, Judged, Meant, Mode, Past, Since, Trial, Verdict
from xiaoer.domain.understanding import Understanding
from xiaoer.store.codec import loads
from xiaoer.store.rows import conversation, message_of
from xiaoer.store.tables import llm_trials, messages, turns

BY_STAFF = "staff:ruling"  # why a step was taken that a person decided
MOST_SINCE = 20  # a person's messages, and turns, that are looked at


def past(conn: Connection, where: ColumnElement[bool]) -> Past | None:
    """The turn with the memory it began with. None: not there, without a message, or not whole any more."""
    row = conn.execute(select(turns).where(where)).mappings().first()
    talk = conversation(conn, ConversationId(row["conversation_id"])) if row else None
    said = _messages(conn, loads(row["message_ids"], tuple)) if row else []
    if row is None or talk is None or not said:
        return None
    memory = _memory_before(conn, row, said)
    turn = Turn(
        id=TurnId(row["id"]),
        conversation=replace(talk, memory=memory, last_seq=said[-1].seq),
        messages=tuple(said),
        understanding=loads(row["understanding"], Understanding),
        memory=memory,
        now=row["at"],
    )
    return Past(turn=turn, steps=_steps(row["steps"]))


def since(conn: Connection, before: Past) -> Since:
    talk, seq = before.turn.conversation.id, before.turn.messages[-1].seq
    c = messages.c
    here = (c.conversation_id == talk) & (c.seq > seq) & (c.kind == "message")
    theirs = here & (c.origin == Origin.CUSTOMER.value)
    asked = conn.execute(select(c.id, c.seq).where(theirs).order_by(c.seq).limit(1)).one_or_none()
    written = here & (c.origin == Origin.HUMAN.value)
    if asked is not None:
        written &= c.seq < asked.seq
    words = conn.scalars(select(c.text).where(written).order_by(c.seq).limit(MOST_SINCE)).all()
    following = None
    if asked is not None:
        holds = turns.c.message_ids.contains(f'"{asked.id}"', autoescape=True)
        following = past(conn, (turns.c.conversation_id == talk) & holds & (turns.c.id != before.turn.id))
    return Since(words=tuple(words), ruled=_ruled(conn, before), next=following)


def _ruled(conn: Connection, before: Past) -> tuple[Step, ...]:
    c = turns.c
    later = (c.conversation_id == before.turn.conversation.id) & (c.at >= before.turn.now)
    query = select(c.steps).where(later, c.id != before.turn.id).order_by(c.at).limit(MOST_SINCE)
    steps = [step for text in conn.scalars(query) for step in _steps(text)]
    return tuple(step for step in steps if step.chosen.why == BY_STAFF)


def _memory_before(conn: Connection, row: RowMapping, said: Sequence[Message]) -> Memory:
    """As the last turn that said something left it: replies stand in the order in which they were made."""
    reply = select(messages.c.seq).where(messages.c.id == row["reply_id"]).scalar_subquery()
    until = messages.c.seq < (reply if row["reply_id"] else said[-1].seq)
    query = (
        select(turns.c.memory)
        .join(messages, messages.c.id == turns.c.reply_id)
        .where(turns.c.conversation_id == row["conversation_id"], turns.c.id != row["id"], until)
        .order_by(messages.c.seq.desc())
        .limit(1)
    )
    left = conn.scalar(query)
    return loads(left, Memory) if left else Memory()


def _messages(conn: Connection, ids: Sequence[str]) -> list[Message]:
    query = select(messages).where(messages.c.id.in_(list(ids))).order_by(messages.c.seq)
    found = [message_of(row) for row in conn.execute(query).mappings()]
    return found if len(found) == len(ids) else []


def _steps(text: str) -> tuple[Step, ...]:
    return tuple(step for step in loads(text, tuple) if isinstance(step, Step))


# --- trials ------------------------------------------------------------------------------------


def row_of(trial: Trial) -> dict[str, Any]:
    return {
        "turn_id": trial.turn_id,
        "shop_id": trial.shop_id,
        "conversation_id": trial.conversation_id,
        "customer_id": trial.customer_id,
        "intent": trial.intent,
        "mode": trial.mode.value,
        "sure": trial.sure,
        "model": trial.model,
        "at": trial.at,
        "meant": meant_json(trial.meant),
        "really": meant_json(trial.really),
        "words": trial.words,
        "verdict": trial.verdict.value,
        "why": trial.why,
        "ms": trial.ms,
        "micros": trial.micros,
        "judged": trial.judged and trial.judged.value,
        "judged_by": trial.judged_by,
        "judged_at": trial.judged_at,
    }


def trial_of(row: RowMapping) -> Trial:
    return Trial(
        turn_id=TurnId(row["turn_id"]),
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        customer_id=row["customer_id"] and CustomerId(row["customer_id"]),
        intent=row["intent"],
        mode=Mode(row["mode"]),
        sure=row["sure"],
        model=row["model"],
        at=row["at"],
        meant=_meant_of(row["meant"]),
        really=_meant_of(row["really"]),
        words=row["words"],
        verdict=Verdict(row["verdict"]),
        why=row["why"],
        ms=row["ms"],
        micros=row["micros"],
        judged=row["judged"] and Judged(row["judged"]),
        judged_by=row["judged_by"],
        judged_at=row["judged_at"],
    )


def counted_of(row: RowMapping) -> Counted:
    return Counted(
        row["intent"],
        row["sure"],
        Verdict(row["verdict"]),
        row["judged"] and Judged(row["judged"]),
        row["ms"],
        row["micros"],
    )


COUNTED = [llm_trials.c[name] for name in ("intent", "sure", "verdict", "judged", "ms", "micros")]


def meant_json(meant: Meant) -> str:
    return json.dumps({"deeds": meant.deeds, "slugs": meant.slugs}, ensure_ascii=False)


def _meant_of(text: str) -> Meant:
    told = json.loads(text)
    return Meant(deeds=tuple((deed[0], deed[1]) for deed in told["deeds"]), slugs=tuple(told["slugs"]))
