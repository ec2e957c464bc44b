"""How well slots, language, mood and risks are read: labelled sets of our own, and what reading costs.

Odd rows of a set may be tuned on, even rows are held out; both are printed. We wrote sets and rules, so they
flatter us; `mood_unseen` was written after the rules. With `--data` the polarity of public Chinese reviews as
well: measured only, never learned from.

    python benchmarks/understanding_sets.py [--data ../shared/data] [--json FILE] [--wrong slots.zh]
"""

import argparse
import csv
import io
import json
import os
import platform
import sys
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._sets import (
    READER,
    ZONES,
    Score,
    language,
    mood_accuracy,
    moods,
    rows,
    slots,
    traditional,
    unseen_moods,
)

from xiaoer.domain.words import Language
from xiaoer.text.clean import LONGEST, fold, tidy
from xiaoer.text.language import language_of
from xiaoer.understand import mood
from xiaoer.understand.risks import risks_in

# --- public reviews: good or bad ---------------------------------------------------------------------


def polarity(data: Path) -> dict[str, dict[str, float]]:
    """Good against bad: a review is good if praise is heard in it, and bad else."""
    sets = {"eprstmt": _eprstmt, "online_shopping_10_cats": _shopping}
    return {name: _polarity(read(data)) for name, read in sets.items()}


def _polarity(reviews: Sequence[tuple[str, bool]]) -> dict[str, float]:
    scores = [(mood.polarity(fold(tidy(text))), good) for text, good in reviews]
    found = [(score > 0) is good for score, good in scores if score]
    return {
        "reviews": len(reviews),
        "accuracy": sum((score > 0) is good for score, good in scores) / len(reviews),
        "with_a_feeling": len(found) / len(reviews),
        "right_of_these": sum(found) / max(1, len(found)),
    }


def _eprstmt(data: Path) -> list[tuple[str, bool]]:
    lines = [
        line
        for name in ("train_few_all.json", "dev_few_all.json")
        for line in (data / "fewclue-eprstmt" / name).read_text(encoding="utf-8").splitlines()
    ]
    return [(row["sentence"], row["label"] == "Positive") for row in map(json.loads, lines)]


def _shopping(data: Path) -> list[tuple[str, bool]]:
    with zipfile.ZipFile(data / "chinesenlpcorpus" / "online_shopping_10_cats.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(".csv"))
        with archive.open(name) as file:
            found = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
    return [(row["review"], row["label"] == "1") for row in found[::10]]  # a tenth is enough


# --- cost --------------------------------------------------------------------------------------------


def read_all(text: str) -> None:
    tidied = tidy(text[:LONGEST])
    folded = fold(tidied)
    READER.read(tidied, folded, today=date(2026, 11, 18))
    mood.mood_of(tidied, folded)
    mood.urgency(folded)
    risks_in(folded)
    language_of(folded, Language.ZH)


def cost() -> dict[str, float]:
    """CPU milliseconds a message for cleaning, slots, mood, urgency, risks and language together."""
    names = ("slots.zh", "slots.en", "mood.zh", "mood.en")
    texts = [row["text"] for name in names for row in rows(name)]
    for text in texts:
        read_all(text)
    spent = sorted(_timed(partial(read_all, text)) for text in texts)
    return {
        "messages": len(spent),
        "median_ms": spent[len(spent) // 2],
        "p95_ms": spent[len(spent) * 95 // 100],
    }


FLOODS = (
    "a", " ", "1", "M2026000", "好的", "不", "!", "，", "0-", "to ", "the ", "寄到", "1 a", "二百", "@a.", "(1)",
    "and ", "not ", "转", "第", "\n", "中国", "1到", "SF1", "+1 ", "地址", "a'", "😀", "11/", "1.1", "三天", "上周",
    "月", "号", "双十一", "last ", "in 3 ", "nov ", "1 nov ", "块", "1块", "¥1", "$1 ", "1 and a half ", "uk ", "uk 8",
    "2mm", "红", "深", "不想", "杀", "kill ", "don't ", "气死", "太", "very ", "马上", "一二三", "12345678 ", "138",
    "省市区", "1 st ", "st, ", "周一到", "between ", "1-1 ", "我要", "no ", "ma ", "je ", "à ", "한", "注", "給",
)  # fmt: skip


def floods() -> dict[str, Any]:
    """CPU milliseconds of a message of 100,000 characters: the worst of many, read three times each."""
    spent = {piece: min(_timed(partial(read_all, _flood(piece))) for _ in range(3)) for piece in FLOODS}
    worst = max(spent, key=lambda piece: spent[piece])
    return {"floods": len(spent), "worst_ms": spent[worst], "of": worst}


def _flood(piece: str) -> str:
    return piece * (100_000 // len(piece))


def _timed(call: Callable[[], None]) -> float:
    start = time.process_time_ns()
    call()
    return (time.process_time_ns() - start) / 1e6


# --- the table ---------------------------------------------------------------------------------------


def measured(data: Path | None) -> dict[str, Any]:
    sets = {
        **{f"slots.{one}": slots(one) for one in ZONES},
        "language": language(),
        "traditional": traditional(),
        **{f"mood.{one}": moods(one) for one in ZONES},
        **{f"sarcasm.{one}": moods(one, sarcasm=True) for one in ZONES},
    }
    halved = {
        f"{name} {half}": score
        for name, found in sets.items()
        for half, score in (("tuned", found.tuned), ("held_out", found.held_out))
    }
    unseen = {f"mood.{one} unseen": unseen_moods(one) for one in ZONES}
    table: dict[str, Any] = {name: _shares(name, score) for name, score in (halved | unseen).items()}
    table["cost"], table["floods"] = cost(), floods()
    if data:
        table["polarity"] = polarity(data)
    return table


def _shares(name: str, score: Score) -> dict[str, float]:
    of_mood = name.startswith(("mood", "sarcasm"))
    return ({"mood_accuracy": mood_accuracy(score)} if of_mood else {}) | score.shares()


def printed(name: str, values: Mapping[str, Any]) -> None:
    print(f"\n{name}")
    for key, value in values.items():
        shown = f"{value:.3f}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
        print(f"  {key:<28} {shown}")


def wrong_rows(name: str) -> None:
    kind, _, of = name.partition(".")
    found = {"slots": lambda: slots(of), "language": language, "mood": lambda: moods(of)}[kind]()
    print("\n".join(found.tuned.wrong))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--data", type=Path, help="folder of public review sets, to measure polarity")
    arguments.add_argument("--json", type=Path, help="write the figures there")
    arguments.add_argument("--wrong", help="only print the wrong odd rows of a set, e.g. slots.zh")
    asked = arguments.parse_args()
    if asked.wrong:
        return wrong_rows(asked.wrong)
    table = measured(asked.data)
    for name, values in table.items():
        printed(name, values)
    if asked.json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), "argv": sys.argv[1:]}
        asked.json.write_text(json.dumps({"machine": machine, **table}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
