"""Which column of a table holds what, by the names shops give them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.text.clean import clean

_NAMES = {
    "question": (
        "问题 提问 问 问句 标准问题 标准问 常见问题 客户问题 用户问题 买家问题 买家消息 客户消息 用户消息 "
        "q question faq ask query message customer_message customer_question user_message utterance"
    ),
    "answer": (
        "答案 回答 答 答复 回复 回复内容 标准答案 标准回复 解答 内容 正文 话术 回复话术 客服回复 客服回答 "
        "客服 a answer reply response content body text agent agent_reply agent_answer agent_response"
    ),
    "title": "标题 主题 title subject name headline",
    "others": (
        "相似问题 相似问 扩展问题 扩展问 相似问法 其他问法 同义问题 "
        "questions similar similar_questions variants alternatives alternative_questions other_questions"
    ),
    "language": "语言 语种 language lang locale",
    "group": "分组 分类 类别 类目 栏目 问题分类 group category section topic",
    "slug": "slug 标识",
}
_PAIR = 2
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing stands in a row; None: nowhere."""

    question: int | None = None
    answer: int | None = None
    title: int | None = None
    others: int | None = None
    language: int | None = None
    group: int | None = None
    slug: int | None = None

    def cell(self, cells: Sequence[str], role: str) -> str:
        at: int | None = getattr(self, role)
        return cells[at] if at is not None and at < len(cells) else ""


def columns_of(header: Sequence[str]) -> Columns | None:
    """None if the row is no header that names a question (or title) and an answer, or one of two columns."""
    found = _roles(header)
    if len(header) == _PAIR and len(found) == 1:
        [(role, at)] = found.items()
        found |= {"answer" if role in ("question", "title") else "question": 1 - at}
    if "answer" in found and ("question" in found or "title" in found):
        return Columns(**found)
    return None


def ticket_columns_of(header: Sequence[str]) -> Columns | None:
    """A past question suffices; not every shop kept what was answered."""
    found = _roles(header)
    asked = found.get("question", found.get("title"))
    return None if asked is None else Columns(question=asked, answer=found.get("answer"))


def role_of(name: str) -> str:
    """question, answer, title, others, language, group, slug; empty for what is none of these."""
    return _BY_NAME.get(_plain(name), "")


def _roles(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        if role := role_of(name):
            found.setdefault(role, at)
    return found


def _plain(name: str) -> str:
    bare = re.sub(r"[(（\[【].*?[)）\]】]|[*:：]", "", clean(name))
    return re.sub(r"[\s-]+", "_", bare.strip())
