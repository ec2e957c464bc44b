"""What a reply may not do, whatever it says: point elsewhere, blame, play a person, speak otherwise."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.outcome import Done
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found, Kind
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import look
from xiaoer.speak.book import book
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import GAP, Renderer

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
EVIDENCE = Evidence(now=NOW, time_zone="Asia/Shanghai", hosts=frozenset({"shop.example"}))
WRITES = ("cancel_order", "change_address", "request_return", "request_exchange")


def reply(
    text: str, *receipts: Receipt, language: Language = Language.ZH, origin: Origin = Origin.AI
) -> Reply:
    return Reply(parts=(TextPart(text=text),), receipts=receipts, origin=origin, language=language)


def kinds(said: Reply, *, customer: Language | None = None) -> set[Kind]:
    return {found.kind for found in look(said, EVIDENCE, language=customer)}


@pytest.mark.parametrize(
    "text",
    [
        "请看 https://evil.example/pay",
        "请看 evil.com/pay",
        "请看 www.evil.xyz",
        "点[这里](https://evil.example)付款",
        "![图](https://evil.example/a.png)",
        "<https://evil.example>",
        "[x]: https://evil.example\n\n[x]",
        "//evil.example/x",
        "javascript:alert(1)",
        "[点我](JaVaScRiPt:alert(1))",
        "data:text/html;base64,PHN2Zz4=",
        "https://shop.example@evil.example/",
        "https://shop.example.evil.com/",
        "http://shop.example/",
        "https://ѕhop.example/",
        "https://evil。com/",
        "https:\\\\evil.example",
        "写信给 boss@evil.com",
    ],
)
def test_a_foreign_place_is_not_pointed_at(text: str) -> None:
    assert Kind.LINK in kinds(reply(text))


@pytest.mark.parametrize(
    "text", ["<b>好</b>", "<img src=x onerror=alert(1)>", "好的<script>x</script>", "<!-- x -->好"]
)
def test_markup_is_not_said(text: str) -> None:
    assert Kind.MARKUP in kinds(reply(text))


@pytest.mark.parametrize(
    "text",
    [
        "请看 https://shop.example/returns",
        "订单页在 shop.example/orders",
        "a < b，好。谢谢:)",
        "Dr.Martens 的鞋",
    ],
)
def test_the_shops_own_pages_and_plain_signs_are(text: str) -> None:
    assert not kinds(reply(text)) & {Kind.LINK, Kind.MARKUP}


def test_an_article_may_name_a_page_and_a_fact_may_not() -> None:
    text = "请看 https://carrier.example/track"
    by_article = Receipt(source="article:tracking", values=(text,))
    by_fact = Receipt(source="action:track_parcel", values=(text,))
    assert Kind.LINK not in kinds(reply(text, by_article))
    assert Kind.LINK in kinds(reply(text, by_fact))
    mail = Receipt(source="action:look_up_order", values=("mei@example.com",))
    assert Kind.LINK not in kinds(reply("发到 mei@example.com 了吗", mail))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我是真人，您放心。", Language.ZH),
        ("我不是机器人哦。", Language.ZH),
        ("这边是人工客服，为您服务。", Language.ZH),
        ("I am a real person.", Language.EN),
        ("Don't worry, I'm human.", Language.EN),
        ("You're talking to a human here.", Language.EN),
        ("I'm not a bot!", Language.EN),
    ],
)
def test_it_never_says_it_is_a_person(text: str, language: Language) -> None:
    template = Receipt(source="reply:1", words=text)
    assert Kind.HUMAN in kinds(reply(text, template, language=language))


@pytest.mark.parametrize(
    "text",
    [
        "我是小二，一个机器助手，不是真人。",
        "I'm an assistant, not a person.",
        "You can talk to a person any time.",
    ],
)
def test_it_may_say_what_it_is(text: str) -> None:
    assert Kind.HUMAN not in kinds(reply(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("这是您自己的问题。", Language.ZH),
        ("谁让您不看清楚的？", Language.ZH),
        ("请您冷静一点。", Language.ZH),
        ("That's your own fault.", Language.EN),
        ("You should have read the page first.", Language.EN),
        ("Please calm down.", Language.EN),
    ],
)
def test_nobody_is_blamed(text: str, language: Language) -> None:
    assert Kind.TONE in kinds(reply(text, language=language))


def test_the_customers_language_is_spoken() -> None:
    assert Kind.LANGUAGE in kinds(reply("Hello, how can I help you with that?"))
    assert Kind.LANGUAGE in kinds(reply("您好，有什么可以帮您的吗？", language=Language.EN))
    assert Kind.LANGUAGE in kinds(reply("您好，请说。"), customer=Language.EN)
    assert Kind.LANGUAGE not in kinds(reply("好的，这款 Pro Max 有 USB 口。"))
    quoted = Receipt(source="article:x", values=("Unused goods can be sent back to us at any time.",))
    assert Kind.LANGUAGE not in kinds(reply(f"原文如下：\n{quoted.values[0]}", quoted))


def test_the_mark_of_machine_text_stays() -> None:
    assert kinds(reply("好的。", origin=Origin.HUMAN)) == {Kind.MARK}
    assert not kinds(reply("好的。", origin=Origin.TEMPLATE))


def test_a_reply_has_an_end() -> None:
    assert Kind.LENGTH in kinds(reply("好" * 4_001))
    assert look(reply("好" * 100_000), EVIDENCE)[0].kind is Kind.LENGTH
    assert not kinds(reply("好的。" * 1_000))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(isinstance(found, Found) for found in look(reply(text), EVIDENCE))


# --- the house's own words ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_no_phrase_of_the_house_is_stopped(language: Language) -> None:
    """Each way of each, its gaps left open: what it says of its own is proven by being a template."""
    for key, ways in book(language).phrases.items():
        done = tuple(Done(action) for action in WRITES) if key.startswith("done.") else ()
        evidence = replace(EVIDENCE, outcomes=done)
        for way in ways:
            words = way.replace("[[", "").replace("]]", "")
            renderer = Renderer(Calendar(language, "Asia/Shanghai", NOW), seed="")
            own = "".join(GAP if n % 2 else piece for n, piece in enumerate(_pieces(words)))
            said = reply(own, Receipt(source=f"template:{key}", words=own), language=renderer.language)
            assert look(said, evidence) == (), key


def test_a_phrase_of_the_house_that_nobody_has_earned_is() -> None:
    words = "办好了，订单已取消。"
    said = reply(words, Receipt(source="template:done.cancel_order", words=words))
    assert {found.kind for found in look(said, EVIDENCE)} == {Kind.DONE}
    assert not look(said, replace(EVIDENCE, outcomes=(Done("cancel_order"),)))


def _pieces(words: str) -> list[str]:
    return [piece for half in words.split("{") for piece in half.split("}")]
