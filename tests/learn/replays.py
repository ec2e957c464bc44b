"""The search alone, where a mind would answer."""

from collections.abc import Sequence

from xiaoer.domain.knowledge import Passage
from xiaoer.domain.ports import Library
from xiaoer.domain.words import Language


class Search:
    """Answers with what is found first. Keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answers(
        self, question: str, language: Language, libraries: Sequence[Library]
    ) -> Sequence[Passage | None]:
        self.asked.append(question)
        return [next(iter(found.search(question, language, limit=1)), None) for found in libraries]


async def by_search() -> Search:
    return Search()
