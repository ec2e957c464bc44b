"""The tasks as cases: played here, and judged as the benchmark does it, by the database and the outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xiaoer.app.stage import Stage
from xiaoer.domain.llm import LanguageModel
from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Line
from xiaoer.evaluate.modelled import Modelled
from xiaoer.evaluate.tau import reference
from xiaoer.evaluate.tau.compare import Pristine, differences
from xiaoer.evaluate.tau.files import Database, Task, database, tasks
from xiaoer.evaluate.tau.scripted import TauScripted
from xiaoer.evaluate.trials import User
from xiaoer.evaluate.verdict import Fault, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TauCase:
    task: Task
    raw: Database

    persona = "its own"  # the task's text says who the customer is
    language = Language.EN

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def kind(self) -> str:
        return self.task.id.partition("-")[0]  # train, dev

    @property
    def customer_id(self) -> str:
        return self.task.user_id

    async def judged(self, line: Line, stage: Stage) -> Verdict:
        should = self.raw.copy_for(self.task.user_id)
        for write in self.task.writes:
            reference.applied(should, self.task.user_id, write)
        pristine = Pristine(stage.pristine / stage.shop_file.name, self.raw)
        if wrong := differences(stage.shop_file, should, since=pristine):
            return Verdict(Fault.WORLD, "; ".join(one.split(":")[0] for one in wrong[:3]))
        said = [heard.text for heard in line.heard]
        unsaid = [output for output in self.task.outputs if not any(output in text for text in said)]
        return Verdict(Fault.UNSAID, ", ".join(unsaid)) if unsaid else Verdict()


def tau_cases(data: Path, *, parts: Sequence[str] = (), limit: int = 0) -> list[TauCase]:
    """Of the named parts, or all of them. NotThatShop if the folder does not hold them."""
    raw = database(data)
    return [TauCase(task=task, raw=raw) for task in list(tasks(data, *parts))[: limit or None]]


def scripted(case: TauCase) -> User:
    return TauScripted(case.task.instruction)


def modelled(case: TauCase, model: LanguageModel) -> User:
    """Nobody's data is in the tasks: they are made up, and told to the model as they stand."""
    return Modelled(model, case.task.instruction, case.language)
