"""Names of products in a reply: those the shop has that are not of this turn must not be said."""

from collections.abc import Iterator
from functools import lru_cache

from xiaoer.guard.claims import Claim, Kind, normal

_MOST = 4  # times that one name is looked at: each claims the same, of one order or another


def named(text: str, names: tuple[str, ...]) -> Iterator[Claim]:
    """A claim for each name that stands in a normalised text; the longest where several do."""
    taken = list[tuple[int, int]]()
    for name in _longest_first(names):
        end = 0
        for _ in range(_MOST):
            start = text.find(name, end)
            if start < 0:
                break
            end = start + len(name)
            if not any(low < end and start < high for low, high in taken):
                taken.append((start, end))
                yield Claim(Kind.PRODUCT, name, start, (("name", name),))


@lru_cache(maxsize=16)
def _longest_first(names: tuple[str, ...]) -> tuple[str, ...]:
    plain = {normal(name).strip() for name in names} - {""}
    return tuple(sorted(plain, key=len, reverse=True))
