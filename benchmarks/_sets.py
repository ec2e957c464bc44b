"""Scores of slots, language, mood and risks against the labelled sets in tests/understand/sets.

Odd rows of a set may be tuned on, even rows are held out. `mood_unseen` was written after the words and rules of
mood, and none of them was changed for it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from xiaoer.domain.catalog import Category
from xiaoer.domain.understanding import Mood, Slots, Urgency
from xiaoer.domain.words import Language, Words
from xiaoer.text.clean import clean, fold, tidy
from xiaoer.text.language import language_of
from xiaoer.understand import mood
from xiaoer.understand.address import parse_address
from xiaoer.understand.dates import is_day_first
from xiaoer.understand.risks import risks_in
from xiaoer.understand.slots import SlotReader

SETS = Path(__file__).parents[1] / "tests" / "understand" / "sets"
TODAY, ZONES = "2026-11-18", {"zh": "Asia/Shanghai", "en": "Europe/London"}
READER = SlotReader(
    "M[0-9]{8}",
    (
        Category(
            key="running_shoes",
            name=Words("跑鞋", "running shoes"),
            synonyms=("跑步鞋", "运动鞋", "鞋子", "鞋", "running shoe", "sneakers", "shoes"),
        ),
        Category(
            key="bags", name=Words("包", "bags"), synonyms=("背包", "双肩包", "bag", "backpack", "backpacks")
        ),
        Category(key="outdoor", name=Words("户外", "outdoor"), synonyms=("露营", "camping")),
    ),
)
PLAIN = (
    "order_ids", "tracking_numbers", "dates", "amount_minor", "currency", "price_min_minor", "price_max_minor",
    "quantity", "colour", "size", "phone", "email", "reason", "unopened",
)  # fmt: skip
ADDRESS = ("name", "country", "region", "city", "street", "postcode")
Row = Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """What was to be found, what was, and what should not have been."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, wanted: object, found: object) -> bool:
        is_right = wanted == found
        self.right += is_right and wanted is not None
        self.wrong += not is_right and found is not None
        self.missed += not is_right and wanted is not None
        return is_right

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(slots=True)
class Score:
    """Of one half of a set."""

    rows: int = 0
    exact: int = 0
    fields: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, text: str, pairs: Mapping[str, tuple[object, object]]) -> None:
        bad = [
            f"{name}: {found!r}, not {wanted!r}"
            for name, (wanted, found) in pairs.items()
            if not self.fields.setdefault(name, Tally()).add(wanted, found)
        ]
        self.rows += 1
        self.exact += not bad
        if bad:
            self.wrong.append(f"{text}  ->  {'; '.join(bad)}")

    @property
    def micro_f1(self) -> float:
        every = Tally()
        for tally in self.fields.values():
            every.right, every.wrong = every.right + tally.right, every.wrong + tally.wrong
            every.missed += tally.missed
        return every.f1

    def shares(self) -> dict[str, float]:
        return {
            "rows": self.rows,
            "exact": self.exact / max(1, self.rows),
            "micro_f1": self.micro_f1,
            **{f"f1.{name}": tally.f1 for name, tally in self.fields.items()},
        }


@dataclass(frozen=True, slots=True)
class Halves:
    tuned: Score
    held_out: Score


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def halves(found: Iterable[tuple[str, Mapping[str, tuple[object, object]]]]) -> Halves:
    """Rows count from one: the odd ones may be tuned on."""
    both = Halves(Score(), Score())
    for number, (text, pairs) in enumerate(found, start=1):
        (both.tuned if number % 2 else both.held_out).add(text, pairs)
    return both


# --- slots ------------------------------------------------------------------------------------------


def slots(language: str) -> Halves:
    return halves((row["text"], _slot_pairs(row, language)) for row in rows(f"slots.{language}"))


