"""Results on the disk, one file a run: figures and digests of cases, nothing that anybody said."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from xiaoer.evaluate.difference import Difference

FORMAT = 1
FOLDER = "evaluations"  # in data_dir


class BadFile(Exception):
    """Not a file of results; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`shares`: of each case's trials, how many passed."""

    at: str
    model: str
    of: str  # which set it is
    shares: Mapping[str, float]


def set_of(tasks: str, user: str, cases: Iterable[str]) -> str:
    """The same name for the same cases, talked to in the same way."""
    named = json.dumps([tasks, user, sorted(cases)])
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def as_json(
    kept: Kept, report: Mapping[str, Any], *, compared: Difference | None, whole: bool
) -> dict[str, Any]:
    """What a file holds. `whole`: False where the run was interrupted."""
    return {
        "format": FORMAT,
        "at": kept.at,
        "model": kept.model,
        "set": kept.of,
        "whole": whole,
        "report": report,
        "compared": compared.as_json() if compared else None,
        "cases": dict(kept.shares),
    }


def keep(folder: Path, told: Mapping[str, Any], now: datetime, of: str) -> Path:
    """OSError if it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S%fZ}-{of}.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def read(path: Path) -> Kept:
    """BadFile."""
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["format"] != FORMAT:
            raise BadFile(f"format {raw['format']}")
        shares = {str(case): float(share) for case, share in raw["cases"].items()}
        return Kept(at=str(raw["at"]), model=str(raw["model"]), of=str(raw["set"]), shares=shares)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise BadFile(type(wrong).__name__) from wrong


def last(folder: Path, of: str) -> Kept | None:
    """The newest run of this set; files that cannot be read are passed over."""
    for path in sorted(folder.glob(f"*-{of}.json"), reverse=True):
        try:
            return read(path)
        except BadFile:
            continue
    return None
