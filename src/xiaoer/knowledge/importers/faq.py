"""Questions and answers that a page marks as such: schema.org FAQPage, <details>, <dl>."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from bs4 import BeautifulSoup, Tag

from xiaoer.knowledge.importers.sections import asks, plain_question
from xiaoer.knowledge.importers.to_markdown import markdown
from xiaoer.knowledge.importers.wash import wash

_MOST_QUESTIONS = 1_000
_MOST_JSON_CHARS = 1_000_000
_MOST_NODES = 10_000
_HALF = 0.5

Answered = tuple[str, str]  # question, answer in Markdown


def soup_of(markup: str) -> BeautifulSoup:
    """Of washed markup. (The <div>: a text that looks like an address would be warned of.)"""
    return BeautifulSoup(f"<div>{markup}</div>", "html.parser")


def told_to_search_engines(scripts: Sequence[str], base: str) -> list[Answered]:
    """The FAQPage of JSON-LD scripts (schema.org/FAQPage); what cannot be read is passed over."""
    found = (pair for script in scripts for node in _nodes(script) for pair in _pairs(node, base))
    return list(islice(found, _MOST_QUESTIONS))


def folded(page: Tag, base: str) -> list[Answered]:
    """Of <details> and <dl>, each taken out of the page."""
    found: list[Answered] = []
    for details in page.find_all("details"):
        found += _details(details, base)
    for listed in page.find_all("dl"):
        found += _definitions(listed, base)
    return found


# --- JSON-LD -----------------------------------------------------------------------------------


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    """All objects of a script, whatever they lie in."""
    try:
        waiting = [json.loads(script)] if len(script) <= _MOST_JSON_CHARS else []
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [value for value in inside if isinstance(value, dict | list)]


def _pairs(node: dict[str, Any], base: str) -> Iterator[Answered]:
    if "Question" not in _listed(node.get("@type")):
        return
    answers = [*_listed(node.get("acceptedAnswer")), *_listed(node.get("suggestedAnswer"))]
    texts = (answer.get("text") for answer in answers if isinstance(answer, dict))
    answer = next((text for text in texts if isinstance(text, str) and text.strip()), None)
    question = node.get("name") or node.get("text")
    if isinstance(question, str) and question.strip() and answer:
        yield _plain(question), markdown(soup_of(wash(answer).markup), base)


def _plain(text: str) -> str:
    return " ".join(soup_of(wash(text).markup).get_text(" ").split())


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# --- elements ----------------------------------------------------------------------------------


def _details(details: Tag, base: str) -> Iterator[Answered]:
    summary = details.find("summary")
    if not isinstance(summary, Tag) or details.decomposed:
        return
    question = " ".join(summary.get_text(" ").split())
    summary.extract()
    answer = markdown(details, base)
    if question and answer:
        yield plain_question(question), answer
    details.decompose()


def _definitions(listed: Tag, base: str) -> Iterator[Answered]:
    """A <dl> is a FAQ if half of its terms ask; else it may be a table of sizes."""
    if listed.decomposed:
        return
    terms = [term for term in listed.find_all("dt") if term.find_parent("dl") is listed]
    questions = [" ".join(term.get_text(" ").split()) for term in terms]
    if not terms or sum(map(asks, questions)) < _HALF * len(terms):
        return
    for term, question in zip(terms, questions, strict=True):
        answer = "\n\n".join(markdown(told, base) for told in _told(term))
        if question and answer.strip():
            yield plain_question(question), answer.strip()
    listed.decompose()


def _told(term: Tag) -> Iterator[Tag]:
    """The <dd> that follow a <dt>, up to the next one."""
    for sibling in term.next_siblings:
        if isinstance(sibling, Tag) and sibling.name == "dt":
            return
        if isinstance(sibling, Tag) and sibling.name == "dd":
            sibling.name = "div"  # on its own it is no definition any more
            yield sibling
