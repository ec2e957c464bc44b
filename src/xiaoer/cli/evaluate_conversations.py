"""xiaoer evaluate conversations: a model measured on whole conversations, before it meets a customer."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xiaoer.app import utc_now
from xiaoer.app.modelling import open_chats, wanted
from xiaoer.cli.evaluate import evaluate
from xiaoer.cli.llm import GREETING, WHY, WITHIN_S
from xiaoer.cli.shared import Stop, err, read_settings, run
from xiaoer.domain.llm import LanguageModel, ModelGone
from xiaoer.settings import Settings

if TYPE_CHECKING:
    from xiaoer.app.stage import Stage
    from xiaoer.evaluate.kept import Kept
    from xiaoer.evaluate.trials import Case, Trial, User

LOCAL = "本地引擎 local engine"


class Tasks(StrEnum):
    OWN = "own"
    TAU_RETAIL = "tau-retail"


class Talks(StrEnum):
    SCRIPTED = "scripted"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be measured. `user`: settings of the model that plays the customer."""

    settings: Settings
    tasks: Tasks
    data: Path | None
    personas: Sequence[str]
    user: Settings | None
    trials: int
    seed: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    model: str
    cases: Sequence[str]
    trials: Sequence["Trial"]
    whole: bool  # False: it was interrupted


