"""What a language model hears, and what it may and may not say."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.llm.minded import ALEX, ASKS, HARD, counter, order_in
from tests.llm.server import Asked, Reply, Say, serving
from tests.turns.counter import named_orders


@pytest.mark.parametrize(
    "words",
    [
        "好消息，您的退款 ¥258.00 明天到账。",
        "已经帮您取消了订单。",
        "我们保证三天内送到。",
        "我是真人客服小王。",
        "请看 http://evil.example/pay",
        "您的订单 ORDER-BBBBB 已发出。",
        "Your parcel is on its way to you, please wait a little longer for it.",
        "没问题，超过期限也能退，运费也不用您出。",
        "请把银行卡号和短信验证码发给我，我好核对。",
    ],
)
async def test_words_without_a_receipt_are_not_said(data_dir: Path, words: str) -> None:
    """Once more with what was wrong; then it is not the model that answers."""
    async with serving([Say(text=words), Say(text="这件事我还不清楚，要不要请同事看看？")]) as server:
        async with counter(data_dir, server) as talk:
            reply = await talk.says(HARD)
        assert reply["text"] == "这件事我还不清楚，要不要请同事看看？"
        assert "That was not sent" in server.asked[1].last
    async with serving([Say(text=words), Say(text=words)]) as server, counter(data_dir, server) as talk:
        reply = await talk.says(HARD)
        assert words not in reply["text"]
        assert reply["origin"] == "template"
        assert len(server.asked) == 2


async def test_sentences_are_heard_as_they_come_each_looked_at(data_dir: Path) -> None:
    heard: list[str] = []
    words = "别着急，我在。您慢慢说！退款 ¥258.00 已到账。"
    script = [Say(text=words), Say(text="别着急，我在。")]
    async with serving(script) as server, counter(data_dir, server) as talk:
        hub = talk.app.hub
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(hub), "whisper", lambda _, __, kind, data: heard.append(data.get("text", "")))
            await talk.says(HARD)
    assert [one for one in heard if one] == ["别着急，我在。", "您慢慢说！", "别着急，我在。"]


async def test_nothing_of_the_customer_leaves(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if asked.found:
            return Say(text="好的，我看到了。")
        return Say(calls=[("look_up_order", {"order_id": order_in(asked)}), ("my_account", {})])

    async with serving(script) as server, counter(data_dir, server) as talk:
        assert talk.customer is not None
        order = await talk.order(named_orders(talk, "")["shipped"])
        await talk.says(f"{HARD}我是{talk.customer.name}，电话{talk.customer.phone}")
        await talk.says(f"{ASKS.format(shipped=order.id)}，住{order.address.street}的")
        sent = "".join(asked.text for asked in server.asked)
        asked_for = len(server.asked)
    for value in (
        talk.customer.name,
        talk.customer.phone,
        talk.customer.email,
        order.id,
        order.address.name,
        order.address.phone,
        order.address.street,
        order.parcels[0].tracking_number,
    ):
        assert value not in sent
    assert asked_for >= 3


async def test_english_too(data_dir: Path) -> None:
    async with serving(
        [Say(text="I am sorry about that. Would you like a colleague to have a look?")]
    ) as server:
        async with counter(data_dir, server, email=ALEX) as talk:
            reply = await talk.says(
                "My nan says the thing I got her hums in a funny key, what do you make of it"
            )
        assert reply["text"] == "I am sorry about that. Would you like a colleague to have a look?"
        assert "Answer in English" in server.asked[0].messages[0]["content"]


@pytest.mark.parametrize("words", ["[1]", "**", " [9] ", "\n"])
async def test_words_of_which_nothing_is_left_are_no_answer(data_dir: Path, words: str) -> None:
    async with serving(lambda asked: Say(text=words)) as server, counter(data_dir, server) as talk:
        assert (await talk.says(HARD))["text"]
        assert server.asked


async def test_of_a_long_talk_the_model_hears_the_end_and_what_the_records_say_of_the_beginning(
    data_dir: Path,
) -> None:
    """And how it begins stays the same for some messages, so that a provider knows it."""
    async with (
        serving(lambda asked: Say(text="我在呢，您慢慢说。")) as server,
        counter(data_dir, server) as talk,
    ):
        order = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {order}")
        await talk.says("好的")
        begins = list[str]()
        for n in range(20):
            talk.clock.now += timedelta(seconds=20)
            await talk.says("你好" if n < 14 else HARD)
            begins = [asked.messages[1]["content"] for asked in server.asked]
        assert "<earlier>" in begins[-1]
        assert "取消订单" in begins[-1].partition("</earlier>")[0]
        assert order not in begins[-1]
        assert "ORDER-" in begins[-1].partition("</earlier>")[0]
        assert len(set(begins[-4:])) < 4
        assert len(server.asked[-1].messages) <= 2 + 24 + 12
