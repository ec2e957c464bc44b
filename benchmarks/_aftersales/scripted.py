"""A scripted customer plays each task against the local mind, through the public API.

Signed in as the task's customer (tau-bench proves by e-mail or by name and zip code: here the shop's own sign-in does).
What is said and how it is judged stands in src/xiaoer/evaluate/tau, where `xiaoer evaluate conversations` has it from too.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _aftersales.house import clock, settings_in
from xiaoer.app.stage import open_stage
from xiaoer.evaluate.tau import cases
from xiaoer.evaluate.tau.files import Task
from xiaoer.evaluate.tau.script import wishes
from xiaoer.evaluate.trials import Trial, played

GOAL = 0.6


@dataclass(slots=True)
class Tally:
    trials: int = 1
    tasks: int = 0
    passed: Counter[str] = field(default_factory=Counter)  # task -> trials
    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    kinds_done: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "tasks": self.tasks,
            "trials_each": self.trials,
            "pass^1": round(sum(self.passed.values()) / (self.tasks * self.trials or 1), 3),
            f"pass^{self.trials}": round(
                sum(n == self.trials for n in self.passed.values()) / (self.tasks or 1), 3
            ),
            "messages_a_task": round(self.messages / (self.tasks * self.trials or 1), 1),
            "tasks_with": dict(sorted(self.kinds.items())),
            "passed_of_them": dict(sorted(self.kinds_done.items())),
            "missed": self.missed,
        }

    @property
    def holds(self) -> bool:
        always = sum(n == self.trials for n in self.passed.values())
        return self.tasks > 0 and always == len(+self.passed) and always / self.tasks >= GOAL

    def counts(self, trial: Trial, task: Task) -> None:
        self.passed[trial.case] += trial.passed
        self.messages += len(trial.seconds)
        for kind in {wish.kind for wish in wishes(task.instruction)}:
            self.kinds[kind] += 1
            self.kinds_done[kind] += trial.passed
        if not trial.passed:
            self.missed.append(trial.case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    trials: int = 1
    limit: int = 0  # the first so many tasks; 0: all
    log: Path | None = None  # where what was said is written, where a task was missed


async def scripted(data: Path, scratch: Path | None, progress: Callable[[str], None], plan: Plan) -> Tally:
    every = cases.tau_cases(data, parts=("train",), limit=plan.limit)
    by_id = {case.id: case.task for case in every}
    tally, n = Tally(plan.trials, tasks=len(every)), 0
    with TemporaryDirectory(dir=scratch) as folder:
        settings = settings_in(Path(folder))
        async with open_stage(settings, Path(folder) / "stage", clock=clock, data=data) as stage:
            async for trial in played(every, stage, cases.scripted, trials=plan.trials):
                n += 1
                progress(f"scripted: {n} of {len(every) * plan.trials}, passed {sum(tally.passed.values())}")
                tally.counts(trial, by_id[trial.case])
                if plan.log is not None and not trial.passed:
                    with plan.log.open("a") as out:
                        out.write("\n".join([f"--- {trial.case}", *trial.log, trial.fault, trial.what, ""]))
    return tally
