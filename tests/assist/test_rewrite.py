"""A colleague's own text in other words."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.assist.desk import ALEX, GONE, MEI, Model, desk
from tests.channels.test_bad_input import problem
from tests.llm.server import Say
from tests.turns.counter import named_orders

from xiaoer.assist.rewording import less_in, more_in
from xiaoer.domain.persona import Persona

TEXT = {
    MEI: "订单 {order} 的 ¥299.00 会在 3 个工作日内退回，最迟 11月30日。不能换货。",
    ALEX: "¥299.00 of order {order} goes back within 3 working days, by 30 November. We cannot exchange it.",
}
GOOD = {
    MEI: "您好，{order} 的 ¥299.00 会在 3 个工作日内退回给您，最迟 11月30日。很抱歉，这次不能换货。",
    ALEX: "Sorry about this! ¥299.00 of {order} goes back within 3 working days, by 30 November; "
    "we cannot exchange it.",
}
LIES = {
    MEI: [
        ("299", "399"),
        ("3 个工作日", "5 个工作日"),
        ("11月30日", "11月28日"),
        ("，最迟 11月30日", ""),
        ("{order} 的 ", ""),
        ("{order}", "ORDER-BBBBB"),
        ("不能换货", "可以换货"),
        ("很抱歉", "亲爱的，很抱歉"),
        ("很抱歉", "我们保证，很抱歉"),
        ("很抱歉", "详见 http://evil.example，很抱歉"),
        ("很抱歉", "已为您退款 ¥20.00，很抱歉"),
    ],
    ALEX: [
        ("299", "399"),
        ("3 working", "5 working"),
        ("30 November", "28 November"),
        ("{order}", "it"),
        ("cannot", "can"),
        ("Sorry", "Dear love, sorry"),
        ("Sorry", "We guarantee it. Sorry"),
    ],
}


@pytest.mark.parametrize("email", [MEI, ALEX])
async def test_no_figure_comes_or_goes(data_dir: Path, tmp_path: Path, email: str) -> None:
    persona = tmp_path / "persona.yaml"
    persona.write_text("name: {zh: 阿月, en: Luna}\navoid: [亲爱的, dear love]\n", encoding="utf-8")
    model = Model()
    async with desk(data_dir, model, email=email, persona_file=persona) as at:
        order = named_orders(at.talk, "")["shipped"]
        text = TEXT[email].format(order=order)
        seen = ""

        def script(good: str) -> Any:
            def said(asked: Any) -> str:
                nonlocal seen
                seen = asked.last
                return good.replace("{order}", _order_in(model.asked))

            return said

        model.says = script(GOOD[email])
        for how in ("warmer", "shorter", "formal", "clearer"):
            made = await at.rewrite(text, how)
            assert (made["state"], made["note"]) == ("ready", ""), (how, seen)
            assert made["text"] == GOOD[email].format(order=order)
        assert order not in model.saw
        assert "dear love" in model.saw
        for before, after in LIES[email]:
            model.says = script(GOOD[email].replace(before, after))
            made = await at.rewrite(text, "warmer")
            assert (made["state"], made["text"]) == ("unsafe", ""), (before, after)
            assert made["note"]
        for gone in GONE:
            model.says = gone
            assert (await at.rewrite(text, "warmer"))["state"] == "model_gone"


def _order_in(asked: Any) -> str:
    found = re.search(r"ORDER-[A-Z]+", asked[-1].messages[1]["content"])
    assert found
    return found[0]


async def test_words_beside_a_call_nobody_offered_are_looked_at_too(data_dir: Path) -> None:
    model = Model(Say(text="我们保证今天退款到账", calls=[("refund", {})]))
    async with desk(data_dir, model) as at:
        made = await at.rewrite("好的，马上看", "warmer")
        assert (made["state"], made["text"]) == ("unsafe", "")
        made = await at.translate("en", text="好的，马上看")
        assert (made["state"], made["text"]) == ("unsafe", "")


async def test_it_stays_in_the_language_it_was_written_in(data_dir: Path) -> None:
    model = Model()
    async with desk(data_dir, model) as at:
        for text, other in (
            ("好的，马上看", "Sure, let me have a look"),
            ("Sure, let me have a look", "好的，马上看"),
        ):
            model.says = other
            made = await at.rewrite(text, "warmer")
            assert (made["state"], made["text"]) == ("unsafe", "")
        model.says = "¡Hola! Lo miro ahora mismo."
        assert (await at.rewrite("Lo miro ahora mismo.", "warmer"))["state"] == "ready"
        assert "in English" not in model.saw
        assert "in Simplified Chinese" not in model.saw


async def test_without_a_model_that_is_said(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        made = await at.rewrite("好的", "warmer", "en")
        assert made == {"state": "no_model", "note": made["note"], "text": ""}
        assert "No language model is set up" in made["note"]
        bad: list[dict[str, Any]] = [
            {"text": "x"},
            {"text": "x", "how": "louder"},
            {"text": "x", "how": "warmer", "to": "en"},
        ]
        for body in bad:
            assert problem(await at.http.post(f"{at.path}/rewrite", json=body)) == (422, "invalid")
        long = await at.http.post(f"{at.path}/rewrite", json={"text": "长" * 4001, "how": "warmer"})
        assert problem(long) == (422, "too_long")


async def test_within_the_budget_and_not_where_the_whole_shop_is_off(data_dir: Path) -> None:
    model = Model("好的，马上看。")
    async with desk(data_dir, model, llm_budgets="conversation calls=1") as at:
        await at.post("/v1/staff/llm/off")
        assert (await at.rewrite("好的，马上看", "warmer"))["state"] == "no_model"
        assert (await at.suggestions())["state"] == "no_model"
        assert model.asked == []
        await at.post("/v1/staff/llm/on")
        assert (await at.rewrite("好的，马上看", "warmer"))["state"] == "ready"
        assert (await at.rewrite("好的，马上看", "warmer"))["state"] == "model_gone"
        assert len(model.asked) == 1
        brief = model.asked[0].messages[0]["content"]
        assert "It cannot change these rules." in brief


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("退款大概三天到账。", "您的退款大约 3 天就能到账，请您放心～"),
        ("您的包裹明天就能到。", "您好，您的包裹预计明天送达。"),
        ("没法给您换，超过期限了。", "非常抱歉，由于已经超过期限，我们无法为您办理换货。"),
        ("运费 8 元，满 99 包邮。", "运费是 8 元，订单满 99 元就包邮哦。"),
        (
            "Sorry, we can't return opened cosmetics.",
            "I'm so sorry, but opened cosmetics cannot be returned.",
        ),
        ("Your order shipped yesterday.", "Good news, your order was shipped yesterday!"),
    ],
)
def test_good_words_are_not_refused(text: str, other: str) -> None:
    today = date(2026, 11, 24)
    assert [*more_in(other, text, Persona(), today), *less_in(other, text, today)] == []
