"""A person's copy holds all that is stored of them, and after erasure nothing of it is left, in any byte."""

import json
import shutil
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, make_url, select
from tests.store.questions_contract import PIANO
from tests.store.samples import GUEST, NOW, SHOP, customer, opened, said, turn

from xiaoer.domain.care_ports import Asked, TicketKind
from xiaoer.domain.conversation import Conversation, Memory
from xiaoer.domain.ids import ConversationId, CustomerId, OrderId, ShopId, StaffId
from xiaoer.domain.job import NewJob
from xiaoer.domain.outcome import Done, Plan
from xiaoer.domain.people import Actor, Proof
from xiaoer.domain.photos import Image
from xiaoer.domain.ports import Feedback, ProposalState
from xiaoer.domain.promise import Promise, PromiseKind
from xiaoer.domain.reply import CardRow, ConfirmCard, Origin, Receipt, Reply, TextPart
from xiaoer.domain.rollout import Meant, Mode, Trial, Verdict
from xiaoer.domain.understanding import Slots, Wish
from xiaoer.domain.words import Language
from xiaoer.store.catalogue import catalogue
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store, engine
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.notes import Erase, note_of, rows_of
from xiaoer.store.photos import SqlPhotos
from xiaoer.store.privacy import Person, erase, export
from xiaoer.store.rows import new_id
from xiaoer.store.tables import intents, metadata
from xiaoer.store.tickets import SqlTickets
from xiaoer.store.trials import SqlTrials

PLACES = (
    "said", "part", "memory", "fact", "argument", "outcome", "feedback", "why", "understood", "receipt",
    "asked", "subject", "payload", "ticket", "photo", "trial", "really",
)  # fmt: skip
ORDERS = [OrderId("M-LIN-1"), OrderId("M-LIN-2")]
PERSON = Person(shop_id=SHOP, customer_id=CustomerId("c-lin"), order_ids=ORDERS)


def canaries(mark: str) -> list[str]:
    return [f"{mark}-{place}-幸运草" for place in PLACES]


async def live(store: Store, actor: Actor, mark: str, order: str = "") -> ConversationId:
    """A whole conversation, with a canary in every place a person's words or facts may come to lie."""
    c = dict(zip(PLACES, canaries(mark), strict=True))
    log, ledger, desk = SqlConversations(store), SqlLedger(store), SqlDesk(store)
    conversation = await opened(log, actor)
    if order:
        await log.prove(conversation.id, OrderId(order))
    await said(log, conversation.id, c["said"])
    plan = Plan("change_address", {"street": c["argument"]}, {"name": c["fact"]})
    intent_id = await ledger.propose(
        plan, actor, conversation.id, now=NOW, expires_at=NOW + timedelta(hours=1)
    )
    card = ConfirmCard(
        intent_id=intent_id,
        action="change_address",
        title="",
        rows=(CardRow(label="", value=c["part"]),),
        yes="",
        no="",
        expires_at="",
    )
    reply = Reply(
        parts=(TextPart(text=c["part"]), card),
        receipts=(Receipt(source="x", values=(c["receipt"],)),),
        origin=Origin.TEMPLATE,
        language=Language.ZH,
    )
    async with log.lease(conversation.id, now=NOW):
        record = await turn(log, conversation.id, reply)
        wish = Wish(text=c["understood"], guesses=(), slots=Slots(address=c["understood"]))
        done = replace(
            record.turn,
            understanding=replace(record.turn.understanding, wishes=(wish,)),
            memory=Memory(shown_slot=c["memory"]),
        )
        asked = replace(PIANO, text=c["asked"], turn_id=done.id, conversation_id=conversation.id)
        promise = promised(conversation, f"{mark}-order", c["subject"])
        whole = replace(record, turn=done, questions=(asked,), promises=(promise,))
        message = await log.finish_turn(whole, now=NOW)
    assert message is not None
    await ledger.take(intent_id, now=NOW)
    done_so = Done("change_address", {"street": c["outcome"]})
    await ledger.finish(intent_id, ProposalState.DONE, done_so, now=NOW)
    job = NewJob(
        shop_id=actor.shop_id,
        kind="note",
        key=mark,
        run_at=NOW,
        payload={"words": c["payload"]},
        conversation_id=conversation.id,
    )
    await SqlJobs(store).enqueue(job, now=NOW)
    given = Feedback(conversation_id=conversation.id, message_id=message.id, thumb=-1, text=c["feedback"])
    await log.feedback(given, now=NOW)
    await desk.queue(conversation.id, c["why"], now=NOW)
    complaint = Asked(
        kind=TicketKind.COMPLAINT,
        shop_id=actor.shop_id,
        conversation_id=conversation.id,
        customer_id=actor.customer_id,
        words=c["ticket"],
        due_at=NOW,
    )
    await SqlTickets(store).open(complaint, now=NOW)
    trial = Trial(
        turn_id=done.id,
        shop_id=actor.shop_id,
        conversation_id=conversation.id,
        customer_id=actor.customer_id,
        intent="order_status",
        mode=Mode.SHADOW,
        sure=True,
        model="m",
        at=NOW,
        meant=Meant(),
        really=Meant(deeds=(("track_parcel", c["really"]),)),
        verdict=Verdict.OPEN,
        words=c["trial"],
    )
    assert await SqlTrials(store).add(trial)
    photos = SqlPhotos(store)
    photo = await photos.add(
        conversation.id, mark, "digest", Image(b"\xff\xd8" + mark.encode(), 4, 3), now=NOW
    )
    await photos.tie(conversation.id, [photo.id], number=c["photo"])
    await desk.take(conversation.id, StaffId("s-lin"), now=NOW)
    return conversation.id


