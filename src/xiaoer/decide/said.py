"""What a message names in its own words for slots that no pattern of understand/slots.py reads."""

import re
from collections.abc import Callable, Mapping, Sequence

from xiaoer.domain.conversation import Memory, Turn
from xiaoer.domain.decision import Task
from xiaoer.domain.facts import Fact
from xiaoer.domain.order import InvoiceKind
from xiaoer.domain.rules.care import Remedy
from xiaoer.text.clean import fold, tidy
from xiaoer.understand.codes import email_in, phone_in
from xiaoer.understand.sizes import shoe_size_in
from xiaoer.understand.tax_numbers import tax_number_in

_RESEND = re.compile(
    r"补发|补寄|重发|重寄|重新(?:发|寄)|再(?:发|寄|送)一|换(?:个|一个|件)?新的?|换货|换一?[个件双套只]|"
    r"\b(?:re-?send|send (?:it|them|me|us|another|a new)|replace(?:ment)?|new one|another one|again"
    r"|(?:exchange|swap) (?:it|them|this))\b"
)
_REFUND = re.compile(r"退款|退钱|退我|钱退|把钱|不要了|退了吧|\b(?:refund|money back|my money|reimburse)")
_COMPANY = re.compile(
    r"公司|单位|企业|专票|税号|学校|机构|\b(?:company|business|firm|corporate|employer|vat)\b"
)
_PERSONAL = re.compile(r"个人|私人|我自己|\b(?:personal(?:ly)?|private|myself|for me|just me)\b")
_NONE = re.compile(  # what one has not: no tax number, not for a company
    r"(?:没有?|不是|不用|不要|不开)(?:要|给)?(?:公司|单位|企业|专票|税号)(?:的|抬头)?"
    r"|\b(?:no|not|without|don't have|do not have|haven't)(?: got)?(?: for| any| an?| my| the)* "
    r"(?:company|business|firm|tax number|vat)\b"
)
_TITLE = re.compile(
    r"(?:发票)?抬头(?:开|写|是|为|就写|就是|用)?[:： ]*([^\n,，。;；]{2,60})"
    r"|(?:made out to|in the name of|invoice title|billed? to|title(?: is)?:)[: ]*([^\n,，;]{2,80})",
    re.IGNORECASE,
)
_COMPANY_NAME = re.compile(
    r"([\u4e00-\u9fff（）()A-Za-z0-9]{2,40}(?:公司|集团|厂|事务所|工作室|合作社|大学|中学|小学|医院))"
    r"|((?:[A-Z][\w&.'-]* ?){1,6},? (?:Ltd|Limited|Inc|LLC|GmbH|Corp|Co)\b\.?(?: Ltd\.?)?)"
)
_DEMAND = re.compile(
    r"我要|帮我|给我|申请|退我|麻烦|请(?!问)|补给我"
    r"|(?:^|[,.] ?)(?:退|换[个一货新]|补发|重发)(?![^,.?]*[吗么?])"
    r"|(?:^|[,.!] ?)(?:please|pls|refund|give|pay|send|replace|exchange|return|i want|i'd like|i need"
    r"|i demand|(?:can|could|will|would) you (?:please )?(?:replace|exchange|refund|send|resend))\b"
    r"|\bplease$"
)
_LOOK_UP = re.compile(
    r"(?<!检)查|到哪|什么情况|怎么样了|物流|进度|状态|\b(?:check|look (?:up|into)|track|where|status)\b"
)
_HOW_TO = re.compile(r"什么|怎么|哪|如何|渠道|\b(?:how|where|what|which|who)\b")
_NO_TITLE = re.compile(r"[?？吗呢]$|怎么|什么|^(?:ok|yes|no|hi|hello)$", re.IGNORECASE)
_TOO_SHORT_HAN, _TOO_SHORT_WORDS = 14, 8  # of a complaint: less says that there is one, not what it is
_ORDERS = re.compile(
    r"我要|我想|请|帮我|麻烦|给我|投诉|举报|你们|一下"
    r"|\b(?:i (?:want|wish|would like|need)|i'd like|can i|please|help me|right now|now|to|file|make|lodge|a"
    r"|complain(?:t|ing)?|about (?:it|this|that|you))\b"
)
# Beside the word that there is a complaint, what happened: 投诉快递员，东西扔门口就走了.
_TELLS_HAN, _TELLS_WORDS = 5, 3
_PARTS = re.compile(r"[,.:;!?\n]+")


