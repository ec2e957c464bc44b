"""Feelings, haste and risks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.understanding import Mood, Risk
from xiaoer.text.clean import fold, tidy
from xiaoer.understand.mood import mood_of, urgency
from xiaoer.understand.risks import risks_in


def mood(text: str) -> Mood:
    tidied = tidy(text)
    return mood_of(tidied, fold(tidied))


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("太好了，很满意", Mood.HAPPY),
        ("质量不错😊", Mood.HAPPY),
        ("I love it, great shop", Mood.HAPPY),
        ("wonderful 🎉", Mood.HAPPY),
        ("我的订单什么时候发货", Mood.CALM),
        ("where is my order", Mood.CALM),
        ("麻烦你帮我查一下", Mood.CALM),
        ("no thanks", Mood.CALM),
        ("不急，慢慢来", Mood.CALM),
        ("我不生气，就问问", Mood.CALM),
        ("I'm not angry, just asking", Mood.CALM),
        ("快递怎么还没到，好着急", Mood.WORRIED),
        ("会不会丢了，好担心", Mood.WORRIED),
        ("I'm worried it got lost", Mood.WORRIED),
        ("I still haven't received it", Mood.WORRIED),
        ("太失望了", Mood.UPSET),
        ("我不满意", Mood.UPSET),
        ("很不开心", Mood.UPSET),
        ("I'm not happy with this", Mood.UPSET),
        ("very disappointed", Mood.UPSET),
        ("这也太慢了吧😭", Mood.UPSET),
        ("你们就是骗子", Mood.ANGRY),
        ("气死我了", Mood.ANGRY),
        ("太差了！！！", Mood.ANGRY),
        ("this is a SCAM", Mood.ANGRY),
        ("THIS IS SO BAD I WANT MY MONEY", Mood.ANGRY),
        ("terrible service!!!", Mood.ANGRY),
        ("🤬", Mood.ANGRY),
        ("在吗？？？", Mood.CALM),
        ("有XXL码的USB灯吗", Mood.CALM),
    ],
)
def test_mood(text, feeling):
    assert mood(text) is feeling


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("着急用，尽快", True),
        ("马上要出差了", True),
        ("I need it ASAP", True),
        ("please hurry up", True),
        ("不着急", False),
        ("no rush", False),
        ("急救包有吗", False),
        ("什么时候发货", False),
    ],
)
def test_urgency(text, urgent):
    assert bool(urgency(fold(tidy(text)))) is urgent


@pytest.mark.parametrize(
    ("text", "risks"),
    [
        ("我要起诉你们，找律师", (Risk.LEGAL,)),
        ("I'll call my lawyer and sue you", (Risk.LEGAL,)),
        ("打12315投诉，再给差评", (Risk.AUTHORITY, Risk.BAD_REVIEW)),
        ("I will report you to trading standards", (Risk.AUTHORITY,)),
        ("expose you on social media", (Risk.BAD_REVIEW,)),
        ("我不想活了", (Risk.SELF_HARM,)),
        ("I want to kill myself", (Risk.SELF_HARM,)),
        ("信不信我砍死你们", (Risk.VIOLENCE,)),
        ("I will find you and hurt you", (Risk.VIOLENCE,)),
        ("想死你们家的包了", ()),
        ("笑死我了", ()),
        ("bath bombs please", ()),
        ("court shoes in 38", ()),
        ("suede shoes", ()),
        ("订单M12315000", ()),
        ("我要退货", ()),
    ],
)
def test_risks(text, risks):
    assert risks_in(fold(tidy(text))) == risks


@given(st.text())
def test_any_text_has_a_mood(text):
    assert mood(text) in Mood
    assert set(risks_in(fold(tidy(text)))) <= set(Risk)
