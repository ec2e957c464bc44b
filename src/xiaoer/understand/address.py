"""A postal address from a customer's own words, Chinese or Western, with what is still missing named."""

import re
from dataclasses import dataclass, replace

import phonenumbers

from xiaoer.text.clean import fold, tidy
from xiaoer.text.words import HAN
from xiaoer.understand import address_han, address_latin
from xiaoer.understand.codes import email_in, phone_in

LONGEST = 400  # characters of an address
_WITHOUT_POSTCODE = frozenset({"CN", "HK", "MO", "TW", "IE", "AE", "QA"})  # where parcels arrive without one
_HAN, _LATIN = re.compile(f"[{HAN}]"), re.compile("[a-zA-Z]")
_LABELS = re.compile(
    r"(?:联系)?(?:电话|手机)(?:号码?|号)?(?: ?(?:是|为|:))?|(?:收货|详细|送货)?地址(?: ?(?:是|为|:)| )|"
    r"所在地区(?: ?(?:是|为|:))"
    r"|\b(?:phone|mobile|tel|telephone|cell)(?: number| no\.?)?\b ?(?:is|:)?|\baddress ?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedAddress:
    """Parts that were not said are empty and, where a parcel needs them, named in `missing`."""

    name: str
    phone: str  # E.164 if it was said; the default as it came
    country: str  # ISO 3166-1 alpha-2
    region: str
    city: str
    street: str
    postcode: str
    missing: tuple[str, ...] = ()  # of: name, phone, city, street, postcode


def parse_address(text: str, *, default_name: str, default_phone: str, default_country: str) -> ParsedAddress:
    """Whose name, phone or country is not said keeps the default. Never raises on any text."""
    said_phone, rest = _without_contact(tidy(text, limit=LONGEST))
    read = address_han.parts if _is_han(rest) else address_latin.parts
    parts = read(rest, default_country)
    return _with_missing(
        ParsedAddress(
            name=parts.name or default_name,
            phone=_e164(said_phone, parts.country) if said_phone else default_phone,
            country=parts.country,
            region=parts.region,
            city=parts.city,
            street=parts.street,
            postcode=parts.postcode,
        )
    )


def _is_han(text: str) -> bool:
    """By letters; a Chinese character weighs as much as three Latin ones."""
    return 3 * len(_HAN.findall(text)) > len(_LATIN.findall(text))


def _with_missing(parsed: ParsedAddress) -> ParsedAddress:
    needed = ["name", "phone", "city", "street"]
    if parsed.country not in _WITHOUT_POSTCODE:
        needed.append("postcode")
    return replace(parsed, missing=tuple(part for part in needed if not getattr(parsed, part)))


def _without_contact(text: str) -> tuple[str, str]:
    """The phone as it was said, and the text without it, an e-mail, and the labels in front of them."""
    if mail := email_in(fold(text)):
        text = _blank(text, mail[1])
    phone = phone_in(text)
    if phone:
        text = _blank(text, phone[1])
    return phone[0] if phone else "", _LABELS.sub(" , ", text)


def _blank(text: str, span: tuple[int, int]) -> str:
    return f"{text[: span[0]]} , {text[span[1] :]}"


def _e164(said: str, country: str) -> str:
    """ "" if it cannot be a number of the country; a Chinese mobile number is known by its form anywhere."""
    for region in (country, "CN"):
        try:
            parsed = phonenumbers.parse(said, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return ""
