"""Chinese: 已 and 了 make a verb a fact, 没 and 未 its contrary; 会, 后, 如果 and 吗 leave it open."""

import re

from typing_extensions import override

from xiaoer.guard.frame import Frame
from xiaoer.guard.moments import clause


class Chinese(Frame):
    refund = re.compile(r"退款|[的笔]钱|钱(?=[已还都会正就])|款项|退您|退给|退回(?:您|你)|原路")
    _marks = re.compile(
        r"(?P<no>还没有?|尚未|并未|暂未|暂时没有?|没有?(?:能)?|未(?:能)?|不是|不再)"
        r"|(?P<done>已经?|现已|刚刚?|均已|都已|成功|(?<!按)正在|目前|现在是?|显示|状态是?|状态:)"
        r"|(?P<open>不能|无法|没法|不可以|不了|可以|可|能|会|将|要|想|需|请|预计|即将|准备|安排|等待?|待|申请|才|最晚|尽快|直接"
        r"|只有|应该|可能|帮您|为您|给您|或者?|再|先|后|能否|支持|不支持|办理|接受|用于|选择|拒绝)"
    )
    _if = re.compile(
        r"如果|要是|若|假如|假设|是否|一旦|万一|的话|除非|只要|等到|吗|有没有|能不能|[天周月时内](?!之?前|以前)(?:左右|之内|以内)?[^,;。!?]{0,4}就|是不是|未必|凡是|所有|任何"
    )
    _after = re.compile(r"(?:了(?!吗|没)|成功|完成|完毕|好了|过了|失败|中(?!心))")
    _later = re.compile(
        r"(?:之?后|以后|之?前|以前|时|的(?!路上)|不了|吗|没有?[?]|期|方式|金额|政策|规则|流程|申请|单号|记录|进度|状态|地址|说明)"
    )
    _agent = re.compile(
        r"(?:已经?|刚刚?|成功)?(?:为|帮|给|替)(?:您|你)|(?:我们?|小二|这边|系统)(?:这边|这里)?(?:已经?|刚刚?|刚才|都)|(?:已经?|刚刚?)(?:把|将|向|跟|和|让|由)|(?:我们?|这边)(?:把|将|向|给|跟)"
    )
    _complete = re.compile(r".{0,6}?(?:了(?!吗|解|没)|好了?|成功|完成|完毕|到账)")
    _so = re.compile(r".{0,2}(?:好了|成功|上了|妥了)")
    _just = re.compile(r"(?:已经?|刚刚?|刚才)$")
    _willing = re.compile(
        r"可以|能|会|将要|想|后(?:我|会|就|再)|要不要|要我|需要|请|如果|要是|是否|吗|尽快|准备|稍后|先|再|马上|才能|没办法|没法|无法|不能|没有|还没|未"
    )
    _no_after = re.compile(
        r"[^,;。!?\n]{0,10}(?:不能|没法|无法|不敢|不便)(?:随便|轻易|向您)*(?:承诺|保证|答应|决定)"
    )
    _ours = re.compile(
        r"(?:退货|换货|投诉|发票|工单|请求|申请|问题|反馈|地址|情况|售后)(?:我们?|这边)?(?:都|也)?(?:已经?)?$"
    )
    _others = re.compile(r"(?:银行|快递|物流|对方|平台|支付宝|微信|骑手|厂家)[^,;。!?\n]{0,6}$")
    _no = re.compile(
        r"(?:不|没|没有|无法|不能|不敢|难以|不便|不可|并非|不是|不会|没法|没办法|请.{0,2}同事为您|请.{0,2}同事给您|请.{0,2}同事)(?:做|作|给|能|敢|好|便|随便|轻易|向您)*(?:任何)?$"
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
        if found.lastgroup == "all" and self._others.search(text, low, found.start()):
            return False
        already = "已" in text[start : found.start()] or "刚" in text[start : found.start()]
        if agent is not None:
            return already or complete is not None or said[-1] in "好了妥完定"
        if found.lastgroup in ("word", "person") and self._just.search(text, start, found.start()):
            return True
        if found.lastgroup == "other" and complete and self._ours.search(text, low, found.start()):
            return True
        if found.lastgroup in ("all", "address", "return", "exchange"):  # 退货申请好了, 办好了
            return said[-1] in "好上" or self._so.match(text, found.end(), high) is not None
        return False

    @override
    def denied(self, text: str, start: int) -> bool:
        before = self._no.search(text, max(0, start - 8), start)
        return before is not None or self._no_after.match(text, start) is not None
