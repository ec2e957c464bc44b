"""What the words around a verb make of it: a fact, its contrary, or neither."""

import re
from abc import ABC, abstractmethod
from typing import ClassVar


class Frame(ABC):
    """Of one language."""

    refund: ClassVar[re.Pattern[str]]  # a clause with it speaks of a refund

    @abstractmethod
    def stands(self, text: str, found: re.Match[str], *, whole: bool) -> bool | None:
        """Whether it is claimed to be so, or not so; None: neither. `whole`: it claims without a marker."""

    @abstractmethod
    def did(self, text: str, found: re.Match[str]) -> bool:
        """Whether it is said that the house has done it."""

    @abstractmethod
    def denied(self, text: str, start: int) -> bool:
        """Whether a promise that begins there is one we say we do not make."""
