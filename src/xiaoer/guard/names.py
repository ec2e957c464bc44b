"""Names of products in a reply: those the shop has that are not of this turn must not be said."""

from collections.abc import Iterator

from xiaoer.guard.claims import Claim, Kind, normal
from xiaoer.guard.evidence import Evidence


def named(text: str, evidence: Evidence) -> Iterator[Claim]:
    """A claim for each name that stands in a normalised text; the longest where several do."""
    taken = list[tuple[int, int]]()
    for name in sorted({normal(one).strip() for one in evidence.names} - {""}, key=len, reverse=True):
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            if not any(low < end and start < high for low, high in taken):
                taken.append((start, end))
                yield Claim(Kind.PRODUCT, name, start, (("name", name),))
            start = text.find(name, end)