_PAIR = re.compile(
    r"(?:比较|对比|比一比|比一下)(?:一下|下)?([^,，。?？]{2,30}?)(?:和|跟|与|还有)([^,，。?？]{2,30})"
    r"|([^,，。?？]{2,30}?)(?:和|跟|与|还是)([^,，。?？]{2,30}?)(?:有什么|有啥|有何|哪|的?区别|比|相比|差|怎么选|选)"
    r"|\bcompare (?:the )?([^,.?]{2,40}?) (?:and|with|to|vs\.?|versus|against) "
    r"(?:the )?([^,.?]{2,40})"
    r"|\bbetween (?:the )?([^,.?]{2,40}?) and (?:the )?([^,.?]{2,40})"
    r"|(?:which is better,? )?(?:the )?([^,.?]{2,40}?) (?:vs\.?|versus|or) (?:the )?([^,.?]{2,40})"
)
_TELLING = re.compile(
    r"告诉|通知|提醒|到货|补货|有货|说一?声|叫我|\b(?:alerts?|notifications?|notify|restock(?:ed)?)\b"
)
_AHEAD = re.compile(
    r"^(?:请|麻烦|帮我|给我|我想|你们|那个?|这个?|那款|这款|which is better|is|are)+ ?", re.ASCII
)
_BOTH = re.compile(r"[这那前]两|两(?:款|个|件|种|双)|\b(?:these|those|both|the two|them|first two)\b")
_PLACES = {
    word: n
    for n, words in enumerate(("第一 first 1st", "第二 second 2nd", "第三 third 3rd", "第四 fourth 4th"))
    for word in words.split()
}


def two_products(words: str, memory: Memory) -> dict[str, Fact]:
    """The two things to be compared: by their names, or by their places in the list that was shown."""
    plain, shown = fold(words), memory.shown if memory.shown_slot == "product_id" else ()
    hit = _PAIR.search(plain)
    pair = [_AHEAD.sub("", name.strip()) for name in hit.groups() if name] if hit else []
    if len(pair) == 2 and not any(_BOTH.search(name) for name in pair):  # noqa: PLR2004
        return {slot: _placed(name, shown) for slot, name in zip(("first", "second"), pair, strict=True)}
    if len(shown) >= 2 and _BOTH.search(plain):  # noqa: PLR2004
        return {"first": shown[0], "second": shown[1]}
    return {}


def _placed(name: str, shown: Sequence[str]) -> str:
    place = next((n for word, n in _PLACES.items() if name.startswith(word)), len(shown))
    return shown[place] if place < len(shown) else name


def without_telling(words: str) -> str:
    """The thing alone, of words that ask to be told of it."""
    return _TELLING.sub("", words).strip()


def words_of(turn: Turn) -> str:
    """The customer's own words in this turn, tidied: case and script stay."""
    return tidy("\n".join(m.text for m in turn.messages) or turn.understanding.text)


def named(action: str, words: str) -> dict[str, Fact]:
    """Values for slots of this action that the words name outright."""
    found = {slot: _READ[slot](words) for slot in _NAMES.get(action, ())}
    return {slot: value for slot, value in found.items() if value not in ("", None)}


def answer(slot: str, words: str) -> Fact:
    """What the words say to the question for `slot`; None if they do not answer it."""
    if slot in _FREE:
        return _FREE[slot](words) or None
    return (_READ[slot](words) or None) if slot in _READ else None


def demands(text: str) -> bool:
    """Whether a cleaned text wants it done, rather than to be told of it."""
    return _DEMAND.search(text) is not None


