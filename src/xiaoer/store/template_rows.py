"""Reply templates as rows, and the statements that read, write and count them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    RowMapping,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)

from xiaoer.domain.conversation import State
from xiaoer.domain.ids import ShopId, TemplateId
from xiaoer.domain.templates import Tally, Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.store.tables import feedback, messages, template_uses
from xiaoer.store.tables import reply_templates as table

TURNS = 3  # that follow a use, in which a hand-off is held against it
_WAY = (table.c.intent, table.c.language, table.c.mood, table.c.variant)
_ORDER = (*_WAY, table.c.number)


def found(conn: Connection, query: Select[Any]) -> list[Template]:
    return [_template_of(row) for row in conn.execute(query).mappings()]


def of_shop(shop_id: ShopId, *where: ColumnElement[bool]) -> Select[Any]:
    return select(table).where(table.c.shop_id == shop_id, *where).order_by(*_ORDER)


def of_id(shop_id: ShopId, template_id: TemplateId) -> Select[Any]:
    return of_shop(shop_id, table.c.id == template_id)


def of_wanted(shop_id: ShopId, wanted: WantedTemplates) -> Select[Any]:
    where: list[ColumnElement[bool]] = []
    if wanted.states:
        where.append(table.c.state.in_([state.value for state in wanted.states]))
    if wanted.intent is not None:
        where.append(table.c.intent == wanted.intent)
    if wanted.language is not None:
        where.append(table.c.language == wanted.language.value)
    if wanted.way is not None:
        where.append(_is(wanted.way))
    return of_shop(shop_id, *where)


def behind(template: Template) -> ColumnElement[bool]:
    return tuple_(*_ORDER) > tuple_(*_key(template.way), template.number)


def mark(conn: Connection, shop_id: ShopId) -> str:
    """A publication raises the first number; what else changes the published ones lowers the second.

    So no two states have the same mark, whatever the clocks of those who wrote say.
    """
    is_said = case((table.c.state == TemplateState.PUBLISHED.value, 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(is_said), 0)).where(
        table.c.shop_id == shop_id, table.c.published_at.is_not(None)
    )
    count, live = conn.execute(query).one()
    return f"{count}-{live}"


def add(conn: Connection, shop_id: ShopId, way: Way, written: Mapping[str, Any]) -> Template:
    """A draft with the next number. `written`: id, text, author, created_at. The caller has the turn."""
    last = conn.scalar(select(func.max(table.c.number)).where(table.c.shop_id == shop_id, _is(way))) or 0
    key = dict(zip((column.name for column in _WAY), _key(way), strict=True))
    row = {"shop_id": shop_id, **key, "number": last + 1, "state": TemplateState.DRAFT.value, **written}
    conn.execute(insert(table), row)
    return found(conn, of_id(shop_id, written["id"]))[0]


def said(conn: Connection, shop_id: ShopId, way: Way) -> list[Template]:
    """What is published of it: one, or none."""
    return found(conn, of_shop(shop_id, _is(way), table.c.state == TemplateState.PUBLISHED.value))


def live_on(conn: Connection, shop_id: ShopId, changed: Sequence[Template]) -> None:
    """Write where each stands in its life, in this order: there is never a second published one."""
    for one in changed:
        life = {
            "state": one.state.value,
            "published_at": one.published_at,
            "archived_at": one.archived_at,
        }
        conn.execute(update(table).where(table.c.shop_id == shop_id, table.c.id == one.id).values(life))


# --- what came of them -----------------------------------------------------------------------------


def tallies(shop_id: ShopId, since: datetime | None) -> Select[Any]:
    """By template: how often it was said, the thumbs of those replies, and the hand-offs soon after.

    What came soon after is told by the order of a conversation's events, not by anybody's clock.
    """
    use, reply = template_uses.c, messages.alias("reply")
    where = [use.shop_id == shop_id] + ([use.at >= since] if since else [])
    return (
        select(
            use.template_id,
            func.count(),
            func.coalesce(func.sum(case((feedback.c.thumb > 0, 1), else_=0)), 0),
            func.coalesce(func.sum(case((feedback.c.thumb < 0, 1), else_=0)), 0),
            func.coalesce(func.sum(case((_handed_off(reply), 1), else_=0)), 0),
        )
        .select_from(template_uses)
        .outerjoin(feedback, feedback.c.message_id == use.message_id)
        .outerjoin(reply, reply.c.id == use.message_id)
        .where(*where)
        .group_by(use.template_id)
    )


def tally_of(row: Row[Any]) -> tuple[TemplateId, Tally]:
    template_id, uses, up, down, handed_off = tuple(row)
    return TemplateId(template_id), Tally(uses=uses, up=up, down=down, handed_off=handed_off)


def _handed_off(reply: FromClause) -> ColumnElement[bool]:
    """Whether the conversation began to wait for a person before the reply of the third turn after."""
    later, queued = messages.alias("later"), messages.alias("queued")
    third = (
        select(later.c.seq)
        .where(
            later.c.conversation_id == reply.c.conversation_id,
            later.c.seq > reply.c.seq,
            later.c.kind == "message",
            later.c.turn_id.is_not(None),
        )
        .order_by(later.c.seq)
        .offset(TURNS - 1)
        .limit(1)
        .correlate(reply)
        .scalar_subquery()
    )
    return exists(
        select(queued.c.id)
        .where(
            queued.c.conversation_id == reply.c.conversation_id,
            queued.c.kind == "state",
            queued.c.text == State.WAITING.value,
            queued.c.seq > reply.c.seq,
            queued.c.seq < func.coalesce(third, _NO_END),
        )
        .correlate(reply)
    )


_NO_END = 2**31 - 1  # what a 32-bit integer holds: fewer than three turns have followed


def _is(way: Way) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(_WAY, _key(way), strict=True)))


def _key(way: Way) -> tuple[str, str, str, str]:
    return way.intent, way.language.value, way.mood.value if way.mood else "", way.variant


def _template_of(row: RowMapping) -> Template:
    return Template(
        id=TemplateId(row["id"]),
        way=Way(
            intent=Intent(row["intent"]),
            language=Language(row["language"]),
            mood=Mood(row["mood"]) if row["mood"] else None,
            variant=row["variant"],
        ),
        number=row["number"],
        text=row["text"],
        state=TemplateState(row["state"]),
        author=row["author"],
        created_at=row["created_at"],
        published_at=row["published_at"],
        archived_at=row["archived_at"],
    )
