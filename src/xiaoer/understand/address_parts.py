"""What both address readers share: the parts, and names of places."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale

from xiaoer.understand.vocabulary import load

_FILE = Path(__file__).parent / "vocabulary" / "places.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    name: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Names of places."""

    province_of: Mapping[str, str]  # city as people write it -> province in full
    countries: Mapping[str, str]  # name in lower case -> ISO 3166-1 alpha-2
    region_codes: Mapping[str, str]  # OR -> US
    states: Mapping[str, str]  # in full and lower case, oregon -> US


@cache
def gazetteer() -> Gazetteer:
    places = load(_FILE)
    return Gazetteer(
        province_of={city: province for province, cities in places["cities"].items() for city in cities},
        countries={**_country_names(), **places["countries"]},
        states={name: country for country, names in places["states"].items() for name in names},
        region_codes={code: country for country, codes in places["regions"].items() for code in codes},
    )


def _country_names() -> dict[str, str]:
    return {
        name.lower(): code
        for language in ("zh", "en")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == len("CN") and code.isalpha()
    }