def promised(made_in: Conversation, about: str, words: str) -> Promise:
    return Promise(
        id=new_id(),
        shop_id=made_in.actor.shop_id,
        conversation_id=made_in.id,
        customer_id=made_in.actor.customer_id,
        kind=PromiseKind.PARCEL_BY,
        about=about,
        due_at=NOW,
        look_at=NOW,
        made_at=NOW,
        made_by="turn",
        subject={"words": words},
    )


async def all_text(store: Store, url: str) -> str:
    """What stands in the database's rows, and in SQLite's files."""
    rows = await store.read(
        lambda conn: [tuple(row) for table in metadata.sorted_tables for row in conn.execute(select(table))]
    )
    return repr(rows) + "".join(in_files(url))


def in_files(url: str) -> Iterable[str]:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        place = Path(address.database or "")
        for file in sorted(place.parent.glob(f"{place.name}*")):
            yield file.read_bytes().decode(errors="ignore")


@pytest.mark.parametrize("column", [c for t in metadata.sorted_tables for c in t.c], ids=str)
def test_every_column_says_what_it_holds(column: "Column[object]") -> None:
    note, reach = note_of(column), rows_of(column.table)
    if note.personal:
        assert reach.customer or reach.conversation, "personal, but no way leads to the person"
        assert note.erase is not Erase.KEEP
        assert note.keep.days is not None, "nothing personal is kept for ever"
    if note.erase is Erase.BLANK:
        assert column.nullable or note.blank is not None
    if note.erase is Erase.DELETE:
        assert all(note_of(other).erase is Erase.DELETE for other in column.table.c), "half a row cannot go"


def test_a_column_that_says_nothing_is_found_out() -> None:
    silent = Table("silent", MetaData(), Column("id", Integer), Column("phone", Text))
    with pytest.raises(KeyError):
        note_of(silent.c.phone)
    with pytest.raises(KeyError):
        rows_of(silent)


def test_every_table_but_the_tries_is_of_a_shop() -> None:
    assert {table.name for table in metadata.sorted_tables if "shop_id" not in table.c} == {"tries"}


def test_the_catalogue_lists_every_column() -> None:
    listed = {(entry.table, entry.column) for entry in catalogue()}
    assert listed == {(table.name, column.name) for table in metadata.sorted_tables for column in table.c}
    [text] = [entry for entry in catalogue() if (entry.table, entry.column) == ("messages", "text")]
    assert (text.personal, text.whose, text.days, text.erase) == (True, "conversation", 365, "delete")


async def test_the_copy_holds_all_and_only_theirs(store: Store) -> None:
    await live(store, customer(), "mine")
    await live(store, GUEST, "guest", "M-LIN-2")
    await live(store, customer("c-wang"), "wang")
    await live(store, GUEST, "stranger", "M-WANG-1")
    await live(store, customer(shop_id=ShopId("other")), "elsewhere")
    copy = await export(store, PERSON)
    told = json.dumps(copy, ensure_ascii=False)
    assert [canary for canary in canaries("mine") + canaries("guest") if canary not in told] == []
    for mark in ("wang", "stranger", "elsewhere"):
        assert mark not in told
    assert len(copy["conversations"]) == 2
    assert len(copy["intents"]) == 2
    assert {b64decode(str(row["image"])) for row in copy["photos"]} == {b"\xff\xd8mine", b"\xff\xd8guest"}
    assert {row["customer_id"] for row in copy["conversations"]} == {"c-lin", None}


