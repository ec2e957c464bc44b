"""What stands beside a model, from the folder where it is kept, or fitted anew."""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.ports import Embedder
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Model, Thresholds
from xiaoer.understand.joined import FLAT, Dense, Joint, Rise
from xiaoer.understand.lessons import Lesson

_RECIPE = f"softmax-10/{FLAT}"  # raise it when the fitting changes
_KEPT = 4  # files of former models: each can be made again


def join(
    model: Model, embedder: Embedder, *, taught: Callable[[], Sequence[Lesson]], folder: Path | None = None
) -> Joint:
    """`taught` is called only when nothing is kept: the lessons that the model learnt.

    EmbedderDown if a point is missing; OSError if the folder cannot be written.
    """
    if (kept := kept_joint(model, embedder, folder=folder)) is not None:
        return kept
    fit = import_module("xiaoer.understand.fit_joined")  # scikit-learn: only when needed
    joint: Joint = fit.fit_joint(model, taught(), embedder)
    if folder:
        _save(joint, _file(model, embedder, folder))
    return joint


def kept_joint(model: Model, embedder: Embedder, *, folder: Path | None) -> Joint | None:
    """What is kept for this model and this embedding, whole; else None. Nothing is embedded."""
    return _load(_file(model, embedder, folder), model, embedder) if folder else None


def _file(model: Model, embedder: Embedder, folder: Path) -> Path:
    named = sha256(f"{_RECIPE}/{model.version}/{embedder.name}".encode()).hexdigest()[:16]
    return folder / f"joined-{named}.npz"


def _save(joint: Joint, path: Path) -> None:
    """Whole or not at all; the oldest files beyond _KEPT go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {}
    for language, dense in joint.dense.items():
        head = [dense.share, dense.sharpness, dense.rise.slope, dense.rise.offset]
        bars = [dense.thresholds.accept, dense.thresholds.suggest]
        text = json.dumps([*head, *bars]).encode()
        arrays[f"{language}.head"] = np.frombuffer(text, dtype=np.uint8)
        arrays[f"{language}.weights"], arrays[f"{language}.bias"] = dense.weights, dense.bias
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez(part, allow_pickle=False, **arrays)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)
    kept = sorted(path.parent.glob("joined-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in kept[_KEPT:]:
        old.unlink(missing_ok=True)


def _load(path: Path, model: Model, embedder: Embedder) -> Joint | None:
    """None if there is no such file, or it is not whole, or not of this model."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            dense = {language: _dense(arrays, language) for language in Language}
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile):
        return None
    fits = all(len(dense[each].bias) == len(model.linear[each].intents) for each in Language)
    return Joint(of=model.version, embedder=embedder, dense=dense) if fits else None


def _dense(arrays: "np.lib.npyio.NpzFile", language: Language) -> Dense:
    head = json.loads(arrays[f"{language}.head"].tobytes())
    share, sharpness, slope, offset, accept, suggest = map(float, head)
    return Dense(
        weights=arrays[f"{language}.weights"],
        bias=arrays[f"{language}.bias"],
        share=share,
        sharpness=sharpness,
        rise=Rise(slope=slope, offset=offset),
        thresholds=Thresholds(accept=accept, suggest=suggest),
    )
