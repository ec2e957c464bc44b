"""xiaoer llm: whether the language model can be used, and what it has cost."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from time import perf_counter
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from xiaoer.app import migrate, utc_now
from xiaoer.app.given import policy_of
from xiaoer.app.modelling import open_chats, used_since
from xiaoer.cli.shared import Stop, out, read_settings, run
from xiaoer.domain.llm import (
    Brief,
    Found,
    FromCustomer,
    FromUs,
    Gone,
    LanguageModel,
    ModelGone,
    Purpose,
    Said,
    Tool,
)
from xiaoer.domain.rules.clock import start_of_day
from xiaoer.settings import Settings

llm = typer.Typer(help="The language model / 大模型", no_args_is_help=True)

WITHIN_S = 30.0  # of a question: here nobody waits at a counter
_ORDER = "ORDER-KLMNP"
_WHERE = Tool(
    name="track_parcel",
    about="Where the parcel of an order is. Call it for each order that is asked about.",
    parameters={
        "type": "object",
        "properties": {"order_id": {"type": "string", "description": "The order number"}},
        "required": ["order_id"],
        "additionalProperties": False,
    },
)
_ASKING = Brief(
    standing="You serve a shop.", lines=(), tools=(_WHERE,), most_tokens=400, purpose=Purpose.CHECK
)
GREETING = Brief(
    standing="You serve a shop.",
    lines=(FromCustomer("Say hello in one short sentence."),),
    most_tokens=400,
    purpose=Purpose.CHECK,
)
_HAN = re.compile("[\u4e00-\u9fff]")
WHY = {
    Gone.SLOW: "没有按时回答 / no answer in time",
    Gone.BUSY: "说太忙，要等 / it says it is busy (429)",
    Gone.REFUSED: "不接受：检查密钥、模型名、地址 / not taken: check the key, the model's name, the address",
    Gone.BROKEN: "回答不完整或看不懂 / its answer was cut off or not what the protocol says",
    Gone.UNREACHED: "连不上：检查地址 / nobody there: check the address",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that is tried. `needed`: without it the model is of no use here."""

    what: str
    brief: Brief
    well: Callable[[Said], bool]
    needed: bool = True


@llm.callback()
def _of() -> None:
    """The language model / 大模型."""


@llm.command("check")
def check() -> None:
    """Try the configured model and say what works / 试一试配置好的大模型."""
    run(_check(read_settings()))


@llm.command("spent")
def spent(
    *,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many, today included / 最近几天")] = 1,
    as_json_: Annotated[bool, typer.Option("--json", help="As JSON / 输出 JSON")] = False,
) -> None:
    """What the model was asked, and what it cost / 问了多少次、花了多少."""
    settings = read_settings()
    policy = policy_of(settings)
    since = start_of_day(utc_now(), policy) - timedelta(days=days - 1)
    migrate(settings)
    used = run(used_since(settings, since))
    if as_json_:
        print(json.dumps([{**asdict(one), "since": since.isoformat()} for one in used]))
        return
    if not used:
        out.print("这段时间没有问过大模型 / No model was asked in this time")
        return
    table = Table(
        "模型 model", "用途 for", "结果 became", "次 calls", "发 sent", "缓存 cached", "回 made", "花费 cost"
    )
    for one in used:
        usage = [f"{count:,}" for count in (one.calls, one.usage.sent, one.usage.cached, one.usage.made)]
        table.add_row(escape(one.model), one.purpose.value, one.became, *usage, f"{one.micros / 1e6:.4f}")
    out.print(table)


async def _check(settings: Settings) -> None:
    async with open_chats(settings) as chats:
        if not chats:
            out.print(
                "没有配置大模型；没有它小二也能用。见 docs/zh/llm.md\n"
                "No language model is configured; none is needed. See docs/llm.md",
                highlight=False,
            )
            return
        models = {model.name: model for _, model in chats}
        failed = [name for name, model in models.items() if not await _is_usable(model)]
    if failed:
        raise Stop("这样还不能用 / It cannot be used like this")
    out.print("可以用了 / It can be used", highlight=False)


async def _is_usable(model: LanguageModel) -> bool:
    out.print(f"模型 / model: {model.name}", highlight=False, markup=False)
    return all([await _tried(probe, model) or not probe.needed for probe in _probes()])


def _probes() -> Sequence[Probe]:
    two = f"Where are my orders {_ORDER} and ORDER-BCDFG?"
    return (
        Probe("回答 / answers", _asking("Say hello in one short sentence."), lambda said: bool(said.text)),
        Probe("中文 / Chinese", _asking("用一句中文问好。"), lambda said: bool(_HAN.search(said.text))),
        Probe("会用工具 / uses tools", _asking(f"Where is my order {_ORDER}?"), _asks_for_the_order),
        Probe(
            "一次用几个工具 / several tools at once",
            _asking(two),
            lambda said: len(said.calls) > 1,
            needed=False,
        ),
        Probe(
            "照抄假名 / copies pseudonyms",
            _asking(f"Answer with nothing but this word: {_ORDER}"),
            lambda said: _ORDER in said.text,
        ),
        Probe(
            "报用量 / counts tokens",
            _asking("Say hello."),
            lambda said: said.usage.sent > 0 and said.usage.made > 0,
            needed=False,
        ),
    )


def _asking(text: str) -> Brief:
    return replace(_ASKING, lines=(FromCustomer(text),))


def _asks_for_the_order(said: Said) -> bool:
    return any(
        call.name == _WHERE.name and (call.args or {}).get("order_id") == _ORDER for call in said.calls
    )


async def _tried(probe: Probe, model: LanguageModel) -> bool:
    begun, first = perf_counter(), list[float]()

    def heard(_: str) -> bool:
        first.append(perf_counter() - begun)
        return True

    try:
        said = await model.ask(probe.brief, within_s=WITHIN_S, heard=heard)
        well = probe.well(said)
        if well and said.calls:
            well = bool((await _with_what_was_found(probe.brief, said, model)).text)
        told = "行 / works" if well else "不行 / does not"
    except ModelGone as gone:
        well, status = False, f" ({gone.status})" if gone.status else ""
        told = f"{WHY.get(gone.why, gone.why.value)}{status}"
    took = f"{perf_counter() - begun:.1f} s" + (f", 首字 / first word {first[0]:.1f} s" if first else "")
    out.print(f"{'✓' if well else '✗'} {probe.what}: {told} · {took}", highlight=False, markup=False)
    return well


async def _with_what_was_found(brief: Brief, said: Said, model: LanguageModel) -> Said:
    found = tuple(Found(call, '{"state": "on its way"}') for call in said.calls)
    return await model.ask(
        replace(brief, lines=(*brief.lines, FromUs(said.text, said.calls), *found)), within_s=WITHIN_S
    )
