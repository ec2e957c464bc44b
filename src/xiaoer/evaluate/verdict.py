"""What came of one conversation."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why a trial did not pass."""

    WORLD = "world"  # the shop is not as it should be
    UNSAID = "unsaid"  # what should have been said was not
    LEAKED = "leaked"  # another customer's data was
    BROKE = "broke"  # the conversation was cut short


@dataclass(frozen=True, slots=True)
class Verdict:
    """`what` names things, nobody's data."""

    fault: Fault | None = None
    what: str = ""

    @property
    def passed(self) -> bool:
        return self.fault is None
