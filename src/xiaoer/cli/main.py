"""The command line: serve, chat, demo, privacy, migrate; and what the other files of this package add."""

import asyncio
import gc
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from typing import Annotated

import typer
import uvicorn
from rich.table import Table

from xiaoer.app import Misconfigured, migrate, open_app, reset_demo, web
from xiaoer.channels.terminal import Terminal, as_json, readable, show
from xiaoer.channels.web.serving import Server
from xiaoer.cli import (  # noqa: F401 - they add their commands to evaluate, kb and llm
    evaluate_conversations,
    kb_gaps,
    rollout,
)
from xiaoer.cli.embeddings import embeddings
from xiaoer.cli.evaluate import evaluate
from xiaoer.cli.kb import kb
from xiaoer.cli.learning import train
from xiaoer.cli.llm import llm
from xiaoer.cli.mcp import mcp
from xiaoer.cli.policy import policy
from xiaoer.cli.promises import jobs, promises
from xiaoer.cli.shared import Stop, customer_of, err, out, read_settings, run
from xiaoer.cli.shops import shop
from xiaoer.cli.templates import templates
from xiaoer.domain.ports import ShopError, StoreDown
from xiaoer.domain.words import Language
from xiaoer.settings import Settings

cli = typer.Typer(
    name="xiaoer",
    help="小二 · the AI customer service an online shop owns / 网店自己的 AI 客服",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
demo = typer.Typer(help="The demo shop / 演示店铺", no_args_is_help=True)
privacy = typer.Typer(help="What is kept of a customer / 顾客的个人信息", no_args_is_help=True)
cli.add_typer(demo, name="demo")
cli.add_typer(embeddings, name="embeddings")
cli.add_typer(evaluate, name="evaluate")
cli.add_typer(jobs, name="jobs")
cli.add_typer(kb, name="kb")
cli.add_typer(llm, name="llm")
cli.command("mcp")(mcp)
cli.add_typer(policy, name="policy")
cli.add_typer(privacy, name="privacy")
cli.add_typer(promises, name="promises")
cli.add_typer(shop, name="shop")
cli.add_typer(templates, name="templates")
cli.add_typer(train, name="train")


@cli.command()
def serve(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="With the demo shop's page / 带演示店铺页面")] = False,
    host: Annotated[str, typer.Option(help="Address / 监听地址")] = "",
    port: Annotated[int, typer.Option(help="Port / 端口", min=0, max=65535)] = 0,
) -> None:
    """Start the service / 启动服务."""
    settings = read_settings()
    host, port = host or settings.host, port or settings.port
    _check_port(host, port)
    run(_serve(settings, host=host, port=port, with_demo=demo))


@cli.command()
def chat(
    *,
    as_: Annotated[
        str, typer.Option("--as", metavar="EMAIL", help="Customer; none: a guest / 顾客邮箱")
    ] = "",
    lang: Annotated[Language | None, typer.Option(help="zh or en / 语言")] = None,
    as_lines: Annotated[
        bool, typer.Option("--json", help="One JSON object per reply / 每条回复一行 JSON")
    ] = False,
) -> None:
    """Talk to the counter here; lines from standard input / 在终端里和小二聊天."""
    run(_chat(read_settings(), email=as_, language=lang, as_lines=as_lines))


@demo.command("customers")
def demo_customers(*, as_json_: Annotated[bool, typer.Option("--json", help="As JSON")] = False) -> None:
    """Customers to try things out with / 可以用来试的顾客."""
    run(_customers(read_settings(), as_lines=as_json_))


@demo.command("reset")
def demo_reset() -> None:
    """Make the demo shop anew, with today's dates; conversations stay / 重新生成演示店铺."""
    run(reset_demo(read_settings()))
    out.print("演示店铺已重新生成 / The demo shop has been made anew.")


@privacy.command("export")
def privacy_export(email: Annotated[str, typer.Argument(help="E-mail of the customer / 顾客邮箱")]) -> None:
    """All that is kept of a customer, as JSON / 导出一位顾客的全部信息."""
    run(_export(read_settings(), email))