@evaluate.command("conversations")
def evaluate_conversations(  # noqa: PLR0913 - a command's options
    *,
    model: Annotated[str, typer.Option(help="The model's name; none: as in the settings / 模型名")] = "",
    base_url: Annotated[str, typer.Option(help="Its address, with /v1 / 模型地址")] = "",
    tasks: Annotated[Tasks, typer.Option(help="From your own orders, or a data set / 任务来源")] = Tasks.OWN,
    data: Annotated[Path | None, typer.Option(help="Folder of the data set / 数据集文件夹")] = None,
    personas: Annotated[str, typer.Option(help="Some of them, with commas / 只用这些顾客")] = "",
    user: Annotated[Talks, typer.Option(help="Who plays the customer / 谁来扮演顾客")] = Talks.SCRIPTED,
    user_model: Annotated[str, typer.Option(help="The customer's model / 扮演顾客的模型")] = "",
    user_base_url: Annotated[str, typer.Option(help="Its address / 它的地址")] = "",
    user_key_file: Annotated[Path | None, typer.Option(help="A file with its key / 它的密钥文件")] = None,
    trials: Annotated[int, typer.Option(min=1, max=32, help="Times each / 每个任务几次")] = 1,
    limit: Annotated[int, typer.Option(min=0, help="About so many tasks; 0: all / 最多几个任务")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same tasks / 随机种子")] = 1,
    against: Annotated[Path | None, typer.Option(help="Results to compare with / 与哪次结果比较")] = None,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the results there / 结果文件")] = None,
    log: Annotated[Path | None, typer.Option(help="Write the failed talks there / 未通过的对话")] = None,
) -> None:
    """Whole conversations on copies of your shop, judged by what became of it / 用整段对话衡量."""
    served = _served(model, base_url)
    asked = Asked(
        settings=served,
        tasks=tasks,
        data=data,
        personas=_personas(personas, tasks),
        user=_user(served, user_model, user_base_url, user_key_file) if user is Talks.MODEL else None,
        trials=trials,
        seed=seed,
        limit=limit,
    )
    before = _read(against)
    measured = run(_measured(asked))
    _tell(asked, measured, before, json_)
    if log is not None:
        talks = "\n".join(line for trial in measured.trials if not trial.passed for line in _told(trial))
        _write(log, talks, mode=0o600)  # customers' data
    if not measured.whole:
        raise SystemExit(130)


# --- what was asked for -------------------------------------------------------------------------------


def _served(model: str, base_url: str) -> Settings:
    """A model named here is measured alone: nobody answers in its place."""
    if not model and not base_url:
        return read_settings()
    named = {"llm_model": model, "llm_url": base_url}
    alone = {"llm": True, "llm_small_model": "", "llm_fallback_model": ""}
    settings = read_settings(**{name: value for name, value in named.items() if value}, **alone)
    if not wanted(settings):
        raise Stop(
            "没有密钥：写进 XIAOER_LLM_KEY_FILE 指的文件，或设置 OPENAI_API_KEY 并加上 --base-url\n"
            "No key: put it in the file XIAOER_LLM_KEY_FILE names, or set OPENAI_API_KEY with --base-url"
        )
    return settings


def _user(served: Settings, model: str, base_url: str, key_file: Path | None) -> Settings:
    """The settings of the customer's model: the counter's own, but for what is named."""
    named = {"llm_model": model, "llm_url": base_url, "llm_key_file": key_file}
    given = {name: value for name, value in named.items() if value}
    kept = {"llm_model": served.llm_model, "llm_url": served.llm_url}
    settings = read_settings(**{**kept, "llm": True, "llm_fallback_model": "", **given})
    if not wanted(settings):
        raise Stop(
            "--user model 需要一个大模型：配置好 XIAOER_LLM_KEY_FILE，或加上 --user-base-url\n"
            "--user model needs a language model: set XIAOER_LLM_KEY_FILE, or give --user-base-url"
        )
    return settings


def _personas(named: str, tasks: Tasks) -> Sequence[str]:
    from xiaoer.evaluate.own.words import wording

    known = list(wording().personas)
    asked = [name.strip() for name in named.split(",") if name.strip()]
    if asked and tasks is not Tasks.OWN:
        raise Stop(
            "这些任务自带顾客，不能用 --personas\nThese tasks have customers of their own: no --personas"
        )
    if unknown := sorted(set(asked) - set(known)):
        names = ", ".join(known)
        raise Stop(f"没有这种顾客：{unknown[0]}。可选：{names}\nThere is no {unknown[0]}; there are: {names}")
    return asked or known


def _read(against: Path | None) -> "Kept | None":
    from xiaoer.evaluate.kept import BadFile, read

    if against is None:
        return None
    try:
        return read(against)
    except BadFile as bad:
        raise Stop(
            f"{against} 不是评测结果（{bad}）。用 --json 写的或 data_dir/evaluations 里的文件\n"
            f"{against} is no file of results ({bad}): take one that --json wrote, or of data_dir/evaluations"
        ) from None


# --- measuring ----------------------------------------------------------------------------------------


async def _measured(asked: Asked) -> Measured:
    await _tried(asked.settings)
    async with _customer(asked.user) as model, _staged(asked) as stage:
        cases, user = await _set(asked, stage, model)
        if not cases:
            raise Stop(
                "店里没有可以用来评测的订单\nThere is no order in the shop that anything could be measured on"
            )
        trials, whole = await _played(cases, stage, user, asked.trials)
        name = stage.app.models.main.name if stage.app.models else LOCAL
        return Measured(model=name, cases=[case.id for case in cases], trials=trials, whole=whole)


async def _played(
    cases: "Sequence[Case]", stage: "Stage", user: "Callable[[Any], User]", times: int
) -> "tuple[list[Trial], bool]":
    """What was measured, and whether it was all: Ctrl+C ends it, and keeps what there is."""
    from xiaoer.evaluate.trials import played

    trials: list[Trial] = []

    async def play() -> None:
        with _progress(len(cases) * times) as told:
            async for trial in played(cases, stage, user, trials=times):
                trials.append(trial)
                told(len(trials), sum(one.passed for one in trials))

    try:  # a task of its own: what is under way in it may be cancelled more than once
        await asyncio.create_task(play())
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return trials, False
    return trials, True


@asynccontextmanager
async def _staged(asked: Asked) -> "AsyncIterator[Stage]":
    from xiaoer.app.stage import open_stage
    from xiaoer.evaluate.tau.files import NOW

    settings, now = asked.settings, utc_now()
    if asked.tasks is Tasks.TAU_RETAIL:
        if asked.data is None:
            raise Stop("请用 --data 指出数据集的文件夹\nName the folder of the data set with --data")
        settings, now = settings.model_copy(update={"shop": "tau-retail", "policy_file": None}), NOW
    with TemporaryDirectory(prefix="xiaoer-evaluate-") as folder:
        data = asked.data if asked.tasks is Tasks.TAU_RETAIL else None
        async with open_stage(settings, Path(folder), clock=lambda: now, data=data) as stage:
            yield stage


async def _set(
    asked: Asked, stage: "Stage", model: LanguageModel | None
) -> "tuple[Sequence[Case], Callable[[Any], User]]":
    """The cases, and who talks in each."""
    if asked.tasks is Tasks.TAU_RETAIL:
        from xiaoer.evaluate.tau import cases as tau

        try:
            every = tau.tau_cases(asked.data or Path(), limit=asked.limit)
        except (OSError, ValueError, KeyError, TypeError) as bad:
            raise Stop(f"数据集读不出来 / The data set cannot be read: {asked.data}: {bad}") from None
        return every, (tau.scripted if model is None else lambda case: tau.modelled(case, model))
    from xiaoer.evaluate.own.cases import own_set

    err.print("准备任务 / preparing the tasks ...", style="dim")
    own = await own_set(stage, personas=asked.personas, limit=asked.limit, seed=asked.seed)
    key = token_bytes(32)
    return own.cases, (own.scripted if model is None else lambda case: own.modelled(case, model, key))


@asynccontextmanager
async def _customer(settings: Settings | None) -> AsyncIterator[LanguageModel | None]:
    if settings is None:
        yield None
        return
    async with open_chats(settings) as chats:
        model = chats[0][1]
        await _greeted(model)
        yield model


async def _tried(settings: Settings) -> None:
    """That the counter's model answers at all: else only the local engine would be measured."""
    async with open_chats(settings) as chats:
        if chats:
            await _greeted(chats[0][1])


async def _greeted(model: LanguageModel) -> None:
    try:
        await model.ask(GREETING, within_s=WITHIN_S)
    except ModelGone as gone:
        status = f" ({gone.status})" if gone.status else ""
        raise Stop(f"{model.name}: {WHY.get(gone.why, gone.why.value)}{status}\nxiaoer llm check") from None


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int, int], None]]:
    """On standard error: standard output has the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("对话 / conversations", total=total)

        def told(done: int, passed: int) -> None:
            name = f"对话 / conversations · 通过 passed {passed}"
            bar.update(task, completed=done, description=name)

        yield told


# --- telling ------------------------------------------------------------------------------------------


def _tell(asked: Asked, measured: Measured, before: "Kept | None", json_: Path | None) -> None:
    from xiaoer.cli.evaluate_show import show, show_against
    from xiaoer.evaluate.difference import difference
    from xiaoer.evaluate.kept import FOLDER, Kept, as_json, keep, last, set_of
    from xiaoer.evaluate.report import report, shares

    now, folder = utc_now(), asked.settings.data_dir / FOLDER
    talks = Talks.MODEL if asked.user else Talks.SCRIPTED
    of = set_of(asked.tasks, talks, measured.cases)
    found = report(measured.trials, k=asked.trials)
    kept = Kept(at=now.isoformat(), model=measured.model, of=of, shares=shares(measured.trials))
    before = before or last(folder, of)
    compared = difference(kept.shares, before.shares, seed=asked.seed) if before else None
    show(found, measured.model, whole=measured.whole)
    if before is not None:
        show_against(before, compared)
    told = as_json(kept, found.as_json(), compared=compared, whole=measured.whole)
    if measured.whole:
        _keep_it(lambda: keep(folder, told, now, of))
    if json_ is not None:
        _write(json_, json.dumps(told, ensure_ascii=False, indent=1))


def _keep_it(keeps: Callable[[], object]) -> None:
    try:
        keeps()
    except OSError as full:
        err.print(f"结果没有存下来 / The results were not kept: {full}", style="yellow", markup=False)


def _write(path: Path, text: str, *, mode: int = 0o666) -> None:
    """`mode` of a file that is new, but for what the umask takes away."""
    try:
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(text)
    except OSError as full:
        raise Stop(f"写不了 {path} / It cannot be written: {full}") from None


def _told(trial: "Trial") -> list[str]:
    return [f"--- {trial.case} {trial.fault} {trial.what}", *trial.log, ""]
