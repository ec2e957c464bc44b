"""A customer plays a task in fixed words: one wish after the other, each with the sentence of script.py.

A question is answered with what the task's text says of it; a card is confirmed.
"""

from collections import Counter
from dataclasses import dataclass

from xiaoer.domain.llm import Usage
from xiaoer.evaluate.line import Heard, Line
from xiaoer.evaluate.tau.script import Item, Wish, wishes
from xiaoer.evaluate.tau.words import asks, words

MOST_SAID = 12  # messages for one wish


@dataclass(slots=True)
class TauScripted:
    instruction: str
    usage: Usage = Usage()  # it costs nothing

    async def talks(self, line: Line) -> None:
        for wish in wishes(self.instruction):
            await _wants(wish, line)


async def _wants(wish: Wish, line: Line) -> None:
    text, answered = wish.text, Counter[str]()
    for _ in range(MOST_SAID):
        heard = await line.says(text)
        if heard.card is not None:
            await line.says(str(words()["yes"]))
            return
        about = _asked(heard)
        if not about or about == "yes" or answered[about] > len(wish.items):
            return
        text = _answer(about, wish, heard.text, answered[about])
        answered[about] += 1
        if not text:
            return


def _asked(heard: Heard) -> str:
    return next((name for name, form in asks().items() if form.search(heard.text)), "")


def _answer(about: str, wish: Wish, heard: str, times: int) -> str:
    if about == "other":
        named = [item for item in wish.items if item.name.lower() in heard.lower()]
        item = _item(named or list(wish.items), times if not named else 0)
        return item.other() if item and item.wanted is not None else ""
    return {
        "reason": wish.reason,
        "way": wish.way,
        "address": wish.address,
        "items": ", ".join(item.said() for item in wish.items),
        "order": wish.order,
        "shall": str(words()["yes"]),
    }[about]


def _item(among: list[Item], place: int) -> Item | None:
    return among[min(place, len(among) - 1)] if among else None
