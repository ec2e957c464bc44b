"""How well intents are understood, out of the box and learnt, and what that costs.

Out of the box is the model of the house's own phrases with its rules, on labels mapped to our intents
(mappings/). Learnt is the same learner, trained on the set's own training part and asked its other part.
Sets that are not there are left out, and said to be.

    python benchmarks/understanding.py [--data FOLDER] [--json FILE]

FOLDER holds dataclue-cic/{train,dev}.json.gz and bitext-intent/*_{Training,Validation}_Dataset.csv.gz.
"""

import argparse
import gzip
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before numpy: two BLAS threads on a busy box wait for each other

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.classifier import Model
from xiaoer.understand.datasets import Row, cases, read_mapping, read_rows
from xiaoer.understand.evaluate import Case, Guesser, Report, evaluate
from xiaoer.understand.fit import fit, fit_language
from xiaoer.understand.lessons import Lesson, lessons
from xiaoer.understand.rules import guesses_by_rule

HERE = Path(__file__).parent
BITEXT = "bitext-intent/Bitext_Sample_Customer_Service_{}_Dataset.csv.gz"
SETS = {  # name -> (mapping, the part to learn from, the part that is asked)
    "dataclue-cic": ("cic", "dataclue-cic/train.json.gz", "dataclue-cic/dev.json.gz"),
    "bitext-intent": ("bitext", BITEXT.format("Training"), BITEXT.format("Validation")),
}
GOALS = {  # accuracy, macro-F1, top 3
    "dataclue-cic, out of the box": (0.75, None, None),
    "dataclue-cic, out of the box, labelled anew": (0.75, None, None),
    "dataclue-cic, learnt": (0.85, 0.75, 0.965),
    "bitext-intent, out of the box": (0.90, None, None),
}


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    report: Report
    coverage: float

    def row(self) -> dict[str, Any]:
        return {"what": self.what, **self.report.as_json(coverage=self.coverage)}


def main() -> None:
    given = _arguments()
    model, cost = _house_model()
    lines = [line for name in SETS for line in _set(name, given.data, model)]
    _table(lines)
    print()
    for what, value, goal in cost:
        print(f"{what:<58}{value:>10.3f}{goal:>10}")
    machine = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    print(f"\n{machine}")
    if given.json:
        rows = [line.row() for line in lines]
        costs = [{"what": what, "value": value, "goal": goal} for what, value, goal in cost]
        given.json.write_text(
            json.dumps({**machine, "sets": rows, "costs": costs}, ensure_ascii=False, indent=1)
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public sets")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def _house_model() -> tuple[Model, list[tuple[str, float, str]]]:
    """The model of the house's own phrases, and what making and asking it costs."""
    taught = lessons()
    before = _peak_mb()
    begun, cpu = time.perf_counter(), time.process_time()
    model = fit(taught, "bench")
    wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    cost = [
        (f"training, {len(taught):,} phrases, s", wall_s, "3"),
        ("  its CPU, both languages, s", cpu_s, ""),
        ("  peak memory while training, MB", _peak_mb() - before, ""),
        ("weights and words of both languages, MB", _model_mb(model), "60"),
    ]
    for language in Language:
        asked = [lesson.text for lesson in taught if lesson.language is language][::10]
        cpu = time.process_time()
        for text in asked:
            model.guesses(text, language)
        cost.append(
            (f"a guess, {language.value}, ms CPU", (time.process_time() - cpu) / len(asked) * 1000, "3")
        )
    return model, cost


def _set(name: str, data: Path, model: Model) -> list[Line]:
    mapping, learn, ask = SETS[name]
    if not (data / ask).exists():
        print(f"{name}: {data / ask} is not there, left out", file=sys.stderr)
        return []
    print(f"{name} ...", file=sys.stderr, flush=True)
    mapped = read_mapping(HERE / "mappings" / f"{mapping}.yaml")
    language = mapped.language or Language.EN
    asked = read_rows(data / ask, mapped)
    found, coverage = cases(asked, mapped)
    served = evaluate(found, lambda text: guesses_by_rule(text, model.guesses(text, language)))
    learner = _learner(read_rows(data / learn, mapped), language)
    learnt = evaluate(
        [Case(clean(row.text), row.label, frozenset({Intent(row.label)})) for row in asked], learner
    )
    lines = [Line(f"{name}, out of the box", served, coverage), Line(f"{name}, learnt", learnt, 1.0)]
    return [*lines, *_labelled_anew(name, data, model, learner)]


def _labelled_anew(name: str, data: Path, model: Model, learner: Guesser) -> list[Line]:
    """300 rows of the noisy Chinese part, labelled once more by a reader who saw neither label nor guess.

    cic_relabelled.json: id of a row -> the label that fits, and a second one that fits as well; nothing where
    none does. The first is the case's label, either is right.
    """
    if name != "dataclue-cic":
        return []
    again = json.loads((HERE / "mappings" / "cic_relabelled.json").read_text("utf-8"))
    meaning = read_mapping(HERE / "mappings" / "cic.yaml").labels or {}
    with gzip.open(data / SETS[name][2], "rt", encoding="utf-8") as lines:
        texts = {str(row["id"]): row["sentence"] for row in map(json.loads, lines)}
    labelled = [(clean(texts[number]), labels) for number, labels in again.items() if labels]
    ours = [
        Case(text, labels[0], frozenset().union(*(meaning[label] for label in labels)))
        for text, labels in labelled
    ]
    theirs = [Case(text, labels[0], frozenset(map(Intent, labels))) for text, labels in labelled]
    served = evaluate(ours, lambda text: guesses_by_rule(text, model.guesses(text, Language.ZH)))
    return [
        Line(f"{name}, out of the box, labelled anew", served, 1.0),
        Line(f"{name}, learnt, labelled anew", evaluate(theirs, learner), 1.0),
    ]


def _learner(rows: Sequence[Row], language: Language) -> Guesser:
    taught = [Lesson(clean(row.text), Intent(row.label), language) for row in rows]
    model = Model(version="learnt", linear={language: fit_language(taught, language)}, thresholds={})
    return lambda text: model.guesses(text, language)


def _table(lines: Sequence[Line]) -> None:
    print(f"{'':<46}{'n':>7}{'accuracy':>10}{'macro-F1':>10}{'top 3':>8}{'ECE':>7}{'coverage':>10}   goals")
    for line in lines:
        r = line.report
        goals = " / ".join(f"{goal}" for goal in GOALS.get(line.what, ()) if goal)
        print(
            f"{line.what:<46}{r.rows:>7}{r.accuracy:>10.3f}{r.macro_f1:>10.3f}{r.top3:>8.3f}"
            f"{r.calibration_error:>7.3f}{line.coverage:>10.2f}   {goals}"
        )


def _model_mb(model: Model) -> float:
    arrays = sum(m.weights.nbytes + m.idf.nbytes + m.bias.nbytes for m in model.linear.values())
    words = sum(sys.getsizeof(word) + 100 for m in model.linear.values() for word in m.columns)
    return (arrays + words) / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
