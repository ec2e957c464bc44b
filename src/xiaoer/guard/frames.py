"""What the words around a verb make of it: a fact, its contrary, or neither. One frame for each language."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from xiaoer.domain.words import Language
from xiaoer.guard.moments import clause


class Frame(ABC):
    refund: ClassVar[re.Pattern[str]]  # a clause with it speaks of a refund

    @abstractmethod
    def stands(self, text: str, found: re.Match[str], *, whole: bool) -> bool | None:
        """Whether it is claimed to be so, or not so; None: neither. `whole`: it claims without a marker."""

    @abstractmethod
    def did(self, text: str, found: re.Match[str]) -> bool:
        """Whether it is said that the house has done it."""

    @abstractmethod
    def denied(self, text: str, start: int) -> bool:
        """Whether a promise that begins there is one we say we do not make."""


class _Chinese(Frame):
    refund = re.compile(r"退款|退您|退给|退回(?:您|你)|原路")
    _marks = re.compile(
        r"(?P<no>还没有?|尚未|并未|暂未|暂时没有?|没有?(?:能)?|未(?:能)?|不是|不再)"
        r"|(?P<done>已经?|现已|刚刚?|均已|都已|成功|(?<!按)正在|目前|现在是?|显示|状态是?|状态:)"
        r"|(?P<open>不能|无法|没法|不可以|不了|可以|可|能|会|将|要|想|需|请|预计|即将|准备|安排|等待?|待|申请|才|最晚|尽快|直接"
        r"|只有|应该|可能|帮您|为您|给您|或者?|再|先|后|能否|支持|不支持|办理|接受|用于|选择|拒绝)"
    )
    _if = re.compile(
        r"如果|要是|若|假如|假设|是否|一旦|万一|的话|除非|只要|等到|吗|有没有|能不能|是不是|未必|凡是|所有|任何"
    )
    _after = re.compile(r"(?:了(?!吗|没)|成功|完成|完毕|好了|过了|失败|中(?!心))")
    _later = re.compile(
        r"(?:之?后|以后|之?前|以前|时|的(?!路上)|不了|吗|没有?[?]|期|方式|金额|政策|规则|流程|申请|单号|记录|进度|状态|地址|说明)"
    )
    _agent = re.compile(
        r"(?:已经?|刚刚?|成功)?(?:为|帮|给|替)(?:您|你)|(?:我们?|小二|这边|系统)(?:这边|这里)?(?:已经?|刚刚?|刚才|都)|(?:已经?|刚刚?)(?:把|将|向|跟|和|让|由)|(?:我们?|这边)(?:把|将|向|给|跟)"
    )
    _complete = re.compile(r".{0,6}?(?:了(?!吗|解|没)|好了?|成功|完成|完毕|到账)")
    _willing = re.compile(
        r"可以|能|会|将要|想|要不要|要我|需要|请|如果|要是|是否|吗|尽快|准备|稍后|先|再|马上|才能|没办法|没法|无法|不能|没有|还没|未"
    )
    _no = re.compile(
        r"(?:不|没|没有|无法|不能|不敢|难以|不便|不可|并非|不是|不会|没法|没办法|请.{0,2}同事为您|请.{0,2}同事给您|请.{0,2}同事)(?:做|作|给|能|敢|随便|轻易|向您)*(?:任何)?$"
    )

    @override
    def stands(self, text: str, found: re.Match[str], *, whole: bool) -> bool | None:
        _, low, high = clause(text, found.start())
        if self._if.search(text, low, high) or (high < len(text) and text[high] == "?"):
            return None
        start = max(low, found.start() - 10)
        last = None
        for mark in self._marks.finditer(text, start, found.start()):
            last = mark
        kind = last.lastgroup if last else ""
        if kind != "done" and not whole and self._later.match(text, found.end()):
            return None
        if text.startswith("的", found.end()) and not text.startswith("的路", found.end()):
            return None
        if kind == "no":
            return False
        if kind == "open":
            return None
        return True if whole or kind == "done" or self._after.match(text, found.end()) else None

    @override
    def did(self, text: str, found: re.Match[str]) -> bool:
        _, low, high = clause(text, found.start())
        if (high < len(text) and text[high] == "?") or self._if.search(text, low, high):
            return False
        start = max(low, found.start() - 14)
        if self._willing.search(text, start, found.start()):
            return False
        said = found.group()
        agent = self._agent.search(text, start, found.start() + 4)
        complete = self._complete.match(text, found.end()) if found.end() < high else None
        already = "已" in text[start : found.start()] or "刚" in text[start : found.start()]
        if agent is not None:
            return already or complete is not None or said[-1] in "好了妥完定"
        if found.lastgroup in ("all", "address", "return", "exchange"):  # 退货申请好了, 办好了
            return said[-1] == "好" or bool(re.match(r".{0,2}(?:好了|成功)", text[found.end() : high]))
        return False

    @override
    def denied(self, text: str, start: int) -> bool:
        return self._no.search(text, max(0, start - 8), start) is not None


class _English(Frame):
    refund = re.compile(r"\brefund|\bmoney\b|¥|\$|£|€")
    _aux = re.compile(
        r"\b(?:has|have|had|was|were|is|are|isn|hasn|haven|wasn|weren|aren|it's|that's|i've|we've|been)\b|'s |n't"
    )
    _open = re.compile(
        r"\b(?:will|won|would|can|cannot|could|couldn|may|might|should|must|shall|to|be|if|once|when|whenever|until|unless"
        r"|after|before|as soon as|whether|expected|never be|let me|cannot be|in case|any|every|all)\b|'ll\b"
    )
    _if = re.compile(
        r"\b(?:if|once|when|whenever|until|till|unless|after|before|as soon as|whether|in case|while|till|every|any|each)\b"
    )
    _not = re.compile(r"n't\b|\bnot\b|\bnever\b|\bno longer\b|\byet to\b|\bneither\b|\bnone\b")
    _stops = re.compile(r"[.?!\n]")
    _asks = re.compile(
        r"[ ,]*(?:and |or |but |so )?(?:has|have|is|are|was|were|did|does|do|shall|should|can|could|may|would|which|what|when|who|how)\b"
    )
    _goods = re.compile(
        r" (?:orders?|items?|goods|products?|parcels?|packages?|by the customer|within|back to us)\b"
    )
    _own = frozenset({"address", "return", "exchange", "all"})
    _no = re.compile(r"(?:n't|\bnot|\bcannot|\bnever|\bno|\bunable to|\bwithout)(?: \w+){0,2} $")
    _passive = re.compile(
        r"\b(?:has been|have been|is now|was|'s been|are now|is|are)(?: now| just| already| successfully)* $"
    )

    @override
    def stands(self, text: str, found: re.Match[str], *, whole: bool) -> bool | None:
        _, low, high = clause(text, found.start())
        if self._if.search(text, low, found.start()) or self._is_asked(text, low, found.end()):
            return None
        start = max(low, found.start() - 42)
        aux = None
        for aux in self._aux.finditer(text, start, found.start()):  # noqa: B007 - the last one
            pass
        group = text[aux.start() if aux else max(start, found.start() - 24) : found.start()]
        if aux is not None and aux.group() == "n't":
            group = text[max(start, aux.start() - 6) : found.start()]
        if aux is not None and aux.group() == "been":
            before = text[max(start, aux.start() - 16) : aux.start()]
            group = before[max(before.rfind(" has"), before.rfind(" have"), before.rfind("has"), 0) :] + group
        if "yet to " in group:
            return False
        if self._open.search(group) or (not whole and self._goods.match(text, found.end())):
            return None
        return self._not.search(group) is None

    @override
    def did(self, text: str, found: re.Match[str]) -> bool:
        _, low, high = clause(text, found.start())
        if high < len(text) and text[high] == "?":
            return False
        if self._if.search(text, low, found.start()):
            return False
        before = text[max(low, found.start() - 60) : found.start()]
        if self._not.search(before[-20:]) or re.search(
            r"\b(?:can|could|will|would|to|shall|may|might|cannot|be) (?:\w+ )?$|'ll $", before
        ):
            return False
        if re.search(
            r"\b(?:i|we)(?:'ve|'d)?\b(?: (?:have|had|now|just|already|also|gone ahead and|successfully|personally))*(?: [\w-]+){0,3}? $",
            before,
        ):
            return self._agent_near(before)
        lemma = found.lastgroup or ""
        if lemma in self._own and re.search(r"has been|is set|is now|was|have been", found.group()):
            return True
        if lemma == "all" or (
            lemma in ("return", "exchange", "address") and before.strip() in ("", "done", "done.")
        ):
            return True
        return (
            lemma == "other"
            and self._passive.search(before) is not None
            and re.search(
                r"\byour (?:case|request|complaint|ticket|return|exchange|address|invoice|account|coupon|discount)\b|replacement|voucher|coupon|discount",
                before,
            )
            is not None
        )

    def _is_asked(self, text: str, low: int, end: int) -> bool:
        """Has it been delivered, or are you still waiting?"""
        stop = self._stops.search(text, end, end + 120)
        return stop is not None and stop.group() == "?" and self._asks.match(text, low) is not None

    def _agent_near(self, before: str) -> bool:
        """ "I've now gone ahead and": nothing but adverbs, or a verb and "and", between us and the verb."""
        return (
            re.search(
                r"\b(?:i|we)(?:'ve|'d)?(?: (?:have|had|now|just|already|also|gone|ahead|and|then|successfully|personally|been|both))* $"
                r"|\b(?:i|we)(?:'ve| have)? [\w' ]{1,30} and (?:have |also |already )?$",
                before,
            )
            is not None
        )

    @override
    def denied(self, text: str, start: int) -> bool:
        return self._no.search(text, max(0, start - 24), start) is not None


FRAMES: Mapping[Language, Frame] = {Language.ZH: _Chinese(), Language.EN: _English()}
