"""Where in an article something stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaoer.domain.knowledge import Article

_BREAK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Place:
    where: str  # title, question 1, paragraph 1 ...
    text: str  # as it was written, Markdown and HTML in it


def places(article: Article) -> Iterator[Place]:
    yield Place("title", article.title)
    for number, question in enumerate(article.questions, start=1):
        yield Place(f"question {number}", question)
    for number, paragraph in enumerate(_BREAK.split(article.body.strip()), start=1):
        yield Place(f"paragraph {number}", paragraph)
