"""xiaoer llm rollout, off and on, as they are typed."""

import io
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.llm.parrot import parrot

HARD = "My neighbour reckons the parcel fell off the back of a lorry, any chance you could see\n"
CHAT = ("chat", "--as", "alex.morgan@example.com", "--lang", "en", "--json")


def test_the_whole_shop_is_without_it_and_has_it_again(
    with_model: Run,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XIAOER_DATA_DIR", str(data_dir))
    assert "in every process within seconds" in with_model("llm", "off", "--why", "odd answers")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(HARD.encode()), encoding="utf-8"))
    assert json.loads(with_model(*CHAT, script=parrot, OPENAI_API_KEY="k-123"))["origin"] == "template"
    told = with_model("llm", "rollout")
    assert "gpt-5-mini@127.0.0.1" in told
    assert "The whole shop is off" in told
    assert "The model is back" in with_model("llm", "on")
    assert "The whole shop is off" not in with_model("llm", "rollout")


def test_an_intent_is_let_in_by_its_figures_or_by_somebody_s_word(with_model: Run) -> None:
    assert "not_understood: 旁观 shadow" in with_model("llm", "rollout", "set", "not_understood", "shadow")
    assert "It was so already" in with_model("llm", "rollout", "set", "not_understood", "shadow")
    refused = with_model("llm", "rollout", "set", "not_understood", "suggest", fails=1)
    assert "stays 旁观 shadow" in refused
    assert "0 trials, 50 needed" in refused
    assert "lower bound 0%, 85% needed" in refused
    up = ("llm", "rollout", "set", "not_understood", "suggest", "--anyway")
    assert '--why "..."' in with_model(*up, fails=2)
    assert "建议 suggest" in with_model(*up, "--why", "we watch it")
    refused = with_model("llm", "rollout", "set", "not_understood", "automatic", fails=1)
    assert "0 trials the local engine was not sure of, 10 needed" in refused
    assert "停用 off" in with_model("llm", "rollout", "set", "not_understood", "off")
    history = json.loads(with_model("llm", "rollout", "history", "--json"))
    assert [(one["intent"], one["mode"], one["anyway"]) for one in history] == [
        ("not_understood", "shadow", False),
        ("not_understood", "suggest", True),
        ("not_understood", "off", False),
    ]
    assert (history[1]["why"], history[1]["figures"]["n"]) == ("we watch it", 0)
    assert "we watch it" in with_model("llm", "rollout", "history")
    assert "No such intent" in with_model("llm", "rollout", "set", "fly", "off", fails=2)


def test_without_a_trial_there_is_nothing_to_judge(with_model: Run) -> None:
    assert "There are no trials yet" in with_model("llm", "rollout")
    assert "There is no trial to judge" in with_model("llm", "rollout", "trials")
    assert "There is no such trial" in with_model("llm", "rollout", "judge", "x", "good", fails=2)


def test_a_wrong_bar_is_named(with_model: Run) -> None:
    for bar in ("trials=0", "good=1", "held=-1", "unsure=-1", "n=3", "often"):
        assert "XIAOER_LLM_BAR" in with_model("llm", "rollout", fails=2, XIAOER_LLM_BAR=bar)
