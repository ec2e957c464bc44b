"""Where in a message a postal address stands."""

import re
from itertools import islice

_LEAD = re.compile(
    r"(?:(?:地址)?(?:改成|改为|改到|换成|换到|改寄到|寄到|送到|发到|寄往|寄去)|(?:(?<!详细)(?:新地址|"
    r"地址)|收货地址)(?:是|"
    r"为|:|改成)|新地址"
    r"|(?<!详细)(?:地址)[到去为成]?(?=[^\n]{0,4}[省市区县])|(?:应该|应|换|改)(?:是|为|成|"
    r"这个地址)[: ,]*(?=[^\n]{2,7}[省市区县])"
    r"|\b(?:change|update|set|correct)\b[^\n]{0,40}?\baddress\b[^\n]{0,20}?\bto\b:?"
    r"|\b(?:send|ship|deliver|redirect|forward)\b[^\n]{0,30}?\bto\b:?"
    r"|\b(?:goes?|should go|sent|shipped|delivered) to\b:?|\bmoved to\b:?|\bi(?:'ve)? moved:"
    r"|\baddress\b(?: is| should be|:)+|\b(?:it'?s|i live at|live at|deliver at|instead at)(?= \d))[ ,:]*"
)
_HAN_PARTS = re.compile(
    r"[省市县镇乡路街巷弄栋幢楼室村]|区(?![别分间块])|(?<![难知味渠频])道(?!理)|"
    r"\d号|小区|大厦|花园|公寓|广场|自治州|单元"
)
_STREET = re.compile(
    r"\b\d{1,5}[a-z]?,? (?:[a-z.'-]{1,20},? ){0,4}?(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|"
    r"boulevard|way|court|ct|"
    r"place|pl|square|sq|terrace|close|crescent|highway|hwy|parkway|gardens|grove|row|walk|mews|park)\b"
    r"|\b(?:rue|via|calle|p\.? ?o\.? box)\b[^\n]{0,30}\d|[a-zäöüß]{2,20}(?:str\.|straße|strasse|weg|platz|"
    r"gasse) ?\d"
)
_END = re.compile(
    r"[,.!? ]*(?:可以吗|可以么|行吗|行不行|好吗|谢谢[你您啦]?|麻烦[了你您]*|拜托[了]?|instead|please|pls|"
    r"thanks|thank you|if possible|ok|okay|is that possible|can you"
    r"|(?:马上|立[刻即马]|赶[紧快]|尽快|现在|快点?|速度)"
    r"(?:就|的|给我|帮我|处理|[办改换弄搞寄发送](?:理|掉|好)?|一下|[下了吧啊呀])*"
    r"|(?:非?常|很|好|太|真)?急(?:急+|死我?了?|用|[!,.]*$)|着急"
    r"|\b(?:and )?(?:do it |right |hurry up )?(?:now|asap|a\.s\.a\.p|immediately|right away|at once|"
    r"quick(?:ly)?|urgent(?:ly)?|hurry(?: up)?|as soon as possible))[,.!? ]*$"
)
# No address has such a mark in it: what follows cries out or asks, unless it says who receives.
_OUTCRY = r"[?!](?![^\n]{0,60}(?:\d{4}|[收联][件货系]人))"
_SENTENCE_END = re.compile(
    rf"{_OUTCRY}|[?!。;](?=\s|$)|\.(?= (?:and|also|can|could|thanks|thank|please|i)\b)"
)
_HAN_PARTS_NEEDED = 2
_LONGEST = 300  # characters of an address
_LEADS = 5  # places at which an address may begin; in a flood there is none
_TAILS = 3  # polite words that may follow each other


def address_in(text: str) -> tuple[int, int] | None:
    """Where in a cleaned text a postal address stands."""
    start = 0
    for lead in islice(_LEAD.finditer(text), _LEADS):
        if _is_address(_cut(text[lead.end() :])):
            start = lead.end()
            break
    else:
        if not _stands_alone(text):
            return None
    return start, start + len(_cut(text[start:]))


def _cut(text: str) -> str:
    """Up to the end of the sentence, without the please and thanks behind it."""
    end = _SENTENCE_END.search(text)
    found = text[: end.start() if end else len(text)][:_LONGEST]
    for _ in range(_TAILS):
        found = _END.sub("", found)
    return found


def _is_address(text: str) -> bool:
    return len(set(_HAN_PARTS.findall(text))) >= _HAN_PARTS_NEEDED or bool(_STREET.search(text))


_TALK = re.compile(
    r"[?吗呢]|怎么|什么|多久|几天|[我你](?:的|想|要|们)|帮|订单|快递|退|取消|\b(?:my|your|you|where|when|"
    r"how|can|do|does|ship to|"
    r"deliver to|order|return|cancel)\b"
)


_SOMEWHERE = re.compile(r"[省市区县镇乡路街道巷弄村]|小区|大厦|花园|公寓|广场|大学|学校|医院|[a-z]")


def _stands_alone(text: str) -> bool:
    """The whole message is an address, as after "where shall it go?". 3号楼 alone is none."""
    return (
        bool(_SOMEWHERE.search(text))
        and _is_address(text)
        and any(c.isdecimal() for c in text)
        and not _TALK.search(text)
    )
