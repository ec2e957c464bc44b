"""What the search finds and what it costs: quality on our own questions, time and memory at 100,000 passages.

CPU of a search is the thread's own time. While a new index is built in a thread, another thread asks on; the
longest of its waits is the stall. The corpora are our articles with other words put for some of theirs
(_corpora.py).

    python benchmarks/knowledge.py [--sizes 10000 100000] [--asked 600] [--json FILE]
"""

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from _corpora import corpus
from tests.knowledge.articles import demo
from tests.knowledge.questions import asked, overlap, questions

from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.knowledge.evaluate import quality
from xiaoer.knowledge.library import LINE, TantivyLibrary
from xiaoer.knowledge.passages import passages

PARTS = ("tune", "held", "far")
PAUSE_S = 0.005  # between two questions while an index is built: a busy shop, not a race for the interpreter
_PAGE_KB = 4


def quality_rows() -> list[dict[str, Any]]:
    rows = []
    for language in Language:
        for part in PARTS:
            found = quality(asked(language, part), line=LINE).as_json()
            if not any(q.says for q in questions(language, part)):
                del found["quoted"]  # nobody marked where the answer stands
            shared = sorted(overlap(q, language) for q in questions(language, part) if q.slugs)
            rows.append(
                {"language": language.value, "part": part, **found, "overlap": shared[len(shared) // 2]}
            )
    return rows


def scale_row(size: int, count: int) -> dict[str, Any]:
    progress(f"making {size} passages")
    articles = corpus(demo(), size)
    before, start, cpu = memory_mb(), time.perf_counter(), time.process_time()
    library = TantivyLibrary.build(articles)
    row = {
        "passages": sum(len(passages(article.body)) for article in articles),
        "articles": len(articles),
        "first_index_s": round(time.perf_counter() - start, 2),
        "first_index_cpu_s": round(time.process_time() - cpu, 2),
        "memory_mb": memory_mb() - before,
    }
    wanted = sample(count)
    row |= {f"cold_{name}": figure for name, figure in searches(library, wanted).items()}
    row |= searches(library, wanted)
    return row | rebuilt(library, articles, wanted)


def sample(count: int) -> list[tuple[str, Language]]:
    every = [(q.text, lang) for lang in Language for part in PARTS for q in questions(lang, part)]
    return random.Random(1).sample(every, min(count, len(every)))


def searches(library: TantivyLibrary, wanted: Sequence[tuple[str, Language]]) -> dict[str, float]:
    took = []
    for question, language in wanted:
        start = time.thread_time()
        library.search(question, language, limit=3)
        took.append((time.thread_time() - start) * 1000)
    return {"p50_ms": quantile(took, 50), "p99_ms": quantile(took, 99)}


def rebuilt(
    library: TantivyLibrary, articles: list[Article], wanted: Sequence[tuple[str, Language]]
) -> dict[str, float]:
    """One article of each language changed: the index of both is built anew while questions are asked."""
    changed = [*articles]
    for place in (0, len(articles) // 2, len(articles) - 1):
        changed[place] = with_more(articles[place])
    took: list[float] = []
    thread = threading.Thread(target=lambda: took.append(timed(library, changed)))
    waits: list[float] = []
    thread.start()
    while thread.is_alive():
        question, language = wanted[len(waits) % len(wanted)]
        start = time.perf_counter()
        library.search(question, language, limit=3)
        waits.append((time.perf_counter() - start) * 1000)
        time.sleep(PAUSE_S)
    thread.join()
    return {
        "reindex_s": round(took[0], 2),
        "asked_meanwhile": len(waits),
        "wait_p50_ms": quantile(waits, 50),
        "wait_p99_ms": quantile(waits, 99),
        "longest_wait_ms": round(max(waits), 1),
    }


def with_more(article: Article) -> Article:
    return replace(article, body=f"{article.body}\n\nUpdated.")


def timed(library: TantivyLibrary, articles: Sequence[Article]) -> float:
    start = time.perf_counter()
    library.replace(articles)
    return time.perf_counter() - start


def quantile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 3)


def memory_mb() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE_KB // 1024


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def printed(title: str, rows: Sequence[dict[str, Any]]) -> None:
    progress("")
    print(f"\n{title}")
    for row in rows:
        print("  " + "  ".join(f"{name} {value}" for name, value in row.items()))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    options.add_argument("--asked", type=int, default=600)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    found = {"quality": quality_rows()}
    printed(f"Quality, by words alone, line {LINE}", found["quality"])
    found["scale"] = []
    for size in given.sizes:
        found["scale"].append(scale_row(size, given.asked))
        printed(f"{size} passages", found["scale"][-1:])
    if given.json:
        given.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
