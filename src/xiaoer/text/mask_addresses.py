"""Addresses, down to the door. Merely a city or a district stays: it says how long a parcel takes."""

import re

from xiaoer.text.form import Form
from xiaoer.text.words import HAN

# --- in Chinese ----------------------------------------------------------------------------------------

_NUM = r"(?:\d{1,5}(?:-\d{1,4})?|[一二三四五六七八九十百]{1,4}|[a-zA-Z]\d{0,2})"
_UNIT = "(?:号楼|號樓|号院|号|號|弄|巷|栋|棟|幢|座|单元|單元|室|房|楼|樓|层|層|期|甲|组|組|社|队|户|舍|宿舍)"
_STRONG = "(?:号楼|號樓|号院|栋|棟|幢|座|单元|單元|期|室|舍)"
_LEADS = "到在是寄给給址为為我你您他她它的了吗呢把请請送收货貨住放于从往和跟叫找让，。、"
_STOPS = _LEADS + "区區县縣省乡鄉镇鎮市发成"
_CHANGED = "改换变写填"  # 改成: behind it an address begins
# A character of a street's or an estate's name; those that also lead to one, where they do not.
_PART = (
    rf"(?:(?![{_STOPS}])[{HAN}]|(?<![{_CHANGED}])成|发(?=[展达源])|(?<=解)放|市(?=[场府民政])|(?<=[小社校园])区|镇(?=[江海宁])|"
    "和(?=[平润兴谐睦顺义美])|于(?=[洪田都家])|送(?=[仙变])|(?<=[太长])和)"
)
_REGION = (
    rf"(?:(?:(?![{_LEADS}{_CHANGED}成])[{HAN}]|(?<![{_CHANGED}])成){{2,7}}?"
    r"(?:省|自治区|(?<!城)市|州|盟|(?<![小社校园厂])[区區]|县|縣|旗|镇|鎮|乡|鄉|街道)){0,5}+"
)
_WAY = "(?:大道|路|街|胡同|巷|弄|条|(?<![知味频通渠管报報车])道)"
_PLACE = (
    "(?:小区|社区|花园|花苑|公寓|大厦|大廈|家园|新村|家属院|宿舍|校区|校园|学院|大学|公馆|山庄|别墅|广场|廣場|中心|国际|"
    "产业园|工业园|科技园|创意园|经济园|天地|名都|名邸|花城|城|湾|灣|府|庭|苑|园|園|居|邸|里|坊|山|台|汇)"
)
_BUILDING = (
    "(?:宿舍楼|教学楼|办公楼|大厦|大廈|广场|廣場|中心|公寓|大楼|大樓|花园|小区|家属院|商城|校区|学院|大学|医院|产业园|"
    "科技园|创意园|工业园)"
)
_VILLAGE = "(?:村|庄|屯|寨|营|堡|湾)"
_TEAM = "(?:组|組|社|队|号|號|户)"
_GAP = rf"(?:(?![到收电電找给我的，。])[{HAN}]){{0,12}}?"
_STEP = rf"(?: ?[第附东西南北]?{_NUM} ?{_UNIT}(?:之\d{{1,2}})?| ?[东西南北]单元)"
_DOOR = r" ?(?<![\d.])[A-Z]?\d{3,4}(?![\d.元块个件年月:：-])(?:室|房|号)?"
_CHAIN = r" ?\d{1,4}[a-zA-Z]?(?:-\d{1,4}){1,3}(?![\d-])(?:室|房|号)?"
_TAIL = (
    rf"(?:{_GAP}(?:{_STEP}|{_CHAIN})|(?<=[栋棟幢座楼元期号舍]){_DOOR}|宿舍 ?\d{{2,4}}|"
    rf"{_GAP}{_BUILDING}(?=$|[\s,.，。;])){{0,6}}"
)
ADDRESSES_ZH: tuple[Form, ...] = (
    Form(
        rf"{_REGION}(?:{_PART}{{1,6}}?{_WAY}[一二三四五六七八九]?段? ?(?:{_STEP}|{_CHAIN})|"
        rf"{_PART}{{1,8}}?{_PLACE} ?(?:{_NUM} ?{_STRONG}|{_CHAIN})){_TAIL}"
    ),
    Form(
        rf"{_REGION}{_PART}{{1,6}}?{_VILLAGE}(?:{_PART}{{0,4}}? ?{_NUM} ?{_TEAM}|{_PART}{{2}}组)"
        rf"(?: ?{_NUM} ?(?:号|號|户))?"
    ),
    Form(rf"(?<=[镇乡]){_PART}{{2,6}}?(?:村|庄|屯|寨)"),
    Form(
        rf"(?<![\d第a-zA-Z]){_NUM} ?(?:栋|棟|幢|座|号楼|號樓) ?(?:{_NUM} ?(?:单元|單元|门|宿舍|层|楼) ?)?"
        rf"(?:\d{{3,4}}(?![\d.元块个件年月])(?:室|房|号|宿舍)?|(?<=[元楼层]){_NUM}[室户])"
    ),
)

