"""What the last look at a reply catches and what it costs: recall and precision by kind, CPU of a check.

Our own labelled replies (tests/guard/claims). All sets have been tuned on; how each did before, on its first day, is
in docs/measure.md. A false reply counts as caught if it is stopped for what is false in it. CPU is the thread's own time;
"cold" forgets what it has read before, so that even the texts of the tools are read anew for every reply; else they
have been read, and the reply itself has not. "Long": 1,200 characters of replies about the same things.

    python benchmarks/receipts.py [--rounds 5] [--json FILE]
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

from tests.guard.labelled import PARTS, SURE, Row, rows, score

from xiaoer.domain.reply import Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard import evidence
from xiaoer.guard.claims import Kind
from xiaoer.guard.outbound import look

LONG = 1_200  # characters


def quality_rows() -> list[dict[str, Any]]:
    made = []
    for language in Language:
        for part in PARTS:
            found = [(row, row.found()) for row in rows(language, part)]
            kinds = {"money, dates, times, ids": SURE, "all": frozenset(Kind)}
            kinds |= {
                kind.value: frozenset({kind}) for kind in Kind if any(row.kind is kind for row, _ in found)
            }
            for name, of in kinds.items():
                one = score(found, of)
                made.append(
                    {
                        "language": language.value,
                        "part": part,
                        "kind": name,
                        "rows": sum(row.kind in of for row, _ in found),
                        "false": one.false,
                        "recall": round(one.recall, 3),
                        "precision": round(one.precision, 3),
                    }
                )
    return made


def cost_row(name: str, every: Sequence[Row], *, rounds: int, cold: bool) -> dict[str, Any]:
    took = []
    for turn in range(rounds):
        for row in every:
            if cold:
                evidence.read.cache_clear()
            reply = said(row.reply, row.reply.text + " " * (turn + 1))  # another, or it has been read already
            start = time.thread_time()
            look(reply, row.evidence)
            took.append((time.thread_time() - start) * 1000)
    took.sort()
    return {
        "checks": name,
        "n": len(took),
        "p50_ms": round(took[len(took) // 2], 3),
        "p99_ms": round(took[int(len(took) * 0.99)], 3),
        "max_ms": round(took[-1], 3),
    }


def said(reply: Reply, text: str) -> Reply:
    return replace(reply, parts=(TextPart(text=text),))


def long_rows(language: Language) -> list[Row]:
    """Of each world, its replies one after another until they are long."""
    every = [row for part in PARTS for row in rows(language, part)]
    made = []
    for world in sorted({row.name.partition(":")[0] for row in every}):
        of = [row for row in every if row.name.startswith(f"{world}:")]
        text = ""
        for row in cycle(of):
            text = f"{text} {row.reply.text}".strip()
            if len(text) >= LONG:
                break
        made.append(replace(of[0], reply=said(of[0].reply, text[:LONG])))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    quality = quality_rows()
    every = [row for language in Language for part in PARTS for row in rows(language, part)]
    cost = [
        cost_row("cold", every, rounds=asked.rounds, cold=True),
        cost_row("warm", every, rounds=asked.rounds, cold=False),
    ]
    for language in Language:
        long = long_rows(language)
        cost += [
            cost_row(f"long {language.value} {name}", long, rounds=8 * asked.rounds, cold=name == "cold")
            for name in ("cold", "warm")
        ]
    for row in quality:
        print(
            "{language} {part} {kind:<24} {rows:>4} rows, {false:>3} false: recall {recall:.3f}, precision {precision:.3f}".format(
                **row
            )
        )
    for row in cost:
        print(
            "{checks}: {n} checks, CPU p50 {p50_ms} ms, p99 {p99_ms} ms, most {max_ms} ms (goal p99 2 ms)".format(
                **row
            )
        )
    if asked.json:
        asked.json.write_text(
            json.dumps({"quality": quality, "cost": cost}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
