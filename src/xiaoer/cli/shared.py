"""What every command needs: settings read, work run, a mistake told in one line."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from rich.console import Console

from xiaoer.app import App
from xiaoer.domain.people import Customer
from xiaoer.settings import Settings

T = TypeVar("T")
out, err = Console(), Console(stderr=True)


class Stop(Exception):
    """Ends a command with what to do about it."""


def run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def read_settings(**given: Any) -> Settings:  # noqa: ANN401 - each has its own type
    """`given` on the command line stand above the environment."""
    try:
        return Settings(**given)
    except ValueError as wrong:
        lines = [f"{_name(e['loc'])}: {e['msg']}" for e in _errors(wrong)]
        raise Stop("设置有误 / A setting is wrong:\n" + "\n".join(lines)) from None


def _name(loc: Sequence[object]) -> str:
    """As it stands in the environment; some go by another name too."""
    name = "_".join(map(str, loc)).upper()
    return name if name.startswith(("XIAOER_", "OPENAI_")) else f"XIAOER_{name}"


def _errors(wrong: ValueError) -> list[dict[str, Any]]:
    errors: list[dict[str, Any]] = getattr(wrong, "errors", list)()
    return errors


async def customer_of(app: App, email: str) -> Customer:
    customer = await app.house.shop.customer_by_email(email)
    if customer is None:
        raise Stop(
            f"店里没有这位顾客：{email}。看看有谁：xiaoer demo customers\n"
            f"The shop has no customer {email}. See who there is: xiaoer demo customers"
        )
    return customer
