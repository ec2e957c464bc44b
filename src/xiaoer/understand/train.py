"""The classifier, trained from our own phrases: from the folder where it is kept, or anew in seconds."""

import json
import os
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.understand.catalogue import fingerprint
from xiaoer.understand.classifier import LinearModel, Model, Thresholds
from xiaoer.understand.features import VERSION
from xiaoer.understand.lessons import Lesson, lessons

_RECIPE = ("fit.py", "features.py", "lessons.py")  # what besides the phrases decides how a model comes out
REPEATED = 2  # a shop's own lesson counts as two phrases: with one, every third was not taken up
_FILE = "intents-{}.npz"


@dataclass(frozen=True, slots=True)
class Course:
    """All that a model is made of, under the version that names it."""

    version: str
    more: tuple[Lesson, ...] = ()  # what a shop put right
    taught: Callable[[], Sequence[Lesson]] = lessons  # called only when nothing is kept: it takes a second


def base_version() -> str:
    """Of the model of our own phrases alone: another with every release that changes them, or the recipe."""
    recipe = [(files("xiaoer.understand") / name).read_bytes() for name in _RECIPE]
    return sha256(b"".join((*recipe, VERSION.encode(), fingerprint().encode()))).hexdigest()[:12]


def version_with(base: str, learnt: Mapping[str, Lesson]) -> str:
    """Of the model that learnt these corrections besides, by their ids. The same ones, the same version."""
    if not learnt:
        return base
    said = [(name, lesson.text, lesson.intent, lesson.language) for name, lesson in sorted(learnt.items())]
    named = json.dumps([base, REPEATED, said], ensure_ascii=False)
    return sha256(named.encode()).hexdigest()[:12]


def load_or_train(folder: Path | None, course: Course | None = None) -> Model:
    """The model of a course; without one, of the present phrases. It is kept in the folder, if there is one.

    The file holds arrays and text only: reading it runs nothing. OSError if it cannot be written.
    """
    course = course or Course(base_version())
    if (kept := load(folder, course.version)) is not None:
        return kept
    model = _train(course)
    if folder:
        _save(model, folder / _FILE.format(course.version))
    return model


def load(folder: Path | None, version: str) -> Model | None:
    """The model of a version, if it is kept."""
    return _load(folder / _FILE.format(version), version) if folder else None


def prune(folder: Path | None, *, keep: Collection[str], most: int) -> None:
    """Let go of kept models beyond the `most` newest, but for those of `keep`: each can be made again."""
    if folder is None:
        return
    names = {_FILE.format(version) for version in keep}
    others = [path for path in folder.glob(_FILE.format("*")) if path.name not in names]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[most:]:
        path.unlink(missing_ok=True)


def _train(course: Course) -> Model:
    fit = import_module("xiaoer.understand.fit")  # scikit-learn costs a second and 100 MB: only when needed
    model: Model = fit.fit([*course.taught(), *course.more * REPEATED], course.version)
    return model


def _save(model: Model, path: Path) -> None:
    """Whole or not at all: a crash leaves the old file, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {"version": _packed(model.version)}
    for language, linear in model.linear.items():
        bars = model.thresholds[language]
        head = {"intents": linear.intents, "accept": bars.accept, "suggest": bars.suggest}
        arrays |= {
            f"{language}.head": _packed(json.dumps(head)),
            f"{language}.features": _packed(
                json.dumps(sorted(linear.columns, key=linear.columns.__getitem__))
            ),
            f"{language}.idf": linear.idf,
            f"{language}.weights": linear.weights,
            f"{language}.bias": linear.bias,
        }
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez(part, allow_pickle=False, **arrays)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)


def _load(path: Path, version: str) -> Model | None:
    """None if there is no such file, or it is not whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if _unpacked(arrays["version"]) != version:
                return None
            heads = {language: json.loads(_unpacked(arrays[f"{language}.head"])) for language in Language}
            return Model(
                version=version,
                linear={
                    language: _linear(arrays, language, heads[language]["intents"]) for language in Language
                },
                thresholds={
                    language: Thresholds(accept=head["accept"], suggest=head["suggest"])
                    for language, head in heads.items()
                },
            )
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None


def _linear(arrays: "np.lib.npyio.NpzFile", language: Language, intents: list[str]) -> LinearModel:
    names = json.loads(_unpacked(arrays[f"{language}.features"]))
    return LinearModel(
        language=language,
        intents=tuple(map(Intent, intents)),
        columns={name: row for row, name in enumerate(names)},
        idf=arrays[f"{language}.idf"],
        weights=arrays[f"{language}.weights"],
        bias=arrays[f"{language}.bias"],
    )


def _packed(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _unpacked(array: NDArray[np.uint8]) -> str:
    return array.tobytes().decode()
