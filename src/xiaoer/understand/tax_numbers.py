"""Tax numbers of Chinese companies: the unified social credit code of GB 32100-2015."""

import re
from dataclasses import dataclass

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

LENGTH = 18
_DIGITS_FIRST = 8  # authority, kind and region
_NEVER = frozenset("IOSVZ")
_RUN = r"(?=[0-9A-Z]{{0,12}}\d{{4}})[0-9A-Z]{{{least},22}}|\d{{4,8}}(?:[ -][0-9A-Z]{{2,10}}){{1,5}}"
_NUMBER = re.compile(rf"(?<![A-Z0-9])(?:{_RUN.format(least=14)})(?![A-Z0-9])", re.ASCII)
_SAID = re.compile(
    r"(?:税号|信用代码|纳税人识别号|TAX (?:NUMBER|NO\.?|ID)|CREDIT CODE|USCC)(?: ?(?:是|为|IS|:|：))? ?"
    rf"({_RUN.format(least=4)})(?![A-Z0-9])",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong: `kind` is length, start, characters or checksum."""

    kind: str
    wrong: str = ""  # the characters that cannot be
    count: int = 0
    needed: int = 0


def written(number: str) -> str:
    """Without separators, in capitals."""
    return uscc.compact(number)


def fault_of(number: str) -> Fault | None:
    """Why this is no tax number, as exactly as can be told; None: it is one."""
    plain = written(number)
    if len(plain) != LENGTH:
        return Fault(kind="length", count=len(plain), needed=LENGTH)
    if odd := [c for c in dict.fromkeys(plain) if c in _NEVER or not (c.isascii() and c.isalnum())]:
        return Fault(kind="characters", wrong=" ".join(odd))
    start = plain[:_DIGITS_FIRST]
    if not (start.isascii() and start.isdecimal()):
        return Fault(kind="start", wrong=start, needed=_DIGITS_FIRST)
    try:
        uscc.validate(plain)
    except InvalidChecksum:
        return Fault(kind="checksum")
    except ValidationError:
        return Fault(kind="characters", wrong=plain)
    return None


def tax_number_in(text: str) -> str:
    """The number said to be one, else what has the looks of one; empty if there is neither."""
    upper = text.upper()
    if said := _SAID.search(upper):
        return written(said[1])
    found = [hit[0] for hit in _NUMBER.finditer(upper)]
    likely = [number for number in found if len(written(number)) == LENGTH]
    return written((likely or found)[0]) if found else ""
