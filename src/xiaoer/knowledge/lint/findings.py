"""What lint finds, and how it is told to those who write the articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaoer.domain.knowledge import Name
from xiaoer.domain.words import Words


class Severity(StrEnum):
    ERROR = "error"  # customers would be told something wrong, or what is not theirs to know
    WARNING = "warning"


class Kind(StrEnum):
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    PAST_DATE = "past_date"
    LANGUAGES_DIFFER = "languages_differ"
    ARTICLES_DIFFER = "articles_differ"
    UNTRANSLATED = "untranslated"
    SAME_TEXT = "same_text"
    SAME_QUESTION = "same_question"
    ORPHAN_LINK = "orphan_link"
    BAD_LINK = "bad_link"
    PERSONAL_DATA = "personal_data"
    INSTRUCTION = "instruction"
    HIDDEN_TEXT = "hidden_text"
    BLOB = "blob"
    EMPTY = "empty"
    TOO_LONG = "too_long"


ERRORS = frozenset(
    {
        Kind.EXPIRED,
        Kind.LANGUAGES_DIFFER,
        Kind.ARTICLES_DIFFER,
        Kind.ORPHAN_LINK,
        Kind.BAD_LINK,
        Kind.PERSONAL_DATA,
        Kind.INSTRUCTION,
        Kind.HIDDEN_TEXT,
        Kind.EMPTY,
    }
)

SAYS: Mapping[Kind, Words] = {
    Kind.EXPIRED: Words(
        "已经过期，顾客听不到了：延长有效期，或者下架",
        "has expired and is not said any more: extend or archive it",
    ),
    Kind.EXPIRES_SOON: Words("快到期了：准备好接替它的文章", "expires soon: prepare what follows it"),
    Kind.PAST_DATE: Words(
        "正文里的日期已经过去：改掉，或者下架", "names a date that has passed: change or archive it"
    ),
    Kind.LANGUAGES_DIFFER: Words(
        "两种语言里的数字不一样：两边改成一样的",
        "the numbers of the two languages differ: make them the same",
    ),
    Kind.ARTICLES_DIFFER: Words(
        "和另一篇文章说的同一件事，数字却不一样：查清哪个对",
        "says another number of the same thing than another article: find out which is right",
    ),
    Kind.UNTRANSLATED: Words(
        "没有另一种语言的版本：说那种语言的顾客会看到原文",
        "is not translated: who speaks the other language is given it as it is",
    ),
    Kind.SAME_TEXT: Words(
        "和另一篇文章几乎一样：合成一篇", "is nearly the same as another article: make one of them"
    ),
    Kind.SAME_QUESTION: Words(
        "同一个问法也列在另一篇文章里：只留在能回答的那篇",
        "the same question is listed in another article: keep it where it is answered",
    ),
    Kind.ORPHAN_LINK: Words(
        "链接指向的文章不存在：改正名字，或者去掉链接",
        "links to an article that does not exist: correct or drop the link",
    ),
    Kind.BAD_LINK: Words(
        "链接打不开：写完整的 https:// 地址", "is no link that can be opened: write a whole https:// address"
    ),
    Kind.PERSONAL_DATA: Words(
        "像是个人信息：删掉；是店里自己的，就列进店铺自己的联系方式",
        "looks like personal data: remove it; if it is the shop's own, list it among its contacts",
    ),
    Kind.INSTRUCTION: Words(
        "像是写给 AI 的指令，不是写给顾客的：删掉",
        "reads like an order to an AI and not like a text for customers: remove it",
    ),
    Kind.HIDDEN_TEXT: Words("有人眼看不见的文字：删掉", "holds text that no eye sees: remove it"),
    Kind.BLOB: Words(
        "有一长串编码过的字符：删掉，或者写成文字", "holds a long encoded string: remove it or write it out"
    ),
    Kind.EMPTY: Words(
        "没有能回答顾客的文字：写上，或者下架", "has no text to answer with: write it or archive it"
    ),
    Kind.TOO_LONG: Words(
        "太长：一段超过 1,000 字的部分不会说出来，一篇太长也难找准；拆成几篇",
        "is too long: 1,000 characters of a paragraph are said, and long articles are found badly; divide it",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    kind: Kind
    name: Name
    where: str  # title, question 2, paragraph 3, body, article
    detail: str  # what was found there; of personal data only its beginning

    @property
    def severity(self) -> Severity:
        return Severity.ERROR if self.kind in ERRORS else Severity.WARNING

    @property
    def says(self) -> Words:
        return SAYS[self.kind]


@dataclass(frozen=True, slots=True)
class Ours:
    """Contacts that may stand in an article."""

    domains: frozenset[str] = frozenset()  # of e-mail addresses, in small letters
    phones: frozenset[str] = frozenset()  # digits only
