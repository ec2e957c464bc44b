"""XIAOER_CRASH_AT=n: the process dies at its n-th boundary, as in a power cut, for tests of what comes after.

A boundary is the moment before a unit of work is handed to a database, and the moment after its commit. Not
a setting: nobody sets it for a shop.
"""

import os
from collections.abc import Callable
from itertools import count

NAME = "XIAOER_CRASH_AT"
CODE = 86  # of the exit: told from any other death


def boundary_of(said: str) -> Callable[[], None]:
    """What is called at each boundary; without a number, nothing happens there."""
    if not said.isdecimal():
        return _nothing
    at, boundaries = int(said), count(1)

    def cross() -> None:
        if next(boundaries) == at:
            os._exit(CODE)  # no clean-up, no flush: whatever is not on the disk is gone

    return cross


def _nothing() -> None:
    pass


boundary = boundary_of(os.environ.get(NAME, ""))
