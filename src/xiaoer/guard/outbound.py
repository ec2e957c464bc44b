"""The last look at a reply: every number and order number in it must stand in a receipt of this turn."""

import re
import unicodedata

from xiaoer.domain.reply import Reply

_COMMA = "，"  # parts sentences; NFKC would make it the comma within 1,299
# Digits with what may hang on them: M20260001, 1,299.00, 14:05, 15.
_NUMBERS = re.compile(r"[A-Z]{0,2}\d[\d,.:]*", re.ASCII)


def unproven(reply: Reply) -> tuple[str, ...]:
    """Numbers said in `reply` that stand in none of its receipts. Phrases hold no numbers of their own."""
    proven = {n for text in _values(reply) for n in numbers(text)}
    return tuple(n for n in numbers(reply.text) if n not in proven)


def numbers(text: str) -> tuple[str, ...]:
    """The numbers in a text, as they compare: 1,299.00 and 1299 are the same."""
    plain = unicodedata.normalize("NFKC", text.replace(_COMMA, " "))
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)  # of any script
    return tuple(_plain(found) for found in _NUMBERS.findall(digits))


def _plain(number: str) -> str:
    bare = number.replace(",", "").rstrip(".:")
    return bare.rstrip("0").rstrip(".") if "." in bare else bare


def _values(reply: Reply) -> tuple[str, ...]:
    return tuple(value for receipt in reply.receipts for value in receipt.values)
