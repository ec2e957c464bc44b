"""What is masked by its form alone: recall by what was marked, precision by what was found.

Our own marked texts (tests/guard/masking): `tune` is what the rules were written against, `held` (written before
them) and `late` (written after them) were only seen as figures. A value counts as masked if no letter and no digit of it is left; a find counts as right if no letter
and no digit in it is of anything else. What the shop's records know is found apart from this, wherever it stands.

`--data` is a folder with presidio-research's synth_dataset_v2.json(.gz): English sentences by the thousand.

    python benchmarks/masking.py [--data FOLDER] [--json FILE]
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

from tests.guard.marked import PARTS, STRUCTURED, Found, Kind, left_alone, look, precision, recall, rows

from xiaoer.domain.words import Language
from xiaoer.text import mask

# In the public set; what is not named here (an organisation, a day, an age) we do not mask.
_PUBLIC = (
    "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "US_DRIVER_LICENSE", "IP_ADDRESS",
    "PERSON", "STREET_ADDRESS",
)  # fmt: skip
_SUMS = {"structured": STRUCTURED, "all": frozenset(Kind)}


def _share(hits: int, of: int) -> float | None:
    return round(hits / of, 3) if of else None


def recall_rows(name: str, part: str, found: Sequence[Found]) -> list[dict[str, Any]]:
    kinds: dict[str, Iterable[str]] = {**{kind.value: (kind,) for kind in Kind}, **_SUMS}
    made = []
    for kind, of in kinds.items():
        hits, wanted = recall(found, of)
        if wanted:
            made.append(
                {"set": name, "part": part, "kind": kind, "marked": wanted, "recall": _share(hits, wanted)}
            )
    return made


def precision_rows(name: str, part: str, found: Sequence[Found]) -> list[dict[str, Any]]:
    kinds: dict[str, Iterable[mask.Kind]] = {**{kind.value: (kind,) for kind in mask.Kind}, "all": mask.Kind}
    made = []
    for kind, of in kinds.items():
        hits, finds = precision(found, of)
        if finds:
            made.append(
                {"set": name, "part": part, "kind": kind, "finds": finds, "precision": _share(hits, finds)}
            )
    return made


def plain_row(name: str, part: str, found: Sequence[Found]) -> dict[str, Any]:
    alone, plain = left_alone(found)
    return {
        "set": name,
        "part": part,
        "texts": len(found),
        "plain": plain,
        "left_alone": _share(alone, plain),
    }


def public_rows(folder: Path) -> list[dict[str, Any]]:
    """Of the public set: how much of each kind is masked, wholly and in part."""
    path = next(folder.glob("synth_dataset_v2.json*"))
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    whole, some, marked = Counter[str](), Counter[str](), Counter[str]()
    for doc in json.loads(raw):
        text = doc["full_text"]
        covered = {at for find in mask.finds(text) for at in range(find.start, find.end)}
        for span in doc["spans"]:
            letters = {at for at in range(span["start_position"], span["end_position"]) if text[at].isalnum()}
            marked[span["entity_type"]] += 1
            whole[span["entity_type"]] += letters <= covered
            some[span["entity_type"]] += bool(letters & covered)
    return [
        {
            "set": "presidio-pii",
            "kind": kind,
            "marked": marked[kind],
            "recall": _share(whole[kind], marked[kind]),
            "some_of_it": _share(some[kind], marked[kind]),
        }
        for kind in _PUBLIC
    ]


def cost_row(every: Sequence[str]) -> dict[str, Any]:
    took = []
    for text in every:
        start = time.thread_time()
        mask.finds(text)
        took.append((time.thread_time() - start) * 1000)
    took.sort()
    return {
        "texts": len(took),
        "p50_ms": round(took[len(took) // 2], 3),
        "p99_ms": round(took[int(len(took) * 0.99)], 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    made: dict[str, list[dict[str, Any]]] = {"recall": [], "precision": [], "plain": [], "public": []}
    for language in Language:
        for part in PARTS:
            found = look(rows(language, part))
            made["recall"] += recall_rows(language.value, part, found)
            made["precision"] += precision_rows(language.value, part, found)
            made["plain"].append(plain_row(language.value, part, found))
    if asked.data:
        made["public"] = public_rows(asked.data)
    made["cost"] = [
        cost_row([row.text for language in Language for part in PARTS for row in rows(language, part)])
    ]
    for row in made["recall"]:
        print("{set} {part} {kind:<10} {marked:>4} marked: recall {recall:.3f}".format(**row))
    for row in made["precision"]:
        print("{set} {part} {kind:<10} {finds:>4} found: precision {precision:.3f}".format(**row))
    for row in made["plain"]:
        print(
            "{set} {part} {texts} texts, {plain} with nothing of anybody: left alone {left_alone:.3f}".format(
                **row
            )
        )
    for row in made["public"]:
        print(
            "{set} {kind:<18} {marked:>4} marked: recall {recall:.3f}, some of it {some_of_it:.3f}".format(
                **row
            )
        )
    print("{texts} texts, CPU p50 {p50_ms} ms, p99 {p99_ms} ms".format(**made["cost"][0]))
    if asked.json:
        asked.json.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