# --- in Latin letters ----------------------------------------------------------------------------------

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|crescent|terrace|parkway|pkwy|gardens?|"
    r"grove|mews|highway|hwy)"
)
_WITH_CAPITAL = (
    r"(?:Court|Ct|Close|Square|Sq|Place|Pl|Way|View|Approach|Walk|Hill|Row|Park|Quay|Wharf|Rise|Green|Path|Trail|"
    r"Loop|Circle|Cir|Parade|Esplanade|Vale|Heights|Central|Crossing|Circus|Villas|Meadows?|Mount)"
)
_DOOR_WORD = (
    r"(?:flat|apartment|apt|unit|suite|ste|room|rm|block|blk|tower|building|bldg|floor|fl|level|house|box|no)"
)
_BEFORE = (
    rf"(?:(?i:(?<![a-zA-Z]){_DOOR_WORD}\.? ?#?\w[\w/-]{{0,5}}|(?<![\da-zA-Z])\d{{1,3}}(?:/?f)\b),? ){{0,4}}"
)
_HOUSE = r"(?:(?:The )?[A-Z][a-z]{2,15}(?: [A-Z][a-z]{2,15})?, )?"
_NUMBER = (
    r"(?:(?i:no)\. ?|(?i:block|blk|house|building) )?"
    r"(?<![a-zA-Z\d.])\d{1,5}[a-zA-Z]?(?:[-/]\d{1,5}[a-zA-Z]?)?,? "
)
_BEHIND = rf"(?:,? (?:(?i:{_DOOR_WORD})\.? ?#?\w{{1,5}}\b|#\w{{1,5}}(?:-\w{{1,4}})?)){{0,3}}"
_CAPITAL = (
    r"(?:[A-ZÀ-Þ][^\W\d_]{0,24}(?:['’.-][^\W\d_]{1,24}){0,2}\.?|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)|of|the)"
)
_NO_STREET = r"(?!(?:inch|in|of|off|pairs?|the|a|an|my|way|x|or|and|to|for|mm|cm|more|pack|times?)\b)"
_LITTLE = r"(?:de la|de los|de las|del?|della|delle|dei|da|do|dos|du|des|la|le|les|los|las|d['’]|l['’])"
_NAMED = (
    rf"(?: ?{_LITTLE}){{0,2}} ?[A-ZÀ-Þ][^\W\d_]{{1,24}}(?:[ -]{_LITTLE}? ?[A-ZÀ-Þ][^\W\d_]{{1,24}}){{0,3}}"
)
_GERMANIC = (
    r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|gracht|straat|laan|plein|gatan|gata|gate|"
    r"vägen|vej|gade)"
)
_COUNTRY_HOUSE = r"(?:Cottage|House|Farm|Rectory|Lodge|Barn|Manor|Villa|Hall|Mill|Vicarage|Grange)"

_UNITS = frozenset({"gb", "tb", "xl", "lb", "hz", "ft", "in", "ah", "ml", "mm", "cm", "kg", "pm"})


def _is_no_size(match: re.Match[str]) -> bool:
    """m2 8gb has the form of a British postcode."""
    return match[0][-2:].lower() not in _UNITS


ADDRESSES_EN: tuple[Form, ...] = (
    Form(
        rf"{_BEFORE}{_HOUSE}{_NUMBER}(?:{_CAPITAL}[ -]){{1,4}}(?:{_WITH_CAPITAL}|(?i:{_STREET}))\b\.?"
        rf"(?: [NSEW]{{1,2}}\b)?{_BEHIND}"
    ),
    Form(
        rf"{_BEFORE}{_NUMBER}(?:[nsew]{{1,2}}\.? )?(?:{_NO_STREET}[a-z]{{2,15}}['-]? ?){{1,3}}(?<= )"
        rf"{_STREET}\b\.?(?=\s?(?:[,.;!?\n\ufffc]|$|{_DOOR_WORD}\b)){_BEHIND}",
        re.IGNORECASE,
    ),
    Form(rf"{_BEFORE}{_NUMBER}[A-Z][a-z]{{2,12}}(?:way|gate|side|wharf|hill)(?=,|\n|$)"),
    Form(r"\bp\.? ?o\.? ?box ?\d{1,6}\b", re.IGNORECASE),
    Form(
        r"\b\d{1,4}(?: ?(?i:bis|ter))?,? "
        rf"(?i:rue|avenue|av\.|bd|boulevard|impasse|chemin|place|allée|quai|cours){_NAMED}"
    ),
    Form(
        rf"\b(?i:via|viale|piazza|corso|calle|avenida|av\.|plaza|paseo|rua|ul\.|ulica|carrer){_NAMED},? "
        r"(?:n[º°.]? ?)?\d{1,4}[a-z]?(?:/\d{1,3})?(?:, ?\d{1,2} ?[º°ª] ?[A-Z]?\b)?"
    ),
    Form(rf"\b(?:[A-ZÄÖÜ][\wäöüß-]{{1,20}} )?[A-ZÄÖÜ][\wäöüß-]{{0,20}}{_GERMANIC} ?\d{{1,4}} ?[a-z]?\b"),
    Form(rf"\b(?:{_CAPITAL} ){{1,3}}\d{{1,4}}[a-z]?(?=(?:\n|, ?)(?:\d{{4}} ?[A-Z]{{2}}|\d{{5}}) [A-Z])"),
    Form(r"\b(?:Am|An der|Zum|Zur|Auf dem) (?:[A-ZÄÖÜ][a-zäöüß]+ ){1,2}\d{1,4}[a-z]?\b"),
    Form(
        r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE | re.ASCII, _is_no_size
    ),  # a British postcode
    Form(r"\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b", re.ASCII),  # a Canadian one
)
HOUSES_EN: tuple[Form, ...] = (
    Form(
        rf"(?:The )?(?:[A-Z][a-z]{{2,15}} ){{1,2}}{_COUNTRY_HOUSE}, (?:[A-Z][a-z]{{2,15}} ){{1,2}}"
        rf"(?:{_WITH_CAPITAL}|{_STREET.title()})\b"
    ),
)
