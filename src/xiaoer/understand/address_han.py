"""A Chinese address: 省 市 区 街道 in this order, the receiver anywhere."""

import re

from xiaoer.text.clean import simplified
from xiaoer.understand.address_parts import Parts, gazetteer

_POSTCODE = re.compile(r"(?:邮编[是为: ]*)?(?<!\d)(\d{6})(?!\d|[号室栋弄])", re.ASCII)
_NAME = re.compile(
    r"(?:收件人|收货人|联系人|姓名|名字)[是为: ]*([^\d\s,。;:]{2,12}?)(?=$|[\s,。;\d]|收货|电话|地址)"
    r"|(?:^|[\s,。;、])([^\d\s,。;:省市区县路街号室]{2,6})(?:先生|女士|小姐)?收(?:件|货)?(?=$|[\s,。;])"
    r"|(?<=[号室楼座层])([一-鿿]{2,4})收(?=$|[\s,。;])"
)
_PLACE_MARK = re.compile(
    r"[省市区县镇乡村路街道巷弄号栋幢楼层室]|小区|大厦|花园|公寓|广场|学校|大学|医院|公司|单元|邮编|地址"
)
_BETWEEN = re.compile(r"[\s,。;、]+")
_TITLE = re.compile(r"(?:先生|女士|小姐)$")
_PROVINCE = re.compile(
    r"^(?:中国)?(内蒙古|黑龙江|[一-鿿]{2})(?:省|维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区)?"
)
_CITY_MARKED = re.compile(r"^([一-鿿]{2,7}?(?:市|自治州|地区|盟))")
_PREFECTURE = re.compile(r"^([一-鿿]{2,12}自治州)")
_ONLY_DISTRICT = re.compile(r"^(?:[一-鿿]{1,8}?(?:区|县|旗|市))?(?:[一-鿿]{1,6}(?:街道|镇|乡))?$")
_NO_POSTCODE = "000000"  # what some shop pages put where there is none
_LONGEST_NAME, _SHORTEST_NAME = 4, 2


def parts(text: str, default_country: str) -> Parts:
    """The parts of a tidied text without phone and e-mail."""
    postcode = _POSTCODE.search(text)
    if postcode:
        text = f"{text[: postcode.start()]},{text[postcode.end() :]}"
    name, text = _name(text)
    place = "".join(_BETWEEN.split(text))
    region, rest = _region(place)
    city, rest = _city(region, rest)
    region = region or _province(city) or _province(city[:2])
    return Parts(
        name=name,
        country="CN" if region else default_country,
        region=region,
        city=city,
        street="" if _ONLY_DISTRICT.match(simplified(rest)) else rest,
        postcode=postcode[1] if postcode and postcode[1] != _NO_POSTCODE else "",
    )


def _name(text: str) -> tuple[str, str]:
    """The receiver, by a label or as a short piece that is no place; and the text without them."""
    if found := _NAME.search(text):
        return _TITLE.sub(
            "", found[1] or found[2] or found[3]
        ), f"{text[: found.start()]},{text[found.end() :]}"
    pieces = [piece for piece in _BETWEEN.split(text) if piece]
    for piece in pieces:
        bare = (
            _TITLE.sub("", piece) if len(piece) > _LONGEST_NAME - 1 else piece
        )  # 吴女士 is all we know of her
        if len(pieces) > 1 and _SHORTEST_NAME <= len(bare) <= _LONGEST_NAME and _is_name(bare):
            return bare, ",".join(p for p in pieces if p != piece)
    return "", text


def _is_name(piece: str) -> bool:
    known = _province(simplified(piece)) or _PROVINCE_NAMES.get(simplified(piece))
    return piece.isalpha() and not piece.isascii() and not known and not _PLACE_MARK.search(simplified(piece))


def _region(place: str) -> tuple[str, str]:
    found = _PROVINCE.match(simplified(place))
    province = _PROVINCE_NAMES.get(found[1]) if found else None
    if found is None or province is None:
        return "", place
    rest = place[found.end() :]
    is_city = rest.startswith("市") and province not in _MUNICIPALITIES  # 吉林市 of 吉林省
    return ("", place) if is_city else (province, rest)


def _city(region: str, rest: str) -> tuple[str, str]:
    """A city known by name or marked as one. Of a municipality, the region itself."""
    plain = simplified(rest)
    if region in _MUNICIPALITIES:
        bare = region.removesuffix("市").removesuffix("特别行政区")
        return region, re.sub(rf"^市?(?:{bare}市?)?(?:市辖区)?", "", rest)
    if prefecture := _PREFECTURE.match(plain):
        return prefecture[1], rest[prefecture.end() :]
    for length in range(min(5, len(rest)), 1, -1):
        city = plain[:length]
        if _province(city) and (not region or _province(city) == region):
            return city.removesuffix("市") + "市", rest[length:].removeprefix(
                "市" if city[-1] != "市" else ""
            )
    found = _CITY_MARKED.match(plain)
    return (found[1], rest[found.end() :]) if found else ("", rest)


def _province(city: str) -> str:
    known = gazetteer().province_of
    return known.get(city) or known.get(city.removesuffix("市"), "")


def _short(province: str) -> str:
    return re.sub(r"(?:省|市|维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区)$", "", province)


_PROVINCE_NAMES = {_short(province): province for province in gazetteer().province_of.values()}
_MUNICIPALITIES = frozenset(p for p in _PROVINCE_NAMES.values() if p.endswith(("市", "特别行政区")))
