"""A customer played by a language model: told who it is and what it wants, it hears what the counter says.

The manner is that of tau-bench's simulated user (sierra-research/tau-bench, MIT); the words are ours.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from xiaoer.domain.llm import Brief, FromCustomer, FromUs, LanguageModel, Purpose, Usage
from xiaoer.domain.llm import Line as Told
from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Heard, Line
from xiaoer.guard.pseudonyms import Pseudonyms

STOP = "###STOP###"
WITHIN_S = 60.0  # of one message: nobody waits for it but the measurement
MOST_TOKENS = 300
MOST_TURNS = 16
_GREETING = "Hi! How can I help you today?"  # as tau-bench begins; the counter has not said it
_YES = re.compile(
    r"\W*(?:(?:yes|ok(?:ay)?|confirm)(?![a-z])|好的|(?:是|好|行|可以)[的呀啊吧哦了]?(?!\w)|确认(?!一下|吗))",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(?:no(?![a-z]| problem| worries)|不(?!好意思|客气|知道|清楚|明白))", re.IGNORECASE)
_NAMES = {Language.ZH: "Simplified Chinese", Language.EN: "English"}


@dataclass(slots=True)
class Modelled:
    """`names`: what stands for people's data before it leaves the house; None where all of it is made up."""

    model: LanguageModel
    instruction: str
    language: Language
    names: Pseudonyms | None = None
    usage: Usage = field(default_factory=Usage)

    async def talks(self, line: Line) -> None:
        """ModelGone, or what `Line` raises."""
        told: list[Told] = [FromCustomer(_GREETING)]
        heard = Heard(_GREETING)
        for _ in range(MOST_TURNS):
            text = await self._asked(told)
            if STOP in text:
                return
            told.append(FromUs(text))
            heard = await self._does(self.names.show(text) if self.names else text, heard, line)
            shown = heard.shown
            told.append(FromCustomer(self.names.hide(shown) if self.names else shown))

    async def _asked(self, told: list[Told]) -> str:
        instruction = self.names.hide(self.instruction) if self.names else self.instruction
        standing = _standing().format(instruction=instruction, language=_NAMES[self.language], stop=STOP)
        brief = Brief(standing=standing, lines=tuple(told), most_tokens=MOST_TOKENS, purpose=Purpose.CHECK)
        said = await self.model.ask(brief, within_s=WITHIN_S)
        self.usage += said.usage
        return said.text.strip()

    async def _does(self, text: str, heard: Heard, line: Line) -> Heard:
        """Says it; or presses, where it answers a card."""
        if heard.card is not None and (yes := answer_in(text)) is not None:
            return await line.presses(heard.card, yes=yes)
        return await line.says(text)


def answer_in(text: str) -> bool | None:
    """What a message says to a card; None: something else."""
    if _NO.match(text):
        return False
    return True if _YES.match(text) else None


@cache
def _standing() -> str:
    return (files("xiaoer.evaluate") / "user.md").read_text("utf-8").strip()
