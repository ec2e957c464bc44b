"""Things of an order that a message names by their full names, and what it says of each.

"Exchange the mug (white) for one in blue and the lamp for the same one": the mug, the lamp; white is what
it is, blue is what is wanted instead.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from xiaoer.actions.lines import SAME
from xiaoer.decide.fill import ANOTHER_VARIANT
from xiaoer.decide.several import JOIN, joined
from xiaoer.decide.variants import next_size
from xiaoer.domain.decision import Choice, Task

_INSTEAD = re.compile(
    r"\b(?:for|to|into|with)\b(?= (?:an?|the|one|another|some|something)?\b)|换成|换为|改成|改为|换个|换一"
)
_SAME = re.compile(r"\bthe same\b|\bsame (?:one|item|kind|again)\b|原样|同款|同样|一模一样|一样的")


@dataclass(frozen=True, slots=True)
class Mention:
    line: Choice
    said: str  # from its name to the next one's

    @property
    def is_now(self) -> str:
        """What describes the thing itself."""
        return self.said[: _parted(self.said)]

    @property
    def wanted(self) -> str:
        """What is wanted instead; empty if nothing is."""
        return self.said[_parted(self.said) :]


def mentions(lines: Sequence[Choice], text: str) -> list[Mention]:
    """Each named line once, in the order of the text. Of lines of one name those whose options are said."""
    said = text.lower()
    titles = {title for line in lines for title in _titles(line)}
    spans = _spans(titles, said)
    found: list[Mention] = []
    for n, (start, title) in enumerate(spans):
        end = spans[n + 1][0] if n + 1 < len(spans) else len(said)
        stretch = said[start + len(title) : end]
        left = [x for x in lines if title in _titles(x) and all(x.value != m.line.value for m in found)]
        if (line := _best(left, stretch[: _parted(stretch)])) is not None:
            found.append(Mention(line, stretch))
    return found


def lines_in(lines: Sequence[Choice], text: str) -> list[str]:
    """The ids of the lines a text names by full names; none if it is not clear which of two is meant."""
    return [mention.line.value for mention in mentions(lines, text)]


def variant_in(wanted: str, variants: Sequence[Choice]) -> str | None:
    """The variant a text describes: all that is said fits it. The likest to what was bought comes first."""
    if _SAME.search(wanted):
        return next((variant.value for variant in variants if SAME in variant.about), None)
    wants = _wants(wanted, {about for variant in variants for about in variant.about})
    fit = [v.value for v in variants if wants and SAME not in v.about and wants <= set(v.about)]
    return fit[0] if fit else None


def _wants(said: str, abouts: Iterable[str]) -> set[str]:
    """What is said of an option: longer words first, so that "lens color black" is no black frame."""
    found, left = set[str](), said
    for about in sorted(abouts, key=len, reverse=True):
        if len(about) < _SHORTEST and not about.isdecimal():
            continue  # a size S is said with its name, or read by the understanding
        form = re.compile(rf"(?<![\w-]){re.escape(about)}(?![\w-])" if about.isascii() else re.escape(about))
        if form.search(left):
            found.add(about)
            left = form.sub(" ", left)
    return found


_SHORTEST = 2


def _titles(line: Choice) -> tuple[str, ...]:
    """Options stand in brackets behind the name."""
    return tuple(t for t in (line.label.en.split(" (")[0].lower(), line.label.zh.split("（")[0].lower()) if t)


def _spans(titles: set[str], said: str) -> list[tuple[int, str]]:
    """Where each name stands; of names inside one another the longest."""
    taken: list[tuple[int, str]] = []
    for title in sorted(titles, key=len, reverse=True):
        for match in re.finditer(re.escape(title), said):
            if all(match.end() <= start or match.start() >= start + len(other) for start, other in taken):
                taken.append((match.start(), title))
    return sorted(taken)


def _parted(said: str) -> int:
    """Where what is wanted instead begins: after the brackets that describe the thing."""
    after = said.find(")") if said.lstrip().startswith("(") else 0
    found = _INSTEAD.search(said, max(after, 0))
    return found.start() if found else len(said)


def _best(lines: Sequence[Choice], is_now: str) -> Choice | None:
    """The one most of whose options are said; None if two are alike in that."""
    if len(lines) < 2:  # noqa: PLR2004
        return lines[0] if lines else None
    scores = [len(_wants(is_now, set(line.about))) for line in lines]
    best = max(scores)
    alike = [line for line, score in zip(lines, scores, strict=True) if score == best]
    same = {line.about for line in alike}
    return alike[0] if len(alike) == 1 or len(same) == 1 else None


NAMED_LINES = frozenset({"request_return", "request_exchange", "change_items"})
_CERTAIN = 95  # token_set_ratio from which the words of a choice are all said


def value_in(
    task: Task, slot: str, choices: Sequence[Choice], lines: Sequence[Choice], words: str
) -> str | None:
    """What a message names for a slot by its full name; None if it does not. `lines`: of the task's order."""
    if slot == "line_id" and task.action in NAMED_LINES:
        return joined(lines_in([c for c in choices if c.about], words)) or None
    if slot == "variant_id" and task.action in ANOTHER_VARIANT:
        return _variant(task, choices, lines, words)
    if slot == "way_id":
        return _only([c for c in choices if c.value.lower() in words.lower()])
    if slot == "reason" and task.action == "cancel_order":
        return _only([c for c in choices if _is_said(c, words)])
    return None


def _variant(task: Task, variants: Sequence[Choice], lines: Sequence[Choice], words: str) -> str | None:
    """For the first line that has none yet: what is said of it; to the question for it, all that is said."""
    wanted_for = str(task.args.get("line_id") or "").split(JOIN)
    place = len([part for part in str(task.args.get("variant_id") or "").split(JOIN) if part])
    if place >= len(wanted_for):
        return None
    of_it = [m for m in mentions(lines, words) if m.line.value == wanted_for[place]]
    if of_it:
        return variant_in(of_it[0].wanted, variants)
    bought = [line for line in lines if [line.value] == wanted_for]
    if bought and (stepped := next_size(bought[0], variants, words.lower())) is not None:
        return stepped
    return variant_in(words.lower(), variants) if task.asked == "variant_id" else None


def _is_said(choice: Choice, words: str) -> bool:
    en, zh = choice.label.en.lower(), choice.label.zh
    return zh in words or (" " in en and fuzz.token_set_ratio(en, words.lower()) >= _CERTAIN)


def _only(found: Sequence[Choice]) -> str | None:
    return found[0].value if len(found) == 1 else None
