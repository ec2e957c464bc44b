"""xiaoer evaluate: how well the house does on labelled data."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from xiaoer.cli.shared import Stop, err, out, read_settings
from xiaoer.domain.words import Language

if TYPE_CHECKING:
    from xiaoer.understand.datasets import Mapped, Row
    from xiaoer.understand.evaluate import Report
    from xiaoer.understand.measure import Progress as Told

evaluate = typer.Typer(help="How well it does on labelled data / 用标注数据衡量", no_args_is_help=True)
_MOST_CONFUSIONS = 15  # shown; --json has more


@evaluate.callback()
def _evaluate() -> None:
    """How well it does on labelled data / 用标注数据衡量."""


@evaluate.command("intents")
def evaluate_intents(
    *,
    data: Annotated[Path, typer.Option(help="JSON lines or CSV, gzipped or not / 标注数据文件")],
    mapping: Annotated[Path | None, typer.Option(help="YAML: its labels to our intents / 标签对照表")] = None,
    train_on_data: Annotated[
        bool,
        typer.Option("--train-on-data", help="Measure the learner on the file's own labels / 衡量学习器本身"),
    ] = False,
    test_data: Annotated[
        Path | None, typer.Option(help="Learn --data, ask this one; none: five folds / 测试文件")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object / 输出一个 JSON")] = False,
) -> None:
    """How well intents are understood: out of the box, or learnt / 衡量意图识别."""
    from xiaoer.understand.datasets import OWN, BadData, read_mapping, read_rows

    if test_data is not None and not train_on_data:
        raise Stop(
            "--test-data 要和 --train-on-data 一起用\n"
            "--test-data goes with --train-on-data: what was learnt is asked there"
        )
    try:
        mapped = read_mapping(mapping) if mapping else OWN
        rows = read_rows(data, mapped)
        asked = read_rows(test_data, mapped) if test_data else None
        with _progress() as told:
            report, coverage = (
                _learnt(rows, asked, mapped, told) if train_on_data else _as_it_is(rows, mapped, told)
            )
    except BadData as bad:
        raise Stop(f"数据不能用 / The data cannot be used: {bad}") from None
    if as_json:
        print(json.dumps(report.as_json(coverage=coverage), ensure_ascii=False))
    else:
        _show(report, coverage)


def _as_it_is(rows: "list[Row]", mapped: "Mapped", told: "Told") -> "tuple[Report, float]":
    from xiaoer.understand.measure import out_of_the_box
    from xiaoer.understand.train import load_or_train

    told(0, len(rows))
    model = load_or_train(read_settings().data_dir / "model")
    return out_of_the_box(rows, mapped, model, told=told)


def _learnt(
    rows: "list[Row]", asked: "list[Row] | None", mapped: "Mapped", told: "Told"
) -> "tuple[Report, float]":
    """On the file's own labels all of them count: the mapping only names language and columns."""
    from xiaoer.understand.measure import cross_validated, language_of_most, taught_and_asked

    language: Language = mapped.language or language_of_most(rows)
    told(0, len(asked or rows))
    if asked is not None:
        return taught_and_asked(rows, asked, language, told=told), 1.0
    return cross_validated(rows, language, told=told), 1.0


@contextmanager
def _progress() -> "Iterator[Told]":
    """On standard error: standard output has the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("衡量 / measuring", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(report: "Report", coverage: float) -> None:
    table = Table(f"{report.rows:,} 句 sentences", "")
    table.add_row("正确率 accuracy", f"{report.accuracy:.1%}")
    table.add_row("宏平均 F1 macro-F1", f"{report.macro_f1:.1%}")
    table.add_row("前三含正确 right among the first three", f"{report.top3:.1%}")
    table.add_row("校准误差 calibration error", f"{report.calibration_error:.3f}")
    table.add_row("有对应意图的标签 labels that are mapped", f"{coverage:.1%}")
    out.print(table)
    if not report.confusions:
        return
    mistakes = Table("标签 label", "认成 taken for", "次 times")
    for label, said, times in report.confusions[:_MOST_CONFUSIONS]:
        mistakes.add_row(label, said, str(times))
    out.print(mistakes)
