"""xiaoer train: learn what the staff have confirmed; look back; take it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from xiaoer.app.learning import Learning, open_learning
from xiaoer.cli import learning_show as show
from xiaoer.cli.shared import Stop, err, out, read_settings, run
from xiaoer.learn.school import Ended, No, Trained, unwatched
from xiaoer.learn.training import Told
from xiaoer.learn.wire import model_json, trained_json

train = typer.Typer(
    help="Learn what was confirmed; --help tells more / 学习已确认的更正", invoke_without_command=True
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")]
_STAGES = {
    "reading": "读取已确认的更正 / reading what was confirmed",
    "training": "训练新模型 / training",
    "comparing": "在固定测试集上比较 / comparing on the frozen set",
}


@train.callback()
def train_now(
    context: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Train and compare; change nothing / 只比较，不上线")
    ] = False,
    author: Annotated[str, typer.Option(help="Who does it, for the record / 记在谁名下")] = "cli",
    as_json: AsJson = False,
) -> None:
    """Train on what was confirmed; what is worse where it matters never serves / 训练新模型，不变差才上线."""
    if context.invoked_subcommand is None:
        run(_train(author=author, trial=dry_run, as_json=as_json))


@train.command("history")
def train_history(
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many / 多少个")] = 20,
    as_json: AsJson = False,
) -> None:
    """Models that were made, newest first / 模型历史."""
    run(_history(limit=limit, as_json=as_json))


@train.command("rollback")
def train_rollback(
    *,
    to: Annotated[str, typer.Option(help="Version; none: the one before / 版本，不写为上一个")] = "",
    as_json: AsJson = False,
) -> None:
    """Serve an earlier model again / 回退到以前的模型."""
    run(_rollback(to=to, as_json=as_json))


# --- work ----------------------------------------------------------------------------------------


async def _train(*, author: str, trial: bool, as_json: bool) -> None:
    async with open_learning(read_settings()) as learning:
        with _progress(quiet=as_json) as told:
            await learning.school.start()
            trained = await learning.school.train(by=author, trial=trial, told=told)
        texts = await _texts(learning, trained)
    if as_json:
        print(json.dumps(trained_json(trained), ensure_ascii=False, indent=2))
    else:
        show.trained(trained, texts)
    if trained.ended in (Ended.REFUSED, Ended.OVERTAKEN):
        raise typer.Exit(1)


async def _texts(learning: Learning, trained: Trained) -> dict[str, str]:
    """What the customers said, of the corrections that were left out: read now, kept nowhere."""
    left = trained.candidate.material.left if trained.candidate else ()
    found = [await learning.corrections.get(learning.shop_id, one.correction_id) for one in left[: show.MOST]]
    return {correction.id: correction.text for correction in found if correction}


async def _history(*, limit: int, as_json: bool) -> None:
    async with open_learning(read_settings()) as learning:
        rows = await learning.school.history(limit=limit)
    if as_json:
        print(json.dumps([model_json(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        show.history(rows)


async def _rollback(*, to: str, as_json: bool) -> None:
    async with open_learning(read_settings()) as learning:
        back = await learning.school.rollback(to=to)
    if isinstance(back, No):
        raise Stop(show.NOT_BACK[back])
    if as_json:
        print(json.dumps(model_json(back), ensure_ascii=False, indent=2))
        return
    out.print(f"已回退到模型 {back.version} / Model {back.version} serves again.", highlight=False)
    out.print(
        "更正本身没有变：错的请先驳回，否则下次训练还会学到。\n"
        "The corrections stay: reject those that were wrong, or the next training learns them again.",
        style="dim",
    )


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Told]:
    """On standard error, so that standard output can be piped."""
    if quiet:
        yield unwatched
        return
    with err.status("准备 / preparing") as status:
        yield lambda stage: status.update(_STAGES[stage])
