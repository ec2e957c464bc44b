"""Replies of our own, labelled: is all they claim so? claims/{zh,en}.{PARTS}.jsonl, worlds.json.

A row is a reply, the world it is said in (what tools gave and what was quoted, in the stored JSON of the
domain), whether every claim in it stands there, and which kind of claim it is about. `held` was written in
one go, `late` by a hand that had not read the rules, `last` and `fresh` each after the rules had been mended.
Each was measured before a rule was changed for it (docs/measure.md), and looked at afterwards: none is held
out any more.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Kind
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import look
from xiaoer.store.codec import loads

HERE = Path(__file__).parent / "claims"
PARTS = ("tune", "held", "late", "last", "fresh")
# 520 without its sign, "in three days": stopped as what it reads like.
_ALIKE: Mapping[Kind, frozenset[Kind]] = {
    Kind.MONEY: frozenset({Kind.MONEY, Kind.NUMBER}),
    Kind.ID: frozenset({Kind.ID, Kind.NUMBER}),
    Kind.DATE: frozenset({Kind.DATE, Kind.DURATION}),
    Kind.TIME: frozenset({Kind.TIME, Kind.DATE}),
}
SURE = frozenset({Kind.MONEY, Kind.DATE, Kind.TIME, Kind.ID})  # these may not slip through


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    reply: Reply
    evidence: Evidence
    kind: Kind
    true: bool
    name: str

    def found(self) -> frozenset[Kind]:
        return frozenset(one.kind for one in look(self.reply, self.evidence))


@dataclass(frozen=True, slots=True)
class Score:
    """Of false rows, how many are stopped for their kind; of rows stopped for it, how many are false so."""

    false: int
    caught: int
    alarms: int  # rows without a false claim that are stopped

    @property
    def recall(self) -> float:
        return self.caught / self.false if self.false else 1.0

    @property
    def precision(self) -> float:
        stopped = self.caught + self.alarms
        return self.caught / stopped if stopped else 1.0


@cache
def rows(language: Language, part: str) -> tuple[Row, ...]:
    doc = json.loads((HERE / "worlds.json").read_text(encoding="utf-8"))
    lines = (HERE / f"{language.value}.{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_row(json.loads(line), language, doc) for line in lines)


def _row(row: Mapping[str, Any], language: Language, doc: Mapping[str, Any]) -> Row:
    world = doc["worlds"][row["world"]]
    evidence = Evidence(
        now=datetime.fromisoformat(row.get("now", doc["now"])),
        time_zone=doc["time_zone"],
        outcomes=loads(json.dumps(world["outcomes"]), tuple),
        passages=tuple(world.get("passages", {}).get(language.value, ())),
        names=tuple(doc["names"][language.value]),
    )
    parts = (TextPart(text=row["reply"]),)
    reply = Reply(parts=parts, receipts=(), origin=Origin.AI, language=language)
    name = f"{row['world']}: {row['reply']}"
    return Row(reply=reply, evidence=evidence, kind=Kind(row["kind"]), true=row["label"], name=name)


def score(found: Sequence[tuple[Row, frozenset[Kind]]], kinds: Iterable[Kind]) -> Score:
    of = frozenset(kinds)
    count = Counter[str]()
    for row, kinds_found in found:
        if row.kind not in of:
            continue
        count["false"] += not row.true
        count["caught"] += not row.true and bool(kinds_found & _ALIKE.get(row.kind, frozenset({row.kind})))
        count["alarms"] += row.true and bool(kinds_found)
    return Score(count["false"], count["caught"], count["alarms"])
