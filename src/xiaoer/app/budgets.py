"""What a language model may cost, as the operator writes it."""

from collections.abc import Mapping

from xiaoer.app.given import Misconfigured
from xiaoer.domain.llm import Limit, Scope
from xiaoer.domain.rollout import Bar

_UNITS = {  # as it is written: field of a limit, and how many of it one is
    "calls": ("calls", 1),
    "tokens": ("tokens", 1),
    "money": ("micros", 1_000_000),
    "seconds": ("ms", 1_000),
}


def budgets_in(text: str) -> Mapping[Scope, Limit]:
    """`turn calls=6 seconds=8; shop money=20`. Misconfigured."""
    found: dict[Scope, Limit] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        scope, *most = part.split()
        try:
            found[Scope(scope)] = Limit(**dict(map(_limit, most)))
        except (ValueError, KeyError, OverflowError) as wrong:
            raise Misconfigured(
                f"XIAOER_LLM_BUDGETS: {part!r}: write e.g. `turn calls=6; conversation tokens=200000; "
                f"shop money=20`; of {', '.join(Scope)}; {', '.join(_UNITS)}"
            ) from wrong
    return found


def _limit(text: str) -> tuple[str, int]:
    name, most = text.split("=")
    field, unit = _UNITS[name]
    return field, round(float(most) * unit)


def prices_in(text: str, name: str = "llm_prices") -> Mapping[str, float]:
    """`0.25 0.025 2`: of a million tokens sent, cached, made. `name`: the setting. Misconfigured."""
    if not text.strip():
        return {}
    try:
        sent, cached, made = map(float, text.split())
    except ValueError as wrong:
        raise Misconfigured(
            f"XIAOER_{name.upper()}: write three numbers, of a million tokens sent, cached and made: "
            "0.25 0.025 2"
        ) from wrong
    return {"sent": sent, "cached": cached, "made": made}


def bar_in(text: str) -> Bar:
    """`trials=50 good=0.85 held=0.05 unsure=10`; what is left out is as it is shipped. Misconfigured."""
    try:
        given, shipped = dict(part.split("=") for part in text.split()), Bar()
        bar = Bar(
            trials=int(given.pop("trials", shipped.trials)),
            good=float(given.pop("good", shipped.good)),
            held=float(given.pop("held", shipped.held)),
            unsure=int(given.pop("unsure", shipped.unsure)),
        )
        if given or bar.trials < 1 or bar.unsure < 0 or not (0 <= bar.good < 1 and 0 <= bar.held <= 1):
            raise ValueError(text)
    except ValueError as wrong:
        raise Misconfigured(
            f"XIAOER_LLM_BAR: {text!r}: write e.g. `trials=50 good=0.85 held=0.05 unsure=10`: "
            "how many, two shares, and how many of those the local engine was not sure of"
        ) from wrong
    return bar
