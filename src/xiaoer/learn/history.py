"""Rows of the history of models: what is written of each, and which of them were taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from xiaoer.domain.learning import ModelRow, ModelState
from xiaoer.learn.training import Candidate

RELEASE = "release"  # made_by of what no person made


def row_of(candidate: Candidate, *, base: str, before: str, by: str, now: datetime) -> ModelRow:
    return ModelRow(
        version=candidate.model.version,
        state=ModelState.REFUSED if candidate.worse else ModelState.READY,
        before=before,
        correction_ids=tuple(sorted(candidate.material.learnt)),
        report=candidate.report(base),
        made_by=by,
        made_at=now,
    )


def base_row(base: str, *, before: str, now: datetime) -> ModelRow:
    """Of the release's own model, which learnt nothing else."""
    return ModelRow(
        version=base,
        state=ModelState.READY,
        before=before,
        correction_ids=(),
        report={"base": base, "learnt": 0},
        made_by=RELEASE,
        made_at=now,
    )


def was_taken_back(version: str, rows: Sequence[ModelRow]) -> bool:
    """It served, and what serves now was not made after it: somebody rolled it back."""
    by_version = {row.version: row for row in rows}
    served = version in by_version and by_version[version].state is ModelState.FORMER
    return served and version not in _line(by_version)


def _line(rows: Mapping[str, ModelRow]) -> set[str]:
    """The model that serves, the one before it, the one before that ..."""
    found = set[str]()
    at = next((row.version for row in rows.values() if row.state is ModelState.SERVING), "")
    while at in rows and at not in found:
        found.add(at)
        at = rows[at].before
    return found
