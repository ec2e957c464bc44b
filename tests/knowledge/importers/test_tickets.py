"""Past tickets: what was asked often becomes a draft for a person, without whose order or phone it was."""

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.importers.making import xlsx
from tests.knowledge.importers.reports import noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Hints, Imported, Limits, Told, Why, read_source

TICKETS = Hints(tickets=True)
ASKED = [
    ("我的订单M20260001到哪了，电话13812345678", "在路上，预计后天到"),
    ("请问订单M20260002到哪里了", "在路上，预计后天到"),
    ("订单号 M20260003 到哪了呀", "请看物流页面"),
    ("订单到哪了", "在路上，预计后天到"),
    ("怎么退货", "打开订单点退货"),
    ("怎么退货呢", "在订单里点退货按钮"),
    ("你好，请问怎么退货", "打开订单点退货"),
    ("发票抬头可以改吗", "可以"),
    ("你好", "您好"),
]


def jsonl(rows: list[tuple[str, str]] | list[str]) -> bytes:
    told = [
        {"question": row[0], "answer": row[1]} if isinstance(row, tuple) else {"question": row}
        for row in rows
    ]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in told).encode()


def read(data: bytes, name: str = "tickets.jsonl", **limits: int) -> Imported:
    return read_source(data, name, hints=TICKETS, limits=Limits(**limits))  # type: ignore[arg-type]


def test_what_was_asked_three_times_is_a_draft_for_a_person():
    found = read(jsonl(ASKED))
    assert [(d.title, d.for_person, d.language) for d in found.drafts] == [
        ("订单到哪了", True, Language.ZH),
        ("怎么退货", True, Language.ZH),
    ]
    assert found.drafts[0].body == "在路上，预计后天到"
    assert found.drafts[1].body == "打开订单点退货"
    assert found.drafts[1].questions == ("怎么退货呢",)  # a greeting makes no other question
    [note] = found.notes
    assert note.facts == {"rows": 9, "clusters": 2, "covered": 7, "alone": 1, "short": 1}


def test_without_answers_the_body_says_that_one_is_to_be_written_in_the_draft_s_language():
    zh, en = (
        only(read(jsonl(["怎么退货", "怎么退货呢", "请问怎么退货"]))),
        only(read(jsonl(["how do i return it", "how can i return it", "how do I return it?"]))),
    )
    assert (zh.language, en.language) == (Language.ZH, Language.EN)
    assert "待填写" in zh.body
    assert "still to be written" in en.body


def test_of_answers_that_all_differ_the_one_nearest_to_all_is_taken():
    answers = ["今天天气不错", "去首页看看", "在订单里点退货", "请在订单里点退货"]
    assert only(read(jsonl([("怎么退货", a) for a in answers]))).body.endswith("在订单里点退货")


def test_questions_are_at_most_ten_and_each_is_another():
    ways = [
        f"怎么退货{end}" for end in ("", "呢", "呀", "啊", "吧", "哦", "嘛", "啦", "哈", "哟", "诶", "咯")
    ]
    draft = only(read(jsonl([*ways, "怎么退货到仓库", "怎么退货最快"])))
    assert len(draft.questions) == 10
    assert len({draft.title, *draft.questions}) == 11


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("我的电话13812345678怎么改", "我的电话[号码]怎么改"),
        ("我的邮箱 li.lei@example.com 怎么改", "我的邮箱 [邮箱] 怎么改"),
        ("订单M20260001怎么改地址", "订单[号码]怎么改地址"),
        ("卡号6222 0200 1234 5678 901怎么换", "卡号[号码]怎么换"),
        ("２０２６１２３４５６７８这个怎么查", "[号码]这个怎么查"),
    ],
)
def test_personal_data_is_masked_in_all_that_is_kept(said, left):
    draft = only(read(jsonl([(said, f"好的，{said}")] * 3)))
    assert draft.title == left
    assert draft.body == f"好的，{left}".replace("[", "\\[")


