"""What a model grants by itself is not said; what an article says, or is only asked, may be."""

import pytest

from xiaoer.guard.concessions import conceded

GRANTED = [
    "没问题，超过期限也能退，运费也不用您出。",
    "您不用退货就能拿到全部货款。",
    "给您减一半的价钱。",
    "我这就给您安排换货。",
    "包裹会在周末前送到您手上。",
    "运费由我们承担。",
    "这单给您免单。",
    "Sure, you can still return it after that.",
    "We'll cover the postage, it is on us.",
    "I'll arrange a replacement for you right away.",
    "You don't need to return anything to get your money.",
    "It will arrive before the weekend.",
    "I have cancelled it, and you get half price on the next one.",
]
SECRETS = [
    "请把银行卡号和短信验证码发给我。",
    "请告诉我您的密码。",
    "Please send me the verification code.",
    "What is your card number and the CVV?",
]
HARMLESS = [
    "我明白，等了这么久确实让人着急。",
    "要我帮您取消吗？",
    "您想退货还是换货呢？",
    "这件事我还不清楚，要不要请同事看看？",
    "Would you like me to cancel it?",
    "I am sorry about that. Shall I ask a colleague to have a look?",
    "Can I ask which of the two you mean?",
    "听起来妈妈还挺喜欢的，那就先留着吧。",
]


@pytest.mark.parametrize("text", [*GRANTED, *SECRETS])
def test_what_nobody_granted(text: str) -> None:
    assert list(conceded(text, ()))


@pytest.mark.parametrize("text", HARMLESS)
def test_what_grants_nothing(text: str) -> None:
    assert list(conceded(text, ())) == []


@pytest.mark.parametrize("text", GRANTED)
def test_what_an_article_says_may_be_said(text: str) -> None:
    assert list(conceded(text, (f"标题 Title\n{text}",))) == []


@pytest.mark.parametrize("text", SECRETS)
def test_nobody_is_asked_for_a_secret_whatever_an_article_says(text: str) -> None:
    assert list(conceded(text, (text,)))