def _slot_pairs(row: Row, language: str) -> dict[str, tuple[object, object]]:
    text = tidy(row["text"])
    today, zone = date.fromisoformat(row.get("today", TODAY)), row.get("zone", ZONES[language])
    found = READER.read(text, fold(text), today=today, day_first=is_day_first(zone) and text.isascii())
    wanted = row["slots"]
    pairs = {name: (_wanted(wanted.get(name)), _found(found, name)) for name in PLAIN}
    pairs |= {
        name: (wanted[name], getattr(found, name)) for name in ("category", "product_words") if name in wanted
    }
    return pairs | _address_pairs(wanted.get("address"), found.address, ZONES[language])


def _wanted(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _found(found: Slots, name: str) -> object:
    value = getattr(found, name)
    if name == "dates":
        value = tuple(str(d.start) if d.start == d.end else f"{d.start}..{d.end}" for d in found.dates)
    if name == "phone":
        value = "".join(c for c in found.phone if c.isdecimal() or c == "+")
    return None if value in ("", ()) else value


def _address_pairs(wanted: Row | None, said: str, zone: str) -> dict[str, tuple[object, object]]:
    """The parts that are labelled, and whether there is an address at all."""
    pairs: dict[str, tuple[object, object]] = {"address": (True if wanted else None, True if said else None)}
    if not wanted:
        return pairs
    country = "CN" if zone.startswith("Asia") else "GB"
    read = parse_address(said, default_name="", default_phone="", default_country=country)
    return pairs | {f"address.{n}": (wanted[n], getattr(read, n) or None) for n in ADDRESS if n in wanted}


# --- language ---------------------------------------------------------------------------------------


def language() -> Halves:
    return halves((row["text"], _language_pairs(row)) for row in rows("language"))


def _language_pairs(row: Row) -> dict[str, tuple[object, object]]:
    """With the other language before it; what is of neither keeps either."""
    text, wanted = fold(tidy(row["text"])), row["language"]
    befores = [one for one in Language if one != wanted]
    told = {before.value: language_of(text, before).value for before in befores}
    right = all(found == (wanted or before) for before, found in told.items())
    return {f"{wanted or 'other'}.{row['kind']}": (True, right), wanted or "other": (True, right)}


# --- mood -------------------------------------------------------------------------------------------


def moods(language: str, *, sarcasm: bool = False) -> Halves:
    chosen = [row for row in rows(f"mood.{language}") if row.get("sarcasm", False) is sarcasm]
    return halves((row["text"], _mood_pairs(row)) for row in chosen)


def _mood_pairs(row: Row) -> dict[str, tuple[object, object]]:
    tidied = tidy(row["text"])
    text = fold(tidied)
    found, risks = mood.mood_of(tidied, text).value, {risk.value for risk in risks_in(text)}
    urgent = mood.urgency(text)
    pairs: dict[str, tuple[object, object]] = {
        one.value: (_one(row["mood"], one), _one(found, one)) for one in Mood
    }
    displeased = (_displeased(row["mood"]), _displeased(found))
    pairs["displeased"] = displeased
    pairs["urgent"] = (row["urgent"] > 0 or None, urgent > Urgency.NONE or None)
    pairs["urgency"] = (Urgency(row["urgent"]) or None, urgent or None)
    named = {*row["risks"], *risks}
    return pairs | {f"risk.{r}": (r in row["risks"] or None, r in risks or None) for r in sorted(named)}


def _displeased(said: str) -> object:
    return True if said in (Mood.UPSET.value, Mood.ANGRY.value) else None


def _one(said: str, of: Mood) -> object:
    return True if said == of.value else None


def unseen_moods(language: str) -> Score:
    score = Score()
    for row in rows(f"mood_unseen.{language}"):
        score.add(row["text"], _mood_pairs(row))
    return score


def traditional() -> Halves:
    """Whether what is written in traditional characters is matched as if it were simplified."""
    return halves(
        (row["traditional"], {"same": (clean(row["simplified"]), clean(row["traditional"]))})
        for row in rows("traditional")
    )


def mood_accuracy(score: Score) -> float:
    """A row with the wrong mood counts once as wrong and once as missed."""
    missed = sum(score.fields[m.value].missed for m in Mood if m.value in score.fields)
    return 1 - missed / max(1, score.rows)
