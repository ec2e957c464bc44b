"""A share that was counted, and how sure that is."""

from dataclasses import dataclass
from math import sqrt

Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """A share, and the interval it lies in with 95 %."""

    value: float
    low: float
    high: float


def wilson(hits: int, tries: int) -> Share | None:
    """The score interval of 95 %; None if nothing was tried.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212. It holds for few trials and for shares near 0 and 1,
    where the usual interval (p plus or minus 1.96 standard errors) does not: see L. D. Brown, T. T. Cai and
    A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001), 101-133.
    """
    if tries <= 0:
        return None
    share = hits / tries
    spread = Z * Z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / tries + spread / (4 * tries)) / (1 + spread)
    return Share(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))
