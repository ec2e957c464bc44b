"""What is taken out of a reply: nothing false slips through, little that is true is stopped."""

import json
import sys
from collections import Counter
from datetime import date
from types import FrameType

import pytest
from tests.guard.labelled import HERE, PARTS, SURE, Score, rows, score

from xiaoer.domain.words import Language
from xiaoer.guard.claims import Kind, normal
from xiaoer.guard.evidence import read
from xiaoer.guard.figures import figures
from xiaoer.guard.sayings import sayings

TODAY = date(2026, 11, 27)  # a Friday


def scored(language: Language, part: str, kinds: frozenset[Kind]) -> Score:
    return score([(row, row.found()) for row in rows(language, part)], kinds)


_EACH = (frozenset({Kind.MONEY}), frozenset({Kind.DATE, Kind.TIME}), frozenset({Kind.ID}), SURE)


@pytest.mark.parametrize("language", list(Language))
def test_money_days_and_ids_do_not_slip_through(language: Language) -> None:
    every = [(row, row.found()) for part in PARTS for row in rows(language, part)]
    assert score(every, SURE).recall >= 0.99
    assert score(every, SURE).precision >= 0.99
    first = [(row, row.found()) for part in ("tune", "held") for row in rows(language, part)]
    assert score(first, SURE).recall >= 0.99
    for kinds in _EACH:
        assert scored(language, "tune", kinds).recall >= 0.99
        assert scored(language, "held", kinds).recall >= 0.94
        assert scored(language, "late", kinds).recall >= 0.99
        assert scored(language, "last", kinds).recall >= 0.99


# As measured, less a little: benchmarks/receipts.py.
@pytest.mark.parametrize(
    ("part", "recall", "precision"),
    [
        ("tune", 0.98, 0.98),
        ("held", 0.97, 0.98),
        ("late", 0.98, 0.98),
        ("last", 0.95, 0.95),
        ("fresh", 0.96, 0.98),
    ],
)
@pytest.mark.parametrize("language", list(Language))
def test_little_else_does_and_few_true_replies_are_stopped(
    language: Language, part: str, recall: float, precision: float
) -> None:
    found = scored(language, part, frozenset(Kind))
    assert found.recall >= recall
    assert found.precision >= precision


@pytest.mark.parametrize("language", list(Language))
def test_the_set_is_large_mixed_and_says_nothing_twice(language: Language) -> None:
    every = [row for part in PARTS for row in rows(language, part)]
    assert len(every) >= 260
    assert 0.4 <= sum(row.true for row in every) / len(every) <= 0.6
    assert len({row.name for row in every}) == len(every)
    false = Counter(row.kind for row in every if not row.true)
    assert min(false[kind] for kind in list(Kind)[: list(Kind).index(Kind.LANGUAGE)]) >= 5
    worlds = json.loads((HERE / "worlds.json").read_text(encoding="utf-8"))["worlds"]
    said = {row.name.partition(":")[0] for one in Language for part in PARTS for row in rows(one, part)}
    assert said == set(worlds)  # no world is there for nothing


# --- the same thing said otherwise -------------------------------------------------------------------

SAME = [
    [
        "¥1,299.00",
        "1299元",
        "一千二百九十九元",
        "CNY 1,299",
        "１２９９ 块钱",
        "1299 yuan",
        "rmb 1299",
        "1.299千元",
    ],
    ["$64.99", "64.99 dollars", "64.99 bucks"],
    ["十九块九", "19.9元", "¥19.90"],
    [
        "11月28日",
        "28 November",
        "Nov 28",
        "November 28th",
        "28th of Nov",
        "2026-11-28",
        "28/11",
        "11/28",
        "明天",
        "十一月二十八日",
        "2026年11月28日",
        "tomorrow",
    ],
    ["20%", "百分之二十", "20 percent", "八折", "两成", "a fifth off", "付百分之八十", "80% of the price"],
    ["50%", "半价", "half price", "half off", "打五折"],
    ["48小时", "两天", "2 days", "forty-eight hours", "a couple of days"],
    ["12月3日", "December the 3rd", "the third of December", "旧鞋12/3前寄", "12.3前寄"],
    ["21:30", "half past nine this evening", "half nine tonight", "晚上九点半", "9.30 pm"],
    ["8:45", "quarter to nine in the morning", "早上差一刻九点", "早 8 点 45 分"],
    ["12:00", "noon", "中午", "中午十二点", "12 pm"],
    ["8.99元", "八块九毛九", "8.99 yuan"],
    ["$64.99", "sixty-four dollars and ninety-nine cents", "sixty-four dollars ninety-nine"],
    ["24个月", "两年", "24 months", "a two-year warranty"],
    ["90分钟", "一个半小时", "an hour and a half", "1.5 hours"],
    ["14天", "两周", "2 weeks", "it takes a fortnight"],
    ["12 件", "a dozen items", "十二件"],
    ["10月份", "in October", "十月初"],
    ["SF 1042 8877 31569", "SF1042887731569", "1042 8877 31569"],
    ["SF1042887731569", "sf 1042887731569".replace(" ", ""), "ＳＦ1042887731569", "SF-1042887731569"],
    ["已发货", "has been shipped", "已经寄出", "was dispatched"],
    ["还没发货", "hasn't been shipped yet", "尚未寄出", "is not yet dispatched"],
    ["三十件", "30 件", "30 items", "thirty items"],
]