@given(st.from_regex(r"[1-9]\d{6,14}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_no_long_number_gets_into_a_draft(digits, gap):
    spaced = gap.join(re.findall(".{1,4}", digits))
    found = read(jsonl([(f"my order {spaced} is late, where is it?", f"Parcel {spaced} is on its way")] * 3))
    draft = only(found)
    assert not re.search(r"\d{5}", re.sub(r"\D", "", "".join((draft.title, *draft.questions, draft.body))))


def test_tables_of_tickets_are_read_by_the_names_of_their_columns():
    rows = [
        ["工单号", "客户问题", "客服回复"],
        *([str(n), "怎么退货", "点退货"] for n in range(3)),
        ["4", "", "x"],
    ]
    text = "\n".join(",".join(row) for row in rows)
    for found in (read(text.encode("gbk"), "t.csv"), read(xlsx(rows), "t.xlsx")):
        assert (only(found).title, only(found).body) == ("怎么退货", "点退货")
        assert [why for _, why in skipped(found)] == [Why.NO_QUESTION]
    assert skipped(read(b"a,b\n1,2\n", "t.csv")) == [("t.csv", Why.NO_COLUMNS)]


def test_conversations_are_read_by_what_was_asked_first():
    row = {
        "messages": [
            {"role": "assistant", "content": "您好"},
            {"role": "user", "content": "怎么退货"},
            {"role": "user", "content": "急"},
            {"role": "assistant", "content": "点退货"},
        ]
    }
    found = read("\n".join([json.dumps(row)] * 3).encode())
    assert (only(found).title, only(found).body) == ("怎么退货", "点退货")


def test_lines_that_are_no_tickets_are_told_with_their_number():
    lines = ['{"question": "怎么退货"}'] * 3 + ["not json", "[1]", "{}", '{"question": 7}', "[" * 5_000, ""]
    found = read("\n".join(lines).encode())
    assert len(found.drafts) == 1
    assert skipped(found) == [
        ("tickets.jsonl:4", Why.BAD_JSON),
        ("tickets.jsonl:5", Why.BAD_JSON),
        ("tickets.jsonl:6", Why.NO_QUESTION),
        ("tickets.jsonl:7", Why.NO_QUESTION),
        ("tickets.jsonl:8", Why.BAD_JSON),
    ]


def test_half_a_character_breaks_nothing():
    found = read(b'{"question": "how do i return \\ud83d it"}\n' * 3)
    assert only(found).title == "how do i return it"


def test_nothing_asked_often_is_told():
    found = read(jsonl(["怎么退货", "运费多少"]))
    assert skipped(found) == [("tickets.jsonl", Why.NO_CLUSTERS)]
    assert noted(found) == {Told.CLUSTERED}


@pytest.mark.parametrize("name", ["tickets.jsonl", "t.csv"])
def test_tickets_beyond_the_limit_are_told(name):
    data = jsonl(["怎么退货"] * 9) if name.endswith("l") else b"question\n" + "怎么退货\n".encode() * 9
    found = read(data, name, rows=5)
    assert found.notes[0].facts["rows"] == 5
    assert [why for _, why in skipped(found)] == [Why.TOO_MANY_ROWS]


def test_the_same_tickets_in_another_order_give_the_same_drafts():
    rows = ASKED * 2
    once = read(jsonl(rows))
    random.Random(7).shuffle(rows)
    assert {d.slug for d in read(jsonl(rows)).drafts} == {d.slug for d in once.drafts}


def test_progress_is_told_while_questions_are_compared():
    told: list[tuple[int, int | None, str]] = []
    words = ["red", "blue", "green", "large", "small", "warm", "light", "dark"]
    rows = [f"is the {a} {b} one {c} too" for a in words for b in words for c in words]
    read_source(jsonl(rows), "t.jsonl", hints=TICKETS, progress=lambda d, t, w: told.append((d, t, w)))
    assert told == [(256, 512, "t.jsonl"), (512, 512, "t.jsonl")]
