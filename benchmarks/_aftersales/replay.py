"""Every listed write of the tasks through our door, and the database after each task against the reference's."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _aftersales.house import Doors
from xiaoer.domain.outcome import Done, Outcome, Refused
from xiaoer.evaluate.tau import reference
from xiaoer.evaluate.tau.compare import Pristine, differences
from xiaoer.evaluate.tau.files import Database, Task, database, tasks

SHOWN = 5  # mistakes told


@dataclass(slots=True)
class Tally:
    tasks: int = 0
    equal: int = 0
    writes: Counter[str] = field(default_factory=Counter)
    lawful: int = 0
    done: int = 0
    forbidden: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "tasks": self.tasks,
            "database_equal": self.equal,
            "writes": dict(sorted(self.writes.items())),
            "lawful": self.lawful,
            "lawful_done": self.done,
            "forbidden": self.forbidden,
            "forbidden_refused": self.refused,
            "reasons": dict(sorted(self.reasons.items())),
            "wrong": self.wrong,
        }

    @property
    def holds(self) -> bool:
        every = (
            not self.wrong,
            self.equal == self.tasks,
            self.done == self.lawful,
            self.refused == self.forbidden,
        )
        return self.tasks > 0 and all(every)


async def replay(data: Path, doors: Doors, progress: Callable[[str], None]) -> Tally:
    raw, every, tally = database(data), list(tasks(data)), Tally()
    tally.wrong += differences(doors.pristine, raw)  # as it was imported
    for n, task in enumerate(every):
        progress(f"replay: task {n + 1} of {len(every)}")
        await _replay(task, raw, doors, tally)
    return tally


async def _replay(task: Task, raw: Database, doors: Doors, tally: Tally) -> None:
    wanted = raw.copy_for(task.user_id)
    async with doors.fresh() as door:
        actor = door.actor(task.user_id)
        for write in task.writes:
            tally.writes[write.name] += 1
            lawful = reference.applied(wanted, task.user_id, write)
            _count(task, lawful, await door.writes(actor, write), tally)
        found = differences(door.file, wanted, since=Pristine(doors.pristine, raw))
    tally.tasks += 1
    tally.equal += not found
    if found:
        tally.wrong.append(f"{task.id}: {told(found)}")


def _count(task: Task, lawful: bool, outcome: Outcome, tally: Tally) -> None:
    if lawful:
        tally.lawful += 1
        tally.done += isinstance(outcome, Done)
    else:
        tally.forbidden += 1
        tally.refused += isinstance(outcome, Refused)
    if isinstance(outcome, Refused):
        tally.reasons[outcome.reason.value] += 1
    if lawful != isinstance(outcome, Done):
        tally.wrong.append(f"{task.id}: {outcome}")


def told(found: Sequence[str]) -> str:
    return "; ".join(found[:SHOWN])
