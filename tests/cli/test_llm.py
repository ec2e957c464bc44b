"""xiaoer llm, as it is typed."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.llm.parrot import parrot
from tests.llm.server import Asked, Fail, Reply, Say, Script, served_aside


@pytest.fixture
def typed(typed_in: Callable[[Path], Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """With an endpoint that answers by `script`, and settings."""
    type_ = typed_in(tmp_path / "data")

    def run(*words: str, script: Script | None = None, fails: int = 0, **settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with served_aside(script or []) as server:
            if script is not None:
                monkeypatch.setenv("OPENAI_BASE_URL", server.url)
            return type_(*words, fails=fails)

    return run


def test_without_one_it_says_that_none_is_needed(typed: Run) -> None:
    assert "none is needed" in typed("llm", "check")


def test_a_good_model_can_be_used(typed: Run) -> None:
    told = typed("llm", "check", script=parrot, OPENAI_API_KEY="k-123")
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
def test_what_is_wrong_is_said_in_plain_words(typed: Run, reply: Reply, says: str) -> None:
    told = typed("llm", "check", script=lambda asked: reply, OPENAI_API_KEY="k-123", fails=2)
    assert says in told
    assert "It cannot be used like this" in told


def test_what_it_cost_is_told(typed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No model was asked" in typed("llm", "spent")
    hard = "My neighbour reckons the parcel fell off the back of a lorry, any chance you could see\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(hard.encode()), encoding="utf-8"))
    words = ("chat", "--as", "alex.morgan@example.com", "--lang", "en", "--json")
    typed(*words, script=parrot, OPENAI_API_KEY="k-123", XIAOER_LLM_PRICES="1 0.5 10")
    [used] = json.loads(typed("llm", "spent", "--json"))
    assert (used["model"], used["purpose"], used["became"]) == ("gpt-5-mini@127.0.0.1", "turn", "said")
    assert used["calls"] == 2
    assert used["micros"] == 2 * (300 * 1 + 600 * 0.5 + 40 * 10)
    told = typed("llm", "spent", "--days", "7")
    assert "0.0020" in told


def test_a_model_without_tools_is_of_no_use(typed: Run) -> None:
    def talks(asked: Asked) -> Reply:
        answer = parrot(asked)
        calls = isinstance(answer, Say) and answer.calls
        return Say(text="It is on its way, I suppose.") if calls else answer

    told = typed("llm", "check", script=talks, OPENAI_API_KEY="k-123", fails=2)
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
def test_a_wrong_setting_is_named(typed: Run, settings: dict[str, str], says: str) -> None:
    assert says in typed("llm", "check", fails=2, **settings)
