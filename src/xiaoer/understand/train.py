"""The classifier, trained from our own phrases: from the folder where it is kept, or anew in seconds."""

import json
import os
import tempfile
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.understand.catalogue import fingerprint
from xiaoer.understand.classifier import LinearModel, Model, Thresholds
from xiaoer.understand.features import VERSION
from xiaoer.understand.lessons import lessons

_RECIPE = f"{VERSION}/svm-0.5"  # what besides the phrases decides how the model comes out


def load_or_train(folder: Path | None) -> Model:
    """The model of the present phrases. With a folder, it is kept there under its version.

    The file holds arrays and text only: reading it runs nothing. OSError if it cannot be written.
    """
    version = sha256(f"{_RECIPE}/{fingerprint()}".encode()).hexdigest()[:12]
    path = folder / f"intents-{version}.npz" if folder else None
    if path and (kept := _load(path, version)):
        return kept
    model = _train(version)
    if path:
        _save(model, path)
    return model


def _train(version: str) -> Model:
    fit = import_module("xiaoer.understand.fit")  # scikit-learn costs a second and 100 MB: only when needed
    model: Model = fit.fit(lessons(), version)
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
