"""Whether two texts claim the same: no figure, day, id or amount more in one of them, and none less."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from xiaoer.guard.claims import FIGURES, Claim, Found, Key, Kind, Why, normal
from xiaoer.guard.evidence import read

EVERY = frozenset(Kind)
_TOLD_TOO = {
    "refunded": "refund",
    "cancelled": "cancel",
}  # a state, and how it is said of who brought it about
_REFUSES = re.compile(
    r"(?:不|没法|没办法|无法|未)[^，。；,.;!?\n]{0,6}(?:退|换|取消|改|补|赔|免)"
    r"|(?:\b(?:cannot|can not|unable|not|no|never)\b|n't\b)[^,.;!?\n]{0,40}"
    r"\b(?:return|refund|exchang|cancel|replac|chang|swap|compensat|money back)"
)


def added(before: str, after: str, today: date, *, kinds: Collection[Kind] = EVERY) -> Iterator[Found]:
    """What `after` claims and `before` does not."""
    known = {key for claim in read(before, today).claims for key in _keys(claim)}
    for claim in read(after, today).claims:
        if claim.kind in kinds and not known.intersection(_keys(claim)):
            yield Found(claim.kind, claim.said, Why.NO_RECEIPT)


def left_out(before: str, after: str, today: date, *, kinds: Collection[Kind] = FIGURES) -> Iterator[Found]:
    """What `before` claims and `after` does not."""
    for found in added(after, before, today, kinds=kinds):
        yield Found(found.kind, found.said, Why.LEFT_OUT)


def _keys(claim: Claim) -> tuple[Key, ...]:
    """What it needs alone: of what it gives some is true of others too, as the month of a day is."""
    return claim.needs


def turned(before: str, after: str) -> Iterator[Found]:
    """A no that is none any more."""
    refused = _REFUSES.search(normal(before))
    if refused is not None and _REFUSES.search(normal(after)) is None:
        yield Found(Kind.PROMISE, refused.group(), Why.LEFT_OUT)


def come_about(before: str, after: str, today: date) -> Iterator[Found]:
    """That something is refunded or cancelled, where `before` says neither that nor that it was done.

    Other states are put too differently in two languages to be compared.
    """
    known = {key for claim in read(before, today).claims for key in (*claim.needs, *claim.gives)}
    for claim in read(after, today).claims:
        for state, lemma in _TOLD_TOO.items():
            key: Key = ("state", state, True)
            if claim.kind is Kind.STATE and key in claim.needs and not known & {key, ("told", lemma)}:
                yield Found(claim.kind, claim.said, Why.NO_RECEIPT)
