"""Recorded conversations play as they were; and spoilt in every way they end in a world that is right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.llm.cassettes import FOLDER, Player, held, read
from tests.llm.server import Fail, Reply, Say

TAPES = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
Change = Callable[[int, Say], Reply]


@pytest.mark.parametrize("name", TAPES)
async def test_a_recorded_conversation_plays_as_it_was(name: str, data_dir: Path) -> None:
    tape, player = TAPES[name], Player(TAPES[name])
    said, ends = await held(tape, player, data_dir)
    assert not player.missed, player.missed[0]
    assert player.n == len(tape.exchanges) > 0
    assert ends == tape.ends
    assert all(reply["text"] for reply in said)


async def test_another_request_fails_with_what_is_other(data_dir: Path) -> None:
    tape = TAPES["en_lookup"]
    first = replace(tape.exchanges[0], asked=tape.exchanges[0].asked.replace("lorry", "train"))
    player = Player(replace(tape, exchanges=[first, *tape.exchanges[1:]]))
    await held(tape, player, data_dir)
    assert "-My neighbour reckons the parcel fell off the back of a train" in player.missed[0]
    assert "+My neighbour reckons the parcel fell off the back of a lorry" in player.missed[0]


def words(text: str) -> Change:
    """Says this instead of whatever it said, also where it asks for something."""
    return lambda n, reply: replace(reply, text=text)


def calls(change: Callable[[str, Any], tuple[str, Any]]) -> Change:
    """Asks for something else than it asked for."""
    return lambda n, reply: replace(reply, calls=[change(name, args) for name, args in reply.calls])


SPOILT: dict[str, Change] = {
    "cut": lambda n, reply: Fail(says=reply.text[: len(reply.text) // 2] or "The", then="drop"),
    "empty": lambda n, reply: Say(),
    "another tool": calls(lambda name, args: ("cancel_order", args)),
    "no such tool": calls(lambda name, args: ("refund_now", args)),
    "confirms itself": calls(lambda name, args: (name, {**args, "confirmed": "yes"})),
    "another's order": calls(lambda name, args: (name, {"order_id": "M24020848"})),
    "invented price": words("Your refund of $999.99 is on its way; 您的 ¥999.00 明天到账。"),
    "another language": words("Ihr Paket ist unterwegs und kommt am Freitag an, versprochen."),
    "says it is done": words("Done, I have cancelled it for you. 已经为您取消并退款了。"),
    "says it is human": words("I am a real person called Anna. 我是真人客服。"),
}
NEVER = ("999", "versprochen", "Anna", "真人客服", "已经为您取消并退款了", "I have cancelled it")


BEFORE = {"paid": "paid", "unpaid": "awaiting_payment", "shipped": "shipped"}


@pytest.mark.parametrize("change", SPOILT)
@pytest.mark.parametrize("name", ["en_lookup", "zh_two_wishes"])
async def test_spoilt_it_ends_in_a_world_that_is_right(name: str, change: str, data_dir: Path) -> None:
    tape = TAPES[name]
    player = Player(replace(tape, say=tape.say[:1]), SPOILT[change])
    said, ends = await held(replace(tape, say=tape.say[:1]), player, data_dir)
    assert ends == {order: BEFORE[order] for order in tape.ends}  # nobody has said yes
    for reply in said:
        assert reply["text"]
        assert not [one for one in NEVER if one in reply["text"]], reply["text"]


async def test_told_in_another_order_each_card_is_still_the_customers(data_dir: Path) -> None:
    tape = TAPES["zh_two_wishes"]
    player = Player(tape, lambda n, reply: replace(reply, calls=list(reversed(reply.calls))))
    said, ends = await held(tape, player, data_dir)
    assert ends == {"paid": "cancelled", "unpaid": "cancelled"}
    assert said[0]["outcome"]["kind"] == "needsconfirm"
