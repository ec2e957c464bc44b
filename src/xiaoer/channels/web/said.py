"""What a customer may send as text: every character as it came, but not nothing and not the unstorable."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

LONGEST_MESSAGE = 4_000  # characters; three pages, the longest complaint we would read in one go
LONGEST_COMMENT = 1_000

# Controls, format characters, every kind of space; and three letters that are drawn as nothing.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def storable(value: object) -> object:
    """Refuse what a database cannot hold. Runs before pydantic looks, which would not say which it is."""
    if isinstance(value, str):
        if "\0" in value:
            raise PydanticCustomError("nul", "holds NUL")
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise PydanticCustomError("lone_surrogate", "holds half a character")
    return value


def visible(text: str) -> str:
    if all(c in _BLANKS or unicodedata.category(c) in _UNSEEN for c in text):
        raise PydanticCustomError("blank", "nothing to see")
    return text


Storable = BeforeValidator(storable)
Said = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_MESSAGE, examples=["我的订单什么时候发货？"]),
    Storable,
    AfterValidator(visible),
]
Comment = Annotated[str, Field(max_length=LONGEST_COMMENT, examples=["说得很清楚"]), Storable]
ClientId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.:-]{1,64}$",
        description="Chosen by the client, new for each message; sending it again is the same message.",
        examples=["c0ffee-1"],
    ),
]
