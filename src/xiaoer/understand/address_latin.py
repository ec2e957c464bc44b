"""A Western address: receiver, street, city, region, postcode, country, by lines or commas."""

import re

from xiaoer.understand.address_parts import Parts, gazetteer

_LEAD = re.compile(r"^[^,;:\n\d]{1,60}: ?(?=\d)")  # "to my office instead: 500 Howard St"
_SPLIT = re.compile(r"\s*[,;\n]\s*")
_NAME = re.compile(r"^(?:name|attn|attention|to|recipient|receiver|c/o)\b[: ]+(.{2,60})$", re.IGNORECASE)
_STREET_WORD = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|way|court|ct|place|pl|square|sq|"
    r"terrace|close|"
    r"crescent|highway|hwy|parkway|gardens|grove|row|walk|mews|park|quay|hill)\b\.?"
    r"(?: (?:north|south|east|west|ne|nw|se|sw|[nsew])(?=$|[ ,]))?"
)
_STREET = re.compile(rf"^.{{0,60}}?\d.{{0,60}}\b{_STREET_WORD}", re.IGNORECASE)
_UNIT = re.compile(
    r"^(?:apt|apartment|unit|flat|suite|ste|floor|fl|room|rm|building|bldg|level)\b|^#", re.IGNORECASE
)
_POSTCODES = (
    ("GB", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)),
    ("CA", re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b", re.IGNORECASE)),
    ("", re.compile(r"\b\d{5}-\d{4}\b|\b\d{4,6}\b", re.ASCII)),
)
_REGION_CODE = re.compile(r"\b([A-Za-z]{2,3})\.?$")


def parts(text: str, default_country: str) -> Parts:
    """The parts of a tidied text without phone and e-mail. Without a street, nothing else is believed."""
    name, pieces = _name([piece for piece in _SPLIT.split(_LEAD.sub("", text)) if piece])
    street, pieces = _street(pieces)
    if not street:
        return Parts(country=default_country)
    postcode, by_form, pieces = _postcode(pieces)
    country, pieces = _country(pieces)
    district, pieces = _district(pieces)
    city, region, by_region = _city(pieces)
    return Parts(
        name=name,
        country=country or by_form or by_region or default_country,
        region=region,
        city=city,
        street=", ".join([street, *district]),
        postcode=postcode,
    )


def _country(pieces: list[str]) -> tuple[str, list[str]]:
    """Said at the end. Of a city that is a country, it stays as the city."""
    last = pieces[-1].strip(" .").lower() if pieces else ""
    code = gazetteer().countries.get(last, "")
    return code, pieces if last in _CITY_STATES or not code else pieces[:-1]


_CITY_STATES = frozenset({"singapore", "monaco", "luxembourg"})


def _district(pieces: list[str]) -> tuple[list[str], list[str]]:
    """What stands between street and city belongs to the street."""
    between = max(0, len(pieces) - 2)
    if len(pieces) > 1 and pieces[between].lower().endswith(" district"):
        between += 1
    return pieces[:between], pieces[between:]


def _name(pieces: list[str]) -> tuple[str, list[str]]:
    """By a label, or as a first piece of words alone before a street."""
    for piece in pieces:
        if found := _NAME.match(piece):
            return found[1].strip(), [p for p in pieces if p != piece]
    plain = len(pieces) > 1 and not any(c.isdecimal() for c in pieces[0]) and _has_digit(pieces[1])
    if plain and (_is_numbered(pieces[1:3]) or not re.search(rf"\b{_STREET_WORD}", pieces[0], re.IGNORECASE)):
        return pieces[0], pieces[1:]
    return "", pieces


def _is_numbered(pieces: list[str]) -> bool:
    """A street with its number follows: the Hill or Park before it is somebody's name."""
    return any(_STREET.match(piece) for piece in pieces)


def _street(pieces: list[str]) -> tuple[str, list[str]]:
    """House number and street, with flat or unit before or behind."""
    taken: list[str] = []
    rest = list(pieces)
    while rest and _UNIT.match(rest[0]):
        taken.append(rest.pop(0))
    if rest and (found := _STREET.match(rest[0])):
        taken.append(found[0])
        behind = rest.pop(0)[found.end() :].strip(" .")
        if behind:
            rest.insert(0, behind)
    elif rest and _has_digit(rest[0]) and any(c.isalpha() for c in rest[0]) and len(rest) > 1:
        taken.append(rest.pop(0))
    while rest and _UNIT.match(rest[0]):
        taken.append(rest.pop(0))
    return ", ".join(taken) if taken and any(map(_has_digit, taken)) else "", rest


def _postcode(pieces: list[str]) -> tuple[str, str, list[str]]:
    """The code, the country its form belongs to ("" for many), and the pieces without it."""
    for country, form in _POSTCODES:
        for at in range(len(pieces) - 1, -1, -1):
            if found := form.search(pieces[at]):
                bare = (pieces[at][: found.start()] + pieces[at][found.end() :]).strip(" .")
                return found[0].upper(), country, [*pieces[:at], *([bare] if bare else []), *pieces[at + 1 :]]
    return "", "", pieces


def _city(pieces: list[str]) -> tuple[str, str, str]:
    """City, region, and the country the region's short form belongs to."""
    if not pieces:
        return "", "", ""
    codes = gazetteer().region_codes
    found = _REGION_CODE.search(pieces[-1])
    if found and found[1].upper() in codes and (len(pieces) > 1 or found.start() > 0):
        city = pieces[-1][: found.start()].strip(" .") or pieces[0]
        return city, found[1].upper(), codes[found[1].upper()]
    region = pieces[1] if len(pieces) > 1 else ""
    return pieces[0], region, gazetteer().states.get(region.lower(), "")


def _has_digit(text: str) -> bool:
    return any(c.isdecimal() for c in text)