def looks_up(text: str) -> bool:
    """Whether a cleaned text wants to be told of what it names, rather than naming it alone."""
    return _LOOK_UP.search(text) is not None


def is_plain(slot: str, words: str) -> bool:
    """Whether the words hold what was asked for, whatever else they look like: digits are a parcel's, too."""
    return slot in _PLAIN and bool(_READ[slot](words))


def says_plainly(task: Task, words: str) -> bool:
    """Whether the words answer what is asked, or what will be: a new one or the money, for whom."""
    later = (slot for slot in _NAMES.get(task.action, ()) if slot in _LATER and slot not in task.args)
    changed = "kind" in task.args and _kind(words) not in ("", task.args["kind"])
    return is_plain(task.asked, words) or changed or any(_READ[slot](words) for slot in later)


def remedy_in(words: str) -> str:
    plain = fold(words)
    again, back = _RESEND.search(plain) is not None, _REFUND.search(plain) is not None
    if again == back:
        return ""
    return (Remedy.RESEND if again else Remedy.REFUND).value


def _kind(words: str) -> str:
    plain = fold(words)
    plain = _NONE.sub(" ", plain)
    company = _COMPANY.search(plain) is not None or bool(tax_number_in(words))
    personal = _PERSONAL.search(plain) is not None
    if company == personal:
        return ""
    return (InvoiceKind.COMPANY if company else InvoiceKind.PERSONAL).value


def _title(words: str) -> str:
    for pattern in (_TITLE, _COMPANY_NAME):
        if hit := pattern.search(words):
            title = next(group for group in hit.groups() if group).strip(" .:：")
            return "" if _NO_TITLE.search(title) else title
    return ""


def _whole_title(words: str) -> str:
    """Asked for, all of a line is the title, unless it is a question."""
    if said := _title(words):
        return said
    line = words.strip().split("\n")[0].strip(" .。,，")
    return "" if _NO_TITLE.search(line) or not 1 < len(line) <= 100 else line  # noqa: PLR2004


def _email(words: str) -> str:
    found = email_in(fold(words))
    return found[0] if found else ""


def _phone(words: str) -> str:
    found = phone_in(fold(words))
    return found[0] if found else ""


def _story(words: str) -> str:
    """What went wrong, if the words tell more than that something did."""
    plain = fold(words)
    least, tells = (_TOO_SHORT_WORDS, _TELLS_WORDS) if plain.isascii() else (_TOO_SHORT_HAN, _TELLS_HAN)
    parts = [_ORDERS.sub(" ", part) for part in _PARTS.split(plain) if not _HOW_TO.search(part)]
    beside = _PARTS.search(plain) is not None and any(_size(part) >= tells for part in parts)
    return words[:600] if beside or _size(_ORDERS.sub(" ", plain)) >= least else ""


def _size(text: str) -> int:
    """Words of English, characters of Chinese."""
    return len(text.split()) if text.isascii() else len(text.replace(" ", ""))


_READ: Mapping[str, Callable[[str], str]] = {
    "remedy": remedy_in,
    "kind": _kind,
    "title": _title,
    "tax_number": tax_number_in,
    "email": _email,
    "phone": _phone,
    "what": _story,
    "measure": lambda words: words[:200] if shoe_size_in(words) else "",
}
_LATER = frozenset({"remedy"})
_PLAIN = frozenset({"tax_number", "email", "phone", "measure"})
_FREE: Mapping[str, Callable[[str], str]] = {
    "title": _whole_title,
    "what": lambda words: words[:600] if len(words.strip()) > 1 else "",
    "first": lambda words: words[:60] if len(words.strip()) > 1 else "",
    "product": lambda words: words[:60] if len(words.strip()) > 1 else "",
    "second": lambda words: words[:60] if len(words.strip()) > 1 else "",
}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "report_lost": ("remedy",),
    "report_damage": ("remedy",),
    "request_invoice": ("kind", "title", "tax_number", "email"),
    "complaint": ("what",),
    "call_back": ("phone",),
    "unsubscribe": ("email",),
    "size_advice": ("measure",),
    "change_contact": ("phone", "email"),
}
