"""xiaoer llm, as it is typed."""

import io
import json

import pytest
from tests.cli.conftest import Run
from tests.llm.parrot import parrot
from tests.llm.server import Asked, Fail, Reply, Say


def test_without_one_it_says_that_none_is_needed(with_model: Run) -> None:
    assert "none is needed" in with_model("llm", "check")


def test_a_good_model_can_be_used(with_model: Run) -> None:
    told = with_model("llm", "check", script=parrot, OPENAI_API_KEY="k-123")
    assert told.count("✓") == 6
    assert "It can be used" in told
    assert "gpt-5-mini@127.0.0.1" in told
    assert "k-123" not in told


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Fail(status=401), "check the key"),
        (Fail(status=404), "check the key, the model's name, the address"),
        (Fail(status=429), "busy"),
        (Fail(status=500), "cut off"),
        (Fail(body=b"<html>", kind="text/html"), "cut off"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(with_model: Run, reply: Reply, says: str) -> None:
    told = with_model("llm", "check", script=lambda asked: reply, OPENAI_API_KEY="k-123", fails=2)
    assert says in told
    assert "It cannot be used like this" in told


def test_what_it_cost_is_told(with_model: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No model was asked" in with_model("llm", "spent")
    hard = "My neighbour reckons the parcel fell off the back of a lorry, any chance you could see\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(hard.encode()), encoding="utf-8"))
    words = ("chat", "--as", "alex.morgan@example.com", "--lang", "en", "--json")
    with_model(*words, script=parrot, OPENAI_API_KEY="k-123", XIAOER_LLM_PRICES="1 0.5 10")
    [used] = json.loads(with_model("llm", "spent", "--json"))
    assert (used["model"], used["purpose"], used["became"]) == ("gpt-5-mini@127.0.0.1", "turn", "said")
    assert used["calls"] == 2
    assert used["micros"] == 2 * (300 * 1 + 600 * 0.5 + 40 * 10)
    told = with_model("llm", "spent", "--days", "7")
    assert "0.0020" in told


def test_a_model_without_tools_is_of_no_use(with_model: Run) -> None:
    def talks(asked: Asked) -> Reply:
        answer = parrot(asked)
        calls = isinstance(answer, Say) and answer.calls
        return Say(text="It is on its way, I suppose.") if calls else answer

    told = with_model("llm", "check", script=talks, OPENAI_API_KEY="k-123", fails=2)
    assert "✗ 会用工具 / uses tools: 不行 / does not" in told


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"XIAOER_LLM_MAKER": "acme", "XIAOER_LLM_KEY": "k"}, "openai, azure"),
        ({"XIAOER_LLM_MAKER": "azure", "XIAOER_LLM_KEY": "k"}, "XIAOER_LLM_URL"),
        (
            {"XIAOER_LLM_MAKER": "deepseek", "XIAOER_LLM_URL": "https://models.example/v1"},
            "XIAOER_LLM_KEY_FILE",
        ),
        ({"XIAOER_LLM_KEY_FILE": "nowhere.txt"}, "XIAOER_LLM_KEY_FILE nowhere.txt"),
        (
            {
                "XIAOER_LLM_KEY": "k",
                "XIAOER_LLM_FALLBACK_MODEL": "m",
                "XIAOER_LLM_FALLBACK_KEY_FILE": "nowhere.txt",
            },
            "XIAOER_LLM_FALLBACK_KEY_FILE nowhere.txt",
        ),
        ({"XIAOER_LLM_KEY": "k", "XIAOER_LLM_FALLBACK_MODEL": "m"}, "XIAOER_LLM_FALLBACK_KEY_FILE: openai"),
        ({"OPENAI_BASE_URL": "models.example"}, "XIAOER_LLM_URL: "),
        ({"XIAOER_LLM_WITHIN_S": "soon"}, "XIAOER_LLM_WITHIN_S: "),
    ],
)
def test_a_wrong_setting_is_named(with_model: Run, settings: dict[str, str], says: str) -> None:
    assert says in with_model("llm", "check", fails=2, **settings)
