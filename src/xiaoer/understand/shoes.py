"""Shoe sizes of one scale in another, by the length of the foot they are made for.

The units are those of ISO 19407:2015 (Footwear, conversion of sizing systems): the Paris point of 2/3 cm,
the barleycorn of 1/3 inch, millimetres of foot. The Chinese number is that of GB/T 3293.1: mm / 5 - 10. Toe
room is chosen so that sizes fall where shops' own charts have them (UK 8 is EU 42, US men 9, US women 10).
Makers differ by half a size and more: a converted size is a good guess, never a promise.
"""

from enum import StrEnum

_INCH_MM = 25.4
_TOE_ROOM_MM = 17.5  # between foot and last, for the European scale
_PARIS_POINT_MM = 20 / 3
_UK_START = 23  # barleycorns from zero to the foot of a UK adult 0
_MEN, _WOMEN = 1, 2  # US sizes above the UK one; of no word on whose shoe it is, men's
_SHORTEST_MM, _LONGEST_MM = 205, 330  # of an adult's foot; outside, a number is no shoe size


class Scale(StrEnum):
    EU = "eu"  # also what a Chinese shop writes on its shelf: 42码
    UK = "uk"
    US_MEN = "us_men"
    US_WOMEN = "us_women"
    MM = "mm"  # length of the foot: what a Chinese shoe is stamped with


def converted(value: float, scale: Scale, to: Scale) -> str | None:
    """The size in the scale `to`, to the nearest half; None if no adult's shoe has such a size."""
    if scale is to:
        return written(value)
    if scale is Scale.MM and to is Scale.EU:
        return written(_halved(value / 5 - 10)) if _SHORTEST_MM <= value <= _LONGEST_MM else None
    foot = _foot_mm(value, scale)
    return written(_of_foot(foot, to)) if _SHORTEST_MM <= foot <= _LONGEST_MM else None


def written(value: float) -> str:
    """42, 42.5."""
    return f"{value:g}"


def _foot_mm(value: float, scale: Scale) -> float:
    match scale:
        case Scale.EU:
            return value * _PARIS_POINT_MM - _TOE_ROOM_MM
        case Scale.MM:
            return value
    return (_uk(value, scale) + _UK_START) * _INCH_MM / 3


def _uk(value: float, scale: Scale) -> float:
    return value - {Scale.US_MEN: _MEN, Scale.US_WOMEN: _WOMEN}.get(scale, 0)


def _of_foot(foot_mm: float, to: Scale) -> float:
    match to:
        case Scale.EU:
            return _halved((foot_mm + _TOE_ROOM_MM) / _PARIS_POINT_MM)
        case Scale.MM:
            return round(foot_mm / 5) * 5
    uk = foot_mm * 3 / _INCH_MM - _UK_START
    return _halved(uk + {Scale.US_MEN: _MEN, Scale.US_WOMEN: _WOMEN}.get(to, 0))


def _halved(value: float) -> float:
    return round(value * 2) / 2