@privacy.command("erase")
def privacy_erase(
    email: Annotated[str, typer.Argument(help="E-mail of the customer / 顾客邮箱")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask / 不再询问")] = False,
) -> None:
    """Erase a customer for good / 永久删除一位顾客的个人信息."""
    if not yes and not typer.confirm(f"删除后无法恢复 / This cannot be undone: erase {email}?"):
        raise typer.Exit(1)
    run(_erase(read_settings(), email))


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version / 升级数据库."""
    migrate(read_settings())
    out.print("数据库已是最新 / The database is up to date.")


def main() -> None:
    """Entry point: a mistake ends in one clear line, never in a trace."""
    try:
        cli()
    except (Stop, Misconfigured) as stop:
        err.print(str(stop), style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(2)
    except (StoreDown, ShopError) as down:
        err.print(
            f"[red]数据库或订单系统没有回应 / The database or order system does not answer: {down}[/red]"
        )
        sys.exit(3)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _check_port(host: str, port: int) -> None:
    """Told before anything is set up: who else has the port, and what to do."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise Stop(
                f"端口 {port} 用不了（{taken.strerror}）。换一个：make run PORT={port + 1}\n"
                f"Port {port} cannot be used ({taken.strerror}). Take another: make run PORT={port + 1}"
            ) from None


async def _serve(settings: Settings, *, host: str, port: int, with_demo: bool) -> None:
    async with open_app(settings) as app:
        config = uvicorn.Config(
            web(app, with_demo=with_demo),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
        shown = f"[{host}]" if ":" in host else host
        out.print(f"小二已就位 / The counter is open: http://{shown}:{port}/", highlight=False)
        if with_demo:
            out.print("换一位顾客试试：页面右上角 / Try another customer: top right of the page")
        if app.models is not None:
            out.print(
                f"拿不准时会问大模型 / When unsure it asks the model: {app.models.main.name}",
                highlight=False,
                markup=False,
            )
        out.print("按 Ctrl+C 停止 / Ctrl+C stops it")
        gc.freeze()  # the whole counter stays too
        await Server(config, app.hub).serve()


async def _chat(settings: Settings, *, email: str, language: Language | None, as_lines: bool) -> None:
    async with open_app(settings) as app:
        customer = await customer_of(app, email) if email else None
        conversation_id = await app.open_terminal(customer, language)
        terminal = Terminal(clerk=app.clerk, conversation_id=conversation_id)
        if not as_lines:
            out.print("（输入一行，回车发送；Ctrl+D 结束 / type a line; Ctrl+D ends）", style="dim")
        async for line in _lines(prompt=not as_lines and sys.stdin.isatty()):
            await app.knowledge.current.refresh(app.clerk.clock())  # no clock runs beside a terminal
            await app.own_words.wording.refresh()
            await app.rolling.rollout.look()
            await _exchange(terminal, line, as_lines=as_lines)


async def _exchange(terminal: Terminal, line: str, *, as_lines: bool) -> None:
    if not (text := readable(line)):
        return
    records, ms = await terminal.say(text)
    for record in records:
        if as_lines:
            print(as_json(record, ms), flush=True)
        else:
            show(record.reply, out)


async def _lines(*, prompt: bool) -> AsyncIterator[str]:
    """Lines of standard input, decoded as far as they can be."""
    while True:
        if prompt:
            out.print("> ", end="")
        raw = await asyncio.to_thread(sys.stdin.buffer.readline, 1_000_000)
        if not raw:
            return
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


async def _customers(settings: Settings, *, as_lines: bool) -> None:
    async with open_app(settings) as app:
        rows = await app.demo_customers()
    if as_lines:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("email", "name", "phone", "lang", "orders")
    for row in rows:
        orders = " ".join(f"{order['id']}:{order['state']}" for order in row["orders"][:3])
        table.add_row(row["email"], row["name"], row["phone"], row["language"], orders)
    out.print(table)


async def _export(settings: Settings, email: str) -> None:
    async with open_app(settings) as app:
        customer = await customer_of(app, email)
        print(json.dumps(await app.export(customer), ensure_ascii=False, indent=2))


async def _erase(settings: Settings, email: str) -> None:
    async with open_app(settings) as app:
        counts = await app.erase(await customer_of(app, email))
    for table, rows in sorted(counts.items()):
        out.print(f"{table}: {rows}", highlight=False)
    out.print("已删除 / Erased.")
