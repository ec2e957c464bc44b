"""A new model of what was confirmed, compared with the one that serves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from xiaoer.domain.intents import action_of
from xiaoer.domain.learning import Correction
from xiaoer.domain.understanding import OTHER, Intent
from xiaoer.domain.words import Language
from xiaoer.learn.material import Material, lesson_of, material
from xiaoer.learn.matters import PERSON, Figures, Worse, figures, newly_wrong, worse
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.frozen import frozen
from xiaoer.understand.lessons import Lesson, lessons
from xiaoer.understand.train import Course, base_version, load_or_train, version_with

# Actions that change something: to be taken for one of them by mistake is worst.
_WRITES = frozenset(
    {
        "cancel_items", "cancel_order", "cancel_return", "change_address", "change_delivery", "change_items",
        "change_payment", "give_coupon", "give_goodwill", "report_lost", "request_exchange",
        "request_invoice", "request_return",
    }
)  # fmt: skip
Told: TypeAlias = Callable[[str], None]  # of each stage: reading, training, comparing


@dataclass(frozen=True, slots=True, kw_only=True)
class Syllabus:
    """What the models of a release are taught, and what they are measured on."""

    base: str  # version of the model of our own phrases alone
    taught: Callable[[], Sequence[Lesson]]
    frozen: Callable[[Language], Sequence[Lesson]]
    known: frozenset[Intent]
    matter: frozenset[Intent]  # intents that are looked at one by one


@dataclass(frozen=True, slots=True)
class Compared:
    """One language: the model that serves, and the new one."""

    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A new model, and how it did."""

    model: Model
    material: Material
    compared: Mapping[Language, Compared]
    worse: tuple[Worse, ...]  # empty: it may serve

    def report(self, base: str) -> dict[str, Any]:
        """For the history: figures, ids and sentences of our own, never a customer's words."""
        return {
            "base": base,
            "learnt": len(self.material.learnt),
            "repeated": self.material.repeated,
            "left": [asdict(left) for left in self.material.left],
            "languages": {language.value: _told(both) for language, both in self.compared.items()},
            "worse": [asdict(figure) for figure in self.worse],
        }


@cache
def syllabus() -> Syllabus:
    """Of this release."""
    writes = {name for name in catalogue() if action_of(catalogue(), name) in _WRITES}
    return Syllabus(
        base=base_version(),
        taught=lessons,
        frozen=frozen,
        known=frozenset(catalogue()),
        matter=frozenset({*writes, PERSON, OTHER}),
    )


def chosen(confirmed: Sequence[Correction], of: Syllabus) -> tuple[Material, Course]:
    """What is learnt of them, and the course that it makes."""
    found = material(confirmed, phrases=of.taught(), known=of.known)
    return found, _course(found.learnt, of)


def course_of(corrections: Sequence[Correction], of: Syllabus) -> Course:
    """Of exactly these, as a model of the history learnt them. ValueError if one is not confirmed."""
    return _course({c.id: lesson_of(c) for c in corrections}, of)


def tried(
    found: Material, course: Course, serving: Model, of: Syllabus, *, folder: Path | None, told: Told
) -> Candidate:
    """Fit it and compare it with the model that serves, and with the release's own. Takes seconds.

    Sentences that were learnt are no test: both models are measured on the others.
    """
    told("training")
    model = load_or_train(folder, course)
    base = serving if serving.version == of.base else load_or_train(folder, Course(of.base, taught=of.taught))
    told("comparing")
    learnt = {lesson.text for lesson in found.learnt.values()}
    compared, fallen = dict[Language, Compared](), list[Worse]()
    for language in Language:
        rows = [row for row in of.frozen(language) if row.text not in learnt]
        before, after, floor = (figures(m, rows, matter=of.matter) for m in (serving, model, base))
        compared[language] = Compared(before, after)
        fallen += dict.fromkeys((*worse(language, before, after), *worse(language, floor, after)))
    return Candidate(model=model, material=found, compared=compared, worse=_once(fallen))


def _course(learnt: Mapping[str, Lesson], of: Syllabus) -> Course:
    return Course(version_with(of.base, learnt), tuple(learnt[name] for name in sorted(learnt)), of.taught)


def _once(fallen: Sequence[Worse]) -> tuple[Worse, ...]:
    """Of a figure that fell below both, the first is told."""
    return tuple({(figure.language, figure.what): figure for figure in reversed(fallen)}.values())[::-1]


def _told(both: Compared) -> dict[str, Any]:
    return {
        "before": both.before.as_json(),
        "after": both.after.as_json(),
        "newly_wrong": newly_wrong(both.before, both.after),
    }
