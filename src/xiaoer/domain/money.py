"""Money in minor units (fen, cents) with its currency (ISO 4217)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount. `minor` counts the smallest unit: Money(1299, "CNY") is ¥12.99."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def times(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other


def total(amounts: "list[Money]", currency: str) -> Money:
    """Their sum; zero in `currency` for an empty list. ValueError if currencies are mixed."""
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result