@pytest.mark.parametrize("ways", SAME, ids=[ways[0] for ways in SAME])
def test_what_is_the_same_has_the_same_key(ways: list[str]) -> None:
    keys = [{key for claim in read(way, TODAY).claims for key in claim.gives} for way in ways]
    assert all(key & keys[0] for key in keys)
    for way, key in zip(ways, keys, strict=True):
        assert [claim for claim in read(way, TODAY).claims if set(claim.needs) & key]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¥64.99", "$64.99"),
        ("64.99元", "64.99美元"),
        ("£4.50", "€4.50"),
        ("1299元", "12.99元"),
        ("1.2万元", "1.2元"),
        ("11月28日", "12月28日"),
        ("28 Nov", "28 Oct"),
        ("明天", "后天"),
        ("28/11", "27/11"),
        ("旧鞋12/4前", "旧鞋4/12前"),
        ("8点到22点", "20:00"),
        ("早8点", "20:00"),
        ("59.99元", "59.99 加元"),
        ("59.99元", "59.99 quid"),
        ("上个月", "这个月发货"),
        ("an hour and a half", "an hour later"),
        ("16双", "21 双"),
        ("ships at the end of this month", "ships at the end of December"),
        ("half past nine", "half past ten"),
        ("20%", "2%"),
        ("八折", "八五折"),
        ("3个工作日", "3天"),
        ("3 working days", "3 days"),
        ("24 hours", "24 days"),
        ("已发货", "还没发货"),
        ("has been delivered", "has not been delivered"),
        ("已签收", "已发货"),
        ("M20264417", "M20264471"),
        ("下午3点", "上午3点"),
        ("3 pm", "3 am"),
        ("包邮", "免费退货"),
    ],
)
def test_what_differs_has_another(one: str, other: str) -> None:
    given = {key for claim in read(one, TODAY).claims for key in claim.gives}
    assert given
    assert not any(set(claim.needs) & given for claim in read(other, TODAY).claims)


@pytest.mark.parametrize(
    "text",
    [
        "如果已经签收，可以申请退货。",
        "付款后会尽快发货。",
        "请问已经签收了吗？",
        "已发货的订单不能取消。",
        "不能取消了。",
        "第二个是哪一件？",
        "有一两件事要确认。",
        "手机号最后四位是多少？",
        "祝您周末愉快。",
        "一天到晚都这样。",
        "双十一快乐！",
        "三成交易是这样。",
        "今天有什么可以帮您？",
        "快一点好。",
        "我们不能保证时间。",
        "手机号后四位是多少？",
        "马上为您查。",
        "祝您一天愉快。",
        "Once it has been delivered, tell me.",
        "It will be shipped soon.",
        "Has it been delivered?",
        "It can't be cancelled.",
        "What can I do for you today?",
        "I can't guarantee that.",
        "I can cancel it for you.",
        "Which one is it?",
        "A couple of things first.",
        "You may first want to look.",
        "There are two ways to go.",
        "A thousand thanks.",
        "I can't promise compensation.",
    ],
)
def test_nothing_is_claimed(text: str) -> None:
    assert [claim.said for claim in read(text, TODAY).claims] == []


# --- work: counted, not timed ------------------------------------------------------------------------

FLOODS = [
    "9",
    "1,",
    "1,299.",
    "9-",
    "a1",
    "1a",
    "一",
    "百",
    "一百",
    "两千五",
    "11月",
    "11月28日",
    "28/11 ",
    "28/",
    "nov 28 ",
    "8:",
    "8:05 ",
    "3点",
    "周",
    "周五 ",
    "friday ",
    "明天",
    "today ",
    "¥",
    "¥9 ",
    "9元",
    "9-9天",
    "9%",
    "已",
    "已发货",
    "没",
    "还没发货",
    "发货了 ",
    "已为您取消",
    "为您",
    "保证",
    "马上",
    "i've ",
    "i have cancelled ",
    "been ",
    "has not been ",
    "if ",
    "shipped ",
    "refund ",
    "twenty ",
    "twenty-one hundred and ",
    "free ",
    "send you a ",
    "a-",
    "m2026-",
    ".",
    "a.b",
    "http://",
    "[",
    "](",
    "<",
    "<a ",
    "(",
    " ",
    "\n",
    "*",
    "`",
    "\u200b",
    "\u0301",
    "é",
    "\ufffc",
    "我是",
    "i am ",
    "talking to a ",
    "地址",
    "十几",
    "差一刻九点",
    "half past nine ",
    "couple of days ",
    "12.3前",
    "twenty-first of ",
    "1234 ",
    "块九毛九",
    "改",
    "the ",
    "on ",
    "in ",
]
LONG = 50_000


@pytest.mark.parametrize("piece", FLOODS)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    """Calls are counted: our functions and what they call. What is quadratic has four times as many."""
    half, whole = (work(piece * (size // len(piece))) for size in (1_500, 3_000))
    assert whole <= 2.6 * half + 200


@pytest.mark.timeout(30)  # a hundred times what it takes
@pytest.mark.parametrize("piece", FLOODS)
def test_a_flood_is_read_to_its_end(piece: str) -> None:
    """The patterns themselves, on more than a reply may have: one that backtracks would not come back."""
    flood = normal(piece * 64)[: len(piece) * 64]
    text = (flood or "x") * (LONG // max(1, len(flood)))
    assert figures(text, TODAY) is not None
    assert sum(1 for _ in sayings(text)) <= LONG


def work(text: str) -> int:
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += 1

    plain = normal(text)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        figures(plain, TODAY)
        for _ in sayings(plain):
            pass
    finally:
        sys.setprofile(before)
    return calls
