"""A customer who writes neither Chinese nor English: served as anybody, answered in both."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.llm.minded import ALEX, counter
from tests.llm.server import Asked, Fail, Reply, Say, Server, serving
from tests.turns.counter import Talk, named_orders

from xiaoer.domain.decision import Chosen
from xiaoer.domain.decision import Say as Says
from xiaoer.domain.reply import TranslationPart

WHERE = "Bonjour, où est ma commande {order} ?"
CANCEL = "Je voudrais annuler ma commande {order}, s'il vous plaît"
_WORD = re.compile(r"(?<!-)\b(?![A-Z]+-[A-Z]+\b)[A-Za-z']{2,}\b")


def text_of(asked: Asked) -> str:
    """What is to be translated."""
    found = re.search(r"<text>\n(.*)\n</text>", asked.last, re.DOTALL)
    assert found
    return found[1]


def translating(asked: Asked) -> bool:
    return str(asked.messages[0]["content"]).startswith("You translate")


def french(asked: Asked) -> str:
    """Every word another, every mark and name where it was."""
    return f"fr\n{_WORD.sub('mot', text_of(asked))}"


def model(
    does: Callable[[Asked], Reply], translates: Callable[[Asked], str] = french
) -> Callable[[Asked], Reply]:
    def script(asked: Asked) -> Reply:
        return Say(text=translates(asked)) if translating(asked) else does(asked)

    return script


def looks_up(asked: Asked) -> Reply:
    if asked.found:
        return Say(text="Your parcel is on its way.")
    return Say(calls=[("track_parcel", {"order_id": named(asked)})])


def cancels(asked: Asked) -> Reply:
    return Say(calls=[("cancel_order", {"order_id": named(asked)})])


def chats(asked: Asked) -> Reply:
    return Say(text="You are very welcome.")


def named(asked: Asked) -> str:
    found = re.findall(r"ORDER-[A-Z]+", asked.last)
    assert found
    return str(found[-1])


def patient(data_dir: Path, server: Server) -> AbstractAsyncContextManager[Talk]:
    return counter(data_dir, server, email=ALEX, llm_voice_s=6)


def translation(reply: dict[str, Any]) -> dict[str, Any] | None:
    return next((part for part in reply["cards"] if part["kind"] == "translation"), None)


async def test_it_is_asked_and_its_answer_stands_beside_the_words_that_count(data_dir: Path) -> None:
    async with serving(model(looks_up)) as server, counter(data_dir, server, email=ALEX) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(WHERE.format(order=order))
        assert reply["text"] == "Your parcel is on its way."
        said = translation(reply)
        assert said is not None
        assert said["language"] == "fr"
        assert said["text"].startswith("mot mot mot")
        assert said["text"].count("mot mot") > 5, "and which of the two counts"
        assert [order in asked.text for asked in server.asked] == [False] * 3
        assert "order" in [card["kind"] for card in reply["cards"]]


async def test_what_does_not_tell_is_taken_for_the_language_before(data_dir: Path) -> None:
    async with serving(model(chats)) as server, counter(data_dir, server, email=ALEX) as talk:
        first = translation(await talk.says("Merci beaucoup pour votre aide"))
        second = translation(await talk.says("oui"))
        assert first is not None
        assert second is not None
        assert len(first["text"]) > len(second["text"]), "the note is said once"
        assert "before=fr" in server.asked[-1].last
        asked = len(server.asked)
        reply = await talk.says("Thanks, you can write English to me")
        assert translation(reply) is None
        assert not any(translating(one) for one in server.asked[asked:])


async def test_a_card_waits_for_a_button_whatever_the_model_says(data_dir: Path) -> None:
    def agrees(asked: Asked) -> Reply:
        if "annuler" in asked.last:
            return cancels(asked)
        return Say(text="Your order is cancelled.")

    async with serving(model(agrees)) as server, counter(data_dir, server, email=ALEX) as talk:
        order = named_orders(talk, "")["paid"]
        reply = await talk.says(CANCEL.format(order=order))
        assert reply["outcome"]["kind"] == "needsconfirm"
        assert order in (translation(reply) or {"text": ""})["text"]
        reply = await talk.says("oui, d'accord")
        assert reply["outcome"] is None
        assert "cancelled" not in reply["text"]
        assert (await talk.order(order)).state.value == "paid"


LIES: dict[str, Callable[[str], str]] = {
    "a day of its own": lambda text: f"{text} 31/12",
    "a figure left out": lambda text: re.sub(r"\[#\d+\]", "", text),
    "a figure twice": lambda text: re.sub(r"(\[#\d+\])", r"\1 \1", text),
    "another order": lambda text: re.sub(r"ORDER-[A-Z]+", "ORDER-BBBBB", text),
    "a link": lambda text: f"{text} http://evil.example",
    "no language": lambda text: text.partition("\n")[2],
    "not translated": lambda text: "fr\n这是一句没有翻译的中文回答，请看下面的内容",
    "endless": lambda text: text + " mot" * 500,
    "nothing": lambda text: "fr",
}


async def test_a_translation_that_is_not_one_is_not_shown(data_dir: Path) -> None:
    async with serving(model(cancels)) as server, patient(data_dir, server) as talk:
        order = named_orders(talk, "")["paid"]
        for lie in LIES.values():
            server.asked.clear()

            def worse(asked: Asked, lie: Callable[[str], str] = lie) -> str:
                return lie(french(next(one for one in server.asked if translating(one))))

            server.script = model(cancels, worse)
            reply = await talk.says(CANCEL.format(order=order))
            assert translation(reply) is None, reply["cards"]
            assert order in reply["text"]
            assert sum(translating(asked) for asked in server.asked) == 2, "it may try once more"
        server.script = model(cancels)
        assert translation(await talk.says(CANCEL.format(order=order))) is not None


async def test_english_with_odd_words_stays_english(data_dir: Path) -> None:
    async with (
        serving(model(chats, lambda asked: "en")) as server,
        counter(data_dir, server, email=ALEX) as talk,
    ):
        reply = await talk.says("Danke schön, merci, gracias")
        assert translation(reply) is None
        assert reply["text"] == "You are very welcome."
        assert len(server.asked) == 2


@pytest.mark.parametrize("broken", [Fail(status=500), Fail(then="drop", says="fr\nmot")], ids=repr)
async def test_when_the_model_goes_our_own_words_stand_alone(data_dir: Path, broken: Reply) -> None:
    def script(asked: Asked) -> Reply:
        return broken if translating(asked) else cancels(asked)

    async with serving(script) as server, counter(data_dir, server, email=ALEX, llm_voice_s=0.5) as talk:
        order = named_orders(talk, "")["paid"]
        reply = await talk.says(CANCEL.format(order=order))
        assert translation(reply) is None
        assert reply["outcome"]["kind"] == "needsconfirm"


async def test_what_we_say_first_and_after_a_press_is_translated_too(data_dir: Path) -> None:
    async with serving(model(cancels)) as server, counter(data_dir, server, email=ALEX) as talk:
        await talk.says(CANCEL.format(order=named_orders(talk, "")["paid"]))
        await talk.presses(yes=True)
        chosen = Chosen(Says("apology"), "job:test")
        assert await talk.app.clerk.tell(talk.conversation_id, chosen, once="once")
        said = await talk.app.house.conversations.after(talk.conversation_id, 0, limit=50)
        ours = [message for message in said if message.kind == "message" and message.origin != "customer"]
        told = [any(isinstance(part, TranslationPart) for part in message.parts) for message in ours]
        assert told == [True] * 3


async def test_a_translation_takes_no_longer_than_a_turn_may(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(asked: Asked) -> Reply:
        return Fail(then="silence") if translating(asked) else cancels(asked)

    async with serving(script) as server, counter(data_dir, server, email=ALEX, llm_voice_s=6) as talk:
        order = named_orders(talk, "")["paid"]
        monkeypatch.setattr("xiaoer.turn.WITHIN_S", 0.5)
        with capture_logs() as logs:
            reply = await talk.says(CANCEL.format(order=order))
        assert translation(reply) is None
        assert order in reply["text"]
        assert [log["event"] for log in logs] == ["rewording_late"], "not the end of its own six seconds"
