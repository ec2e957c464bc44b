"""Past tickets (CSV, XLSX, JSONL) -> drafts of what was asked often, for a person to finish."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Skipped, Told, Why
from xiaoer.knowledge.importers.cluster import Cluster, clusters, most_central, varied
from xiaoer.knowledge.importers.columns import role_of, ticket_columns_of
from xiaoer.knowledge.importers.decode import decoded
from xiaoer.knowledge.importers.drafts import visible
from xiaoer.knowledge.importers.grid import grids
from xiaoer.knowledge.importers.table import body_of, harmless
from xiaoer.knowledge.importers.words import mask_word, unanswered
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of
from xiaoer.text.mask import Kind, masked

LEAST = 3  # times that something was asked to be worth an article
MOST_QUESTIONS = 10
_LONGEST = 200
_MOST_QUESTION_CHARS = 1_000
_MOST_LINE_CHARS = 100_000
_LEAST_LETTERS = 3  # of a question without courtesies: hello, ok, 在吗 ask nothing
_MARKS = " ,.;:!?~。、"
_MASKED = re.compile(r"\[[^\[\]]{1,12}\]")
_COURTESY = re.compile(
    r"亲亲?|您好|你好|请问(?:一下)?|谢谢|多谢|麻烦(?:您|你)?|在吗|在么|想问(?:一下|下)?|"
    r"\b(?:hi|hello|hey|dear|please|pls|thanks|thank you|there)\b"
)
_MOST_ANSWERS = 200  # of a cluster that are compared
_USERS = frozenset({"user", "customer", "client", "buyer", "human", "客户", "顾客", "买家", "用户"})
_STAFF = frozenset({"assistant", "agent", "staff", "support", "seller", "客服", "卖家", "商家"})


@dataclass(frozen=True, slots=True)
class Ticket:
    question: str
    answer: str
    where: str


def read_tickets(data: bytes, reading: Reading, *, is_xlsx: bool, is_json: bool) -> Iterator[Finding]:
    """Personal data is masked before anything is compared or kept."""
    rows = _json_rows(data, reading) if is_json else _table_rows(data, reading, is_xlsx=is_xlsx)
    tickets: list[Ticket] = []
    for row in rows:
        if isinstance(row, Ticket):
            tickets.append(_masked(row, reading))
        else:
            yield row
    yield from _drafted(tickets, reading)


# --- rows --------------------------------------------------------------------------------------


def _table_rows(data: bytes, reading: Reading, *, is_xlsx: bool) -> Iterator[Ticket | Finding]:
    for grid in grids(data, reading, is_xlsx=is_xlsx):
        header = next(grid.rows, None)
        columns = ticket_columns_of(header.cells) if header else None
        if header is not None and columns is None:
            yield Skipped(grid.where, Why.NO_COLUMNS)
        elif columns is not None:
            for row in islice(grid.rows, reading.limits.rows):
                where = f"{grid.where}:{row.number}"
                asked, answer = columns.cell(row.cells, "question"), columns.cell(row.cells, "answer")
                yield Ticket(asked, answer, where) if asked else Skipped(where, Why.NO_QUESTION)
            if (following := next(grid.rows, None)) is not None:
                yield _beyond(f"{grid.where}:{following.number}-", reading)
        yield from grid.told


def _json_rows(data: bytes, reading: Reading) -> Iterator[Ticket | Finding]:
    text, told = decoded(data, reading)
    yield from told
    for number, line in enumerate(text.split("\n"), 1):
        if number > reading.limits.rows:
            yield _beyond(reading.at(f"{number}-"), reading)
            return
        if line.strip():
            yield _json_row(line, reading.at(number))


def _json_row(line: str, where: str) -> Ticket | Skipped:
    if len(line) > _MOST_LINE_CHARS:
        return Skipped(where, Why.CELL_TOO_LONG, {"limit": _MOST_LINE_CHARS})
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return Skipped(where, Why.BAD_JSON)
    if not isinstance(row, dict):
        return Skipped(where, Why.BAD_JSON)
    asked, answer = _said(row) or _told(row)
    return Ticket(asked, answer, where) if asked else Skipped(where, Why.NO_QUESTION)


def _told(row: dict[str, Any]) -> tuple[str, str]:
    found: dict[str, str] = {}
    for name, value in row.items():
        role = role_of(name)
        if role and isinstance(value, str) and value.strip():
            found.setdefault(role, value.strip())
    return found.get("question", found.get("title", "")), found.get("answer", "")


def _said(row: dict[str, Any]) -> tuple[str, str] | None:
    """Of {"messages": [{"role": ..., "content": ...}, ...]} what was asked first, and the reply to it."""
    messages = row.get("messages")
    if not isinstance(messages, list):
        return None
    said = [(str(m.get("role", "")).lower(), m.get("content")) for m in messages if isinstance(m, dict)]
    texts = [(role, text.strip()) for role, text in said if isinstance(text, str) and text.strip()]
    first = next((at for at, (role, _) in enumerate(texts) if role in _USERS), None)
    if first is None:
        return "", ""
    return texts[first][1], next((text for role, text in texts[first + 1 :] if role in _STAFF), "")


def _beyond(where: str, reading: Reading) -> Skipped:
    return Skipped(where, Why.TOO_MANY_ROWS, {"limit": reading.limits.rows})


def _masked(ticket: Ticket, reading: Reading) -> Ticket:
    language = reading.hints.language or language_of(clean(ticket.question), Language.ZH)

    def shown(kind: Kind) -> str:
        return f"[{mask_word(kind, language)}]"

    asked = visible(ticket.question)[:_MOST_QUESTION_CHARS]
    answer = visible(ticket.answer)[: reading.limits.cell_chars]
    question = " ".join(masked(asked, shown=shown).split())
    return Ticket(question, masked(answer, shown=shown), ticket.where)


# --- drafts ------------------------------------------------------------------------------------


def _drafted(tickets: Sequence[Ticket], reading: Reading) -> Iterator[Finding]:
    if not tickets:
        return
    by_text = _kinds(tickets)
    kinds = list(by_text.values())
    told = [ticket for kind in kinds for ticket in kind]

    def progress(done: int, total: int) -> None:
        reading.progress(done, total, reading.name)

    found = clusters(list(by_text), [len(kind) for kind in kinds], least=LEAST, progress=progress)
    covered = sum(len(kinds[place]) for cluster in found for place in cluster.members)
    yield Note(
        reading.name,
        Told.CLUSTERED,
        {
            "rows": len(tickets),
            "clusters": len(found),
            "covered": covered,
            "alone": len(told) - covered,
            "short": len(tickets) - len(told),
        },
    )
    if not found:
        yield Skipped(reading.name, Why.NO_CLUSTERS, {"least": LEAST, "rows": len(tickets)})
    yield from (_piece(cluster, kinds, reading) for cluster in found)


def _kinds(tickets: Sequence[Ticket]) -> dict[str, list[Ticket]]:
    """Tickets by their question as it is compared; without those that say too little to tell."""
    found: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        key = _core(ticket.question)
        if sum(c.isalpha() for c in key) >= _LEAST_LETTERS:
            found.setdefault(key, []).append(ticket)
    return found


def _core(question: str) -> str:
    """What is asked, without courtesies and what was masked."""
    bare = _COURTESY.sub(" ", _MASKED.sub(" ", clean(question)))
    return " ".join(bare.split()).strip(_MARKS)


def _piece(cluster: Cluster, kinds: Sequence[Sequence[Ticket]], reading: Reading) -> Piece:
    texts = [_asked_mostly(kinds[place]).question for place in cluster.members]
    told = [ticket for place in cluster.members for ticket in kinds[place]]
    center = _asked_mostly(kinds[cluster.center])
    language = reading.hints.language or language_of(clean(" ".join(texts[:MOST_QUESTIONS])), Language.ZH)
    asked = [texts[place] for place in varied(texts, most=MOST_QUESTIONS + 1)]
    return Piece(
        title=harmless(center.question[:_LONGEST]),
        questions=tuple(harmless(text[:_LONGEST]) for text in asked if text != center.question)[
            :MOST_QUESTIONS
        ],
        body=_best_answer(told, reading) or unanswered(language),
        source=center.where,
        language=language,
        for_person=True,
    )


def _asked_mostly(kind: Sequence[Ticket]) -> Ticket:
    """Of one question in its ways of being polite: the usual one, or the shortest."""
    often = Counter(ticket.question for ticket in kind)
    return min(kind, key=lambda ticket: (-often[ticket.question], len(ticket.question), ticket.question))


def _best_answer(told: Sequence[Ticket], reading: Reading) -> str:
    """What was answered most often; of answers that differ the one nearest to all."""
    counted = Counter(clean(ticket.answer, limit=_MOST_LINE_CHARS) for ticket in told)
    counted.pop("", None)
    often = sorted(counted.items(), key=lambda found: (-found[1], found[0]))[:_MOST_ANSWERS]
    if not often:
        return ""
    best, count = often[0]
    if count == 1:
        best = often[most_central([text for text, _ in often], [1] * len(often))][0]
    shown = next(t.answer for t in told if clean(t.answer, limit=_MOST_LINE_CHARS) == best)
    return body_of(harmless(shown), reading)