async def test_after_erasure_no_byte_is_left(store: Store, database_url: str) -> None:
    mine = await live(store, customer(), "mine")
    await live(store, GUEST, "guest", "M-LIN-2")
    await live(store, customer("c-wang"), "wang")
    await live(store, customer(shop_id=ShopId("other")), "elsewhere")
    before = await all_text(store, database_url)
    assert [canary for canary in canaries("mine") + canaries("guest") if canary not in before] == []
    others = {mark: await export(store, person) for mark, person in OTHERS.items()}

    counts = await erase(store, PERSON)

    assert (counts["conversations"], counts["messages"], counts["intents"]) == (2, 10, 2)
    assert counts["photos"] == 2
    assert (counts["promises"], counts["jobs"]) == (2, 4)  # a job of the effect's besides
    assert (counts["turns"], counts["feedback"], counts["handoffs"], counts["proofs"]) == (2, 2, 2, 1)
    after = await all_text(store, database_url)
    assert [canary for canary in canaries("mine") + canaries("guest") if canary in after] == []
    assert "M-LIN-2" not in after
    assert {mark: await export(store, person) for mark, person in OTHERS.items()} == others
    assert {name for name, rows in (await export(store, PERSON)).items() if rows} == set()
    assert await SqlConversations(store).get(mine) is None
    assert sum((await erase(store, PERSON)).values()) == 0


OTHERS = {
    "wang": Person(shop_id=SHOP, customer_id=CustomerId("c-wang")),
    "elsewhere": Person(shop_id=ShopId("other"), customer_id=CustomerId("c-lin")),
}


async def test_an_effect_stays_done_after_erasure(store: Store) -> None:
    ledger = SqlLedger(store)
    await live(store, customer(), "mine")
    [intent_id] = await store.read(lambda conn: list(conn.scalars(select(intents.c.id))))
    await erase(store, PERSON)
    left = await ledger.proposal(intent_id)
    assert left is not None
    assert (left.state, left.outcome, left.actor.customer_id) == (ProposalState.DONE, None, None)
    assert left.plan == Plan("change_address", {}, {})
    assert not await ledger.take(intent_id, now=NOW)


async def test_a_known_customers_talk_is_theirs_whatever_orders_are_proven_in_it(store: Store) -> None:
    log = SqlConversations(store)
    known = replace(customer("c-wang"), proof=Proof.ORDER, proven_orders=frozenset({OrderId("M-LIN-1")}))
    conversation = await opened(log, known)
    assert sum((await erase(store, PERSON)).values()) == 0
    assert await log.get(conversation.id) == conversation


async def test_many_orders_and_conversations(store: Store) -> None:
    log = SqlConversations(store)
    orders = [OrderId(f"N{number}") for number in range(1_201)]
    for number in range(0, 1_201, 400):
        await log.prove((await opened(log)).id, orders[number])
    counts = await erase(store, replace(PERSON, order_ids=orders))
    assert (counts["conversations"], counts["proofs"]) == (4, 4)


async def test_erasure_reaches_what_another_process_holds_open(store: Store, database_url: str) -> None:
    """Also with another process's idle connections on the same files."""
    async with await Store.open(database_url) as other:
        await live(other, customer(), "mine")
        await erase(store, PERSON)
        after = await all_text(other, database_url)
        assert [canary for canary in canaries("mine") if canary in after] == []


async def test_erasure_says_so_if_a_reader_holds_the_old_bytes(tmp_path: Path, sqlite_template: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    shutil.copy(sqlite_template, tmp_path / "x.db")
    async with await Store.open(url, busy_timeout_s=0.05) as store:
        await live(store, customer(), "mine")
        reader = engine(url, begin="BEGIN")
        with reader.connect() as conn:
            conn.execute(select(intents)).all()
            with pytest.raises(Exception, match="scrub|reader"):
                await erase(store, PERSON)
        reader.dispose()
        await erase(store, PERSON)
        assert not any("mine-" in content for content in in_files(url))
