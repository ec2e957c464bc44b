"""Words that claim: where an order stands, what was done, what is promised. Lists: words/{zh,en}.yaml.

A verb alone claims nothing. What stands around it makes it a claim (已发货, has been shipped), its contrary
(还没发货, hasn't been shipped) or neither (发货后, once it is shipped, will be shipped, a question).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.guard.claims import Claim, Key, Kind
from xiaoer.guard.frame import Frame
from xiaoer.guard.frame_en import English
from xiaoer.guard.frame_zh import Chinese
from xiaoer.guard.moments import clause
from xiaoer.text.own_yaml import own_yaml

# What an effect on the shop needs, whoever says it is done: its action, in this turn.
STRICT = frozenset({"cancel", "refund", "address", "return", "exchange", "all"})
_FRAMES: Mapping[Language, Frame] = {Language.ZH: Chinese(), Language.EN: English()}
_OF_REFUND = "refund_"  # before a state that is only meant where a refund is spoken of
_TAIL = 2  # characters that a verb may end later in one list than in the other
_LETTERS = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    states: re.Pattern[str]
    done: re.Pattern[str]
    actions: Mapping[str, tuple[str, ...]]
    of_refund: Mapping[str, re.Pattern[str]]
    fixed: frozenset[str]
    promises: re.Pattern[str]
    human: re.Pattern[str]
    tone: re.Pattern[str]


@cache
def lexicon(language: Language) -> Lexicon:
    raw = own_yaml((files("xiaoer.guard") / "words" / f"{language.value}.yaml").read_text("utf-8"))
    edge = r"\b" if language is Language.EN else ""
    of_refund = {f"{_OF_REFUND}{state}": says for state, says in raw["of_refund"].items()}
    return Lexicon(
        states=_named({**raw["fixed"], **raw["states"], **of_refund}, edge),
        done=_named({lemma: entry["says"] for lemma, entry in raw["done"].items()}, edge),
        actions={lemma: tuple(entry["actions"]) for lemma, entry in raw["done"].items()},
        of_refund={state: re.compile(says) for state, says in raw["of_refund"].items()},
        fixed=frozenset(raw["fixed"]),
        promises=_named(raw["promises"], edge),
        human=re.compile(raw["human"]),
        tone=re.compile("|".join(f"{edge}(?:{says})" for says in raw["tone"])),
    )


def _named(patterns: Mapping[str, str], edge: str) -> re.Pattern[str]:
    ways = "|".join(f"(?P<{name}>{says})" for name, says in patterns.items())
    return re.compile(f"{edge}(?:{ways}){edge}")


def sayings(text: str) -> Iterator[Claim]:
    """Claims of a normalised text in either language."""
    if not text.isascii():
        yield from _said(text, Language.ZH)
    if _LETTERS.search(text):
        yield from _said(text, Language.EN)


def _said(text: str, language: Language) -> Iterator[Claim]:
    words = lexicon(language)
    frame = _FRAMES[language]
    done_at = list[int]()
    for found in words.done.finditer(text):
        lemma = found.lastgroup or ""
        if frame.did(text, found):
            done_at.append(found.end())
            yield _done(found, lemma, words.actions[lemma])
    for found in words.states.finditer(text):
        after = bisect_right(done_at, found.start())  # the same words: it was claimed as done already
        if after < len(done_at) and done_at[after] <= found.end() + _TAIL:
            continue
        yield from _state(text, found, words, frame)
    for found in words.promises.finditer(text):
        if not frame.denied(text, found.start()):
            key: Key = ("promise", found.lastgroup)
            yield Claim(Kind.PROMISE, found.group(), found.start(), (key,), (key,))


def _done(found: re.Match[str], lemma: str, actions: tuple[str, ...]) -> Claim:
    needs: list[Key] = [("done", action) for action in actions]
    told: Key = ("told", lemma)
    if lemma not in STRICT:
        needs.append(told)
    if lemma == "refund":
        needs.append(("state", "refunded", True))  # by the shop, before
    return Claim(Kind.DONE, found.group(), found.start(), tuple(needs), (told,))


def _state(text: str, found: re.Match[str], words: Lexicon, frame: Frame) -> Iterator[Claim]:
    state = found.lastgroup or ""
    so = frame.stands(text, found, whole=state in words.fixed)
    if so is None:
        return
    around = clause(text, found.start())
    about_refund = frame.refund.search(*around) is not None
    if about_refund:
        for other, says in words.of_refund.items():
            state = other if says.fullmatch(found.group()) else state
    elif state in ("refunding", "refund_failed") or state.startswith(_OF_REFUND):
        return  # something else is being dealt with
    key: Key = ("state", state, so)
    verbatim: Key = ("clause", text[around[1] : around[2]].strip())
    yield Claim(Kind.STATE, found.group(), found.start(), (key, verbatim), (key,))
