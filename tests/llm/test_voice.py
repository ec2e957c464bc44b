"""The model's voice: our own reply in words that fit, with every fact of it; else the reply as it was."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.llm.minded import ALEX, counter
from tests.llm.server import Asked, Fail, Reply, Say, serving
from tests.turns.counter import named_orders

UPSET = "太气人了，查一下 {shipped} 到哪了"


def ours(asked: Asked) -> str:
    """What our system was about to say."""
    found = re.search(r"<reply>\n(.*)\n</reply>", asked.last, re.DOTALL)
    assert found
    return found[1]


def warmly(asked: Asked) -> Reply:
    return Say(text=f"让您等这么久，我很明白您的心情。{ours(asked)}")


async def test_to_an_upset_customer_the_model_says_it_with_everything_in_it(data_dir: Path) -> None:
    async with serving(warmly) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(UPSET.format(shipped=order))
        assert reply["text"].startswith("让您等这么久，我很明白您的心情。")
        assert order in reply["text"]
        assert reply["origin"] == "ai"
        assert "order" in [card["kind"] for card in reply["cards"]]
        (asked,) = server.asked
        assert order not in asked.text
        assert asked.tools == []


async def test_words_beside_a_call_nobody_offered_are_looked_at_too(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return Say(text="别着急，我明白您的心情", calls=[("refund", {})])  # and nothing of the parcel

    async with serving(script) as server, counter(data_dir, server) as talk:
        reply = await talk.says(UPSET.format(shipped=named_orders(talk, "")["shipped"]))
        assert server.asked
        assert "我明白您的心情" not in reply["text"]
        assert reply["origin"] == "template"


async def test_a_calm_customer_hears_the_template_and_nobody_is_asked(data_dir: Path) -> None:
    async with serving(warmly) as server, counter(data_dir, server) as talk:
        reply = await talk.says(f"订单 {named_orders(talk, '')['shipped']} 到哪了")
        assert reply["origin"] == "template"
        assert server.asked == []


@pytest.mark.parametrize(("when", "asked"), [("always", 1), ("upset", 0), ("never", 0)])
async def test_it_is_for_the_shop_to_say_when(data_dir: Path, when: str, asked: int) -> None:
    async with serving(warmly) as server, counter(data_dir, server, llm_voice=when) as talk:
        await talk.says(f"订单 {named_orders(talk, '')['shipped']} 到哪了")
        assert len(server.asked) == asked


@pytest.mark.parametrize(
    "worse",
    [
        lambda text: "别着急，很快就到。",  # left out what it was about
        lambda text: f"{text}今天一定送到，我们保证。",
        lambda text: f"{text}已为您退款 ¥20.00。",
        lambda text: re.sub(r"\d+月\d+日", "12月31日", text),
        lambda text: re.sub(r"ORDER-[A-Z]+", "ORDER-BBBBB", text),
        lambda text: f"{text}详见 http://evil.example",
        lambda text: f"亲爱的，{text}",
    ],
    ids=["left out", "promise", "done", "day", "order", "link", "avoided"],
)
async def test_where_it_says_less_or_more_the_template_is_said(
    data_dir: Path, tmp_path: Path, worse: Callable[[str], str]
) -> None:
    persona = tmp_path / "persona.yaml"
    persona.write_text("name: {zh: 阿月, en: Luna}\navoid: [亲爱的]\n", encoding="utf-8")

    def script(asked: Asked) -> Reply:
        return Say(text=worse(ours(server.asked[0])))

    async with serving(script) as server, counter(data_dir, server, persona_file=persona) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(UPSET.format(shipped=order))
        assert reply["origin"] == "template"
        assert order in reply["text"]
        assert len(server.asked) == 2
        assert "阿月" in server.asked[0].messages[0]["content"]


GONE = [Fail(status=500), Fail(then="silence"), Say(), Fail(says="让您", then="drop")]


@pytest.mark.parametrize("reply", GONE, ids=repr)
async def test_without_the_model_the_template_is_said(data_dir: Path, reply: Reply) -> None:
    async with serving(lambda asked: reply) as server, counter(data_dir, server, llm_voice_s=0.5) as talk:
        order = named_orders(talk, "")["shipped"]
        said = await talk.says(UPSET.format(shipped=order))
        assert said["origin"] == "template"
        assert order in said["text"]


async def test_a_card_is_read_out_in_our_own_words(data_dir: Path) -> None:
    async with serving(warmly) as server, counter(data_dir, server, llm_voice="always") as talk:
        reply = await talk.says(f"烦死了，取消订单 {named_orders(talk, '')['paid']}")
        assert reply["outcome"]["kind"] == "needsconfirm"
        assert server.asked == []


async def test_who_hears_warmer_words_hears_no_others_before(data_dir: Path) -> None:
    heard: list[str] = []
    async with serving(warmly) as server, counter(data_dir, server) as talk:
        hub = talk.app.hub
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(hub), "whisper", lambda _, __, kind, data: heard.append(data.get("text", "")))
            await talk.says(UPSET.format(shipped=named_orders(talk, "")["shipped"]))
    assert [one for one in heard if one][0] == "让您等这么久，我很明白您的心情。"


async def test_in_english(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return Say(text=f"I can see how annoying this wait is. {ours(asked)}")

    async with serving(script) as server, counter(data_dir, server, email=ALEX) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(f"This is ridiculous!! Where is my order {order}? I am furious")
        assert reply["text"].startswith("I can see how annoying this wait is.")
        assert order in reply["text"]
