"""Customers: half write Chinese, half English; some of these live in China."""

from dataclasses import dataclass
from random import Random

from xiaoer.domain.ids import CustomerId
from xiaoer.domain.money import Money
from xiaoer.domain.people import Address, Customer, Tier
from xiaoer.domain.words import Language
from xiaoer.shops.demo.texts import ChinesePlace, PlaceAbroad, texts

SHOP_COUNTRY = "CN"
_SHOP_ZONE = "Asia/Shanghai"
_MAIL = ("example.com", "example.net", "example.org")  # RFC 2606: nobody's
_IN_CHINA_EVERY = 7
_FIRST_NUMBER = 1001
GUIDES = (CustomerId("C1001"), CustomerId("C1002"))  # to try things with: one a language
_SECOND_ADDRESS_SHARE = 0.4  # the office, the parents
_GIFT_CARD_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class _Resident:
    """A person before the shop knows them as a customer."""

    name: str
    mailbox: str
    language: Language
    time_zone: str
    addresses: tuple[Address, ...]


def make_customers(rng: Random, currency: str) -> tuple[Customer, ...]:
    """Chinese and English by turns, in the order of data/people.yaml."""
    people = texts().people
    residents: list[_Resident] = []
    for nth, (chinese, foreign) in enumerate(zip(people.zh, people.en, strict=True)):
        residents.append(_chinese(rng, chinese, nth))
        residents.append(_foreign(rng, foreign, nth))
    return tuple(_customer(rng, who, number, currency) for number, who in enumerate(residents))


def is_remote(address: Address) -> bool:
    """Whether parcels within China take longer to get there."""
    remote = {name for place in texts().places.china if place.remote for name in place.region}
    return address.country == SHOP_COUNTRY and address.region in remote


def _chinese(rng: Random, person: tuple[str, str], nth: int) -> _Resident:
    name, mailbox = person
    places = texts().places.china
    phone = _chinese_phone(rng, nth)
    addresses = [_address_in_china(rng, name, phone, places[nth % len(places)])]
    if nth == 0 or rng.random() < _SECOND_ADDRESS_SHARE:
        addresses.append(_address_in_china(rng, name, phone, rng.choice(places)))
    return _Resident(name, mailbox, Language.ZH, _SHOP_ZONE, tuple(addresses))


def _foreign(rng: Random, person: tuple[str, str], nth: int) -> _Resident:
    name, mailbox = person
    places = texts().places
    if nth % _IN_CHINA_EVERY == _IN_CHINA_EVERY - 1:
        home, phone = places.china[nth % _IN_CHINA_EVERY], _chinese_phone(rng, len(texts().people.zh) + nth)
        address = _address_in_china(rng, name, phone, home, english=True)
        return _Resident(name, mailbox, Language.EN, _SHOP_ZONE, (address,))
    place = places.abroad[nth % len(places.abroad)]
    address = _address_abroad(rng, name, _fill(place.phone, nth), place)
    return _Resident(name, mailbox, Language.EN, place.time_zone, (address,))


def _customer(rng: Random, who: _Resident, number: int, currency: str) -> Customer:
    customer_id = CustomerId(f"C{_FIRST_NUMBER + number}")
    has_gift_card = customer_id in GUIDES or rng.random() < _GIFT_CARD_SHARE
    return Customer(
        id=customer_id,
        name=who.name,
        email=f"{who.mailbox}@{_MAIL[number // 2 % len(_MAIL)]}",
        phone=who.addresses[0].phone,
        language=who.language,
        time_zone=who.time_zone,
        tier=_tier(rng, number),
        addresses=who.addresses,
        gift_card_balance=Money(rng.randint(2, 60) * 1000, currency) if has_gift_card else None,
    )


def _tier(rng: Random, number: int) -> Tier:
    if number < len(GUIDES):
        return Tier.MEMBER if number else Tier.SILVER  # both bear the return fee
    return rng.choices([Tier.MEMBER, Tier.SILVER, Tier.GOLD], [55, 30, 15])[0]


def _address_in_china(
    rng: Random, name: str, phone: str, place: ChinesePlace, *, english: bool = False
) -> Address:
    street = rng.choice(place.streets)[english]
    house, block = rng.randint(2, 298), rng.randint(1, 12)
    flat = rng.randint(2, 18) * 100 + rng.randint(1, 6)
    chinese_line = f"{street} {house} 号 {block} 幢 {flat} 室"
    return Address(
        name=name,
        phone=phone,
        country=SHOP_COUNTRY,
        region=place.region[english],
        city=place.city[english],
        street=f"{house} {street}, Block {block}, Flat {flat}" if english else chinese_line,
        postcode=place.postcode,
    )


def _address_abroad(rng: Random, name: str, phone: str, place: PlaceAbroad) -> Address:
    numbers = {"house": rng.randint(2, 298), "flat": rng.randint(1, 9)}
    return Address(
        name=name,
        phone=phone,
        country=place.country,
        region=place.region,
        city=place.city[1],
        street=place.street.format(name=rng.choice(place.streets), **numbers),
        postcode=place.postcode,
    )


def _chinese_phone(rng: Random, nth: int) -> str:
    return f"+86199{rng.randint(0, 9)}000{1186 + nth * 37:04d}"


def _fill(pattern: str, number: int) -> str:
    """The pattern with its # filled by the digits of `number`, the last digit last."""
    for digit in reversed(f"{number:09d}"):
        head, mark, tail = pattern.rpartition("#")
        if not mark:
            break
        pattern = f"{head}{digit}{tail}"
    return pattern
