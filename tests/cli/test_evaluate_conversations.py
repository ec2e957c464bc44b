"""xiaoer evaluate conversations, as it is typed."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.llm.parrot import parrot
from tests.llm.server import Asked, Fail, Reply, Say, Script, served_aside

from xiaoer.cli import main as entry
from xiaoer.cli.evaluate_show import show_against
from xiaoer.cli.shared import err, out
from xiaoer.evaluate.kept import Kept

Run = Callable[..., str]
TAU = Path(__file__).parents[1] / "shops" / "tau"
COMMAND = ("evaluate", "conversations")
HARD = "whatever happens to the stuff if nobody is home and it rains on it, what then"
LITTLE = (*COMMAND, "--personas", "calm,terse", "--limit", "2", "--trials", "2")


@pytest.fixture
def typed(
    template: Path, made_already: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Run:
    """In an empty data folder, but for the model of the release: the demo shop is made as of today."""
    (tmp_path / "data" / "model").mkdir(parents=True)
    for file in (template / "model").glob("*.npz"):
        os.link(file, tmp_path / "data" / "model" / file.name)
    monkeypatch.setenv("XIAOER_DATA_DIR", str(tmp_path / "data"))
    for console in (out, err):
        monkeypatch.setattr(console, "width", 250)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, script: Script | None = None, ends: int = 0, **settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with served_aside(script or []) as server:
            told = [word.replace("URL", server.url) for word in words]
            monkeypatch.setattr("sys.argv", ["xiaoer", *told])
            with pytest.raises(SystemExit) as ended:
                entry.main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == ends, printed.out + printed.err
        assert "Traceback" not in printed.err
        return str(printed.out + printed.err)

    return run


def both(asked: Asked) -> Reply:
    """The shop's model and the customer's, behind one endpoint."""
    standing = str(asked.messages[0]["content"])
    if not standing.startswith("You play a customer"):
        return parrot(asked)
    if "(YES / NO)" in asked.last:
        return Say(text="YES")
    said = sum(message["role"] == "assistant" for message in asked.messages)
    if said < 2:
        return Say(text="Well, " + re.split(r"\n\n", standing)[1] if said else HARD)
    if re.search(r"\bwhy\b|\breason\b", asked.last):
        return Say(text="no longer needed")
    return Say(text="###STOP###")


def test_without_a_model_the_local_mind_is_measured_in_both_languages(typed: Run, tmp_path: Path) -> None:
    told = typed(*LITTLE, "--json", "first.json", "--log", "talks.txt")
    for words in (
        "本地引擎 local engine",
        "pass^1",
        "pass^2",
        "平和 calm",
        "花费 cost",
        "没有回答 the model gave",
    ):
        assert words in told
    assert (tmp_path / "talks.txt").stat().st_mode & 0o077 == 0  # what was said holds customers' data
    first = json.loads((tmp_path / "first.json").read_text())
    assert len(first["cases"]) == first["report"]["cases"] == 2
    assert first["report"]["model_calls_per_turn"] == 0
    assert [path.name[-21:] for path in (tmp_path / "data" / "evaluations").iterdir()] == [
        f"{first['set']}.json"
    ]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["evaluations", "model"]
    again = typed(*LITTLE, "--json", "nowhere/it.json", ends=2)
    assert "It cannot be written" in again
    # Not by how much: which of its phrases the counter takes is another each time.
    assert "看不出差别 / no difference can be told: " in again


def test_runs_without_a_task_in_common_are_not_compared(capsys: Any) -> None:
    show_against(Kept(at="2026-11-27T12:00:00+00:00", model="m", of="x", shares={"a": 1.0}), None)
    told = capsys.readouterr().out
    assert "No tasks in common with 2026-11-27T12:00 m" in told
    assert "没有相同的任务" in told


def test_one_endpoint_plays_the_shop_s_model_and_the_customer(typed: Run, tmp_path: Path) -> None:
    """Although the shop has not let the model in anywhere yet."""
    words = (
        "--user",
        "model",
        "--model",
        "m",
        "--base-url",
        "URL",
        "--json",
        "it.json",
        "--log",
        "talks.txt",
    )
    told = typed(
        *LITTLE,
        *words,
        script=both,
        OPENAI_API_KEY="k-123",
        XIAOER_LLM_PRICES="1 0.5 10",
        XIAOER_LLM_BEGINS="off",
    )
    found = json.loads((tmp_path / "it.json").read_text())
    report = found["report"]
    assert found["model"] == "m@127.0.0.1"
    assert (report["cases"], report["trials_each"]) == (2, 2)
    assert "broke" not in report["faults"], report["missed"]
    assert report["customer_tokens"]["sent"] > 0
    assert report["model_calls_per_turn"] > 0
    assert report["tokens"]["sent"] > 0
    assert report["cost"] > 0
    assert "k-123" not in told + (tmp_path / "it.json").read_text()


def test_nothing_of_a_customer_reaches_the_customer_s_model(typed: Run) -> None:
    """Its instruction names an order, and the counter's words do: both as pseudonyms."""
    seen: list[str] = []

    def listens(asked: Asked) -> Reply:
        seen.append(asked.text)
        return both(asked)

    typed(
        *COMMAND,
        "--personas",
        "calm",
        "--limit",
        "3",
        "--user",
        "model",
        "--user-base-url",
        "URL",
        script=listens,
        OPENAI_API_KEY="k",
    )
    assert any("ORDER-" in text for text in seen)
    assert not any(re.search(r"M20\d{6}|@example\.com", text) for text in seen)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Fail(status=401), "check the key"),
        (Fail(status=404), "the model's name"),
        (Fail(status=500), "cut off"),
    ],
)
def test_a_model_that_does_not_answer_is_said_before_anything_is_measured(
    typed: Run, reply: Reply, says: str
) -> None:
    told = typed(
        *LITTLE, "--model", "m", "--base-url", "URL", script=lambda _: reply, ends=2, OPENAI_API_KEY="k"
    )
    assert says in told
    assert "xiaoer llm check" in told


def test_a_customer_s_model_that_goes_away_fails_its_trials_alone(typed: Run, tmp_path: Path) -> None:
    def leaves(asked: Asked) -> Reply:
        play = str(asked.messages[0]["content"]).startswith("You play a customer")
        return Fail(status=503) if play else both(asked)

    words = ("--user", "model", "--user-base-url", "URL", "--json", "it.json")
    typed(*LITTLE, *words, script=leaves, OPENAI_API_KEY="k")
    report = json.loads((tmp_path / "it.json").read_text())["report"]
    assert report["faults"] == {"broke": 4}
    assert report["missed"][0]["what"] == "the customer's model: broken 503"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--model", "m"), "No key: put it"),
        (("--user", "model"), "needs a language model"),
        (("--personas", "nobody"), "there are: calm, angry"),
        (("--against", "nowhere.json"), "is no file of results"),
        (("--tasks", "tau-retail"), "--data"),
        (("--tasks", "tau-retail", "--personas", "calm"), "no --personas"),
        (("--tasks", "tau-retail", "--data", "nowhere"), "nowhere"),
    ],
)
def test_what_is_missing_is_said_in_both_languages(typed: Run, words: tuple[str, ...], says: str) -> None:
    told = typed(*COMMAND, *words, ends=2)
    assert says in told
    assert re.search("[一-鿿]", told)


@pytest.mark.parametrize("name", ["xiaoer.db", "demo-shop.db"])
def test_a_half_broken_data_folder_is_said_to_be_that(typed: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "data" / name).write_bytes(b"half a database" * 300)
    told = typed(*LITTLE, ends=2)
    assert "The data directory cannot be used" in told
    assert "数据目录用不了" in told
    assert (tmp_path / "data" / name).read_bytes() == b"half a database" * 300


def test_ctrl_c_prints_what_was_measured_by_then(typed: Run, tmp_path: Path) -> None:
    first: list[str] = []

    def interrupts(asked: Asked) -> Reply:
        standing = str(asked.messages[0]["content"])
        if standing.startswith("You play a customer") and asked.last.startswith("Hi!"):
            first.append(standing)
            if len(first) == 3:
                os.kill(os.getpid(), signal.SIGINT)
        return both(asked)

    words = ("--user", "model", "--user-base-url", "URL", "--json", "it.json")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test before may have left another
    try:
        told = typed(*LITTLE, *words, script=interrupts, ends=130, OPENAI_API_KEY="k")
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Interrupted: what was measured by then" in told
    found = json.loads((tmp_path / "it.json").read_text())
    assert found["whole"] is False
    assert found["report"]["turns"] >= 2
    assert not (tmp_path / "data" / "evaluations").exists()


def tau(folder: Path) -> Path:
    """The little shop of tests/shops, with three tasks: one that can be met, one whose output nobody says,
    one that says nothing at all.
    """
    for name in ("users", "orders", "products"):
        shutil.copy(TAU / f"{name}.json", folder / f"{name}.json")
    [task, *_] = json.loads((TAU / "tasks_train.json").read_text())
    said = "Your name is Ada Quill and your zip code is 97201. You are calm. "
    wish = "Cancel order #W1000001 because no longer needed."
    told = [
        {**task, "instruction": said + wish},
        {**task, "instruction": said + wish, "outputs": ["54321"]},
        {**task, "instruction": ""},
    ]
    (folder / "tasks_train.json").write_text(json.dumps(told))
    (folder / "tasks_dev.json").write_text("[]")
    return folder


def test_tasks_of_tau_bench_are_judged_by_database_and_outputs(typed: Run, tmp_path: Path) -> None:
    folder = tau(tmp_path)
    words = (*COMMAND, "--tasks", "tau-retail", "--data", str(folder), "--json", "it.json")
    told = typed(*words)
    found = json.loads((tmp_path / "it.json").read_text())
    assert found["cases"] == {"train-0": 1.0, "train-1": 0.0, "train-2": 0.0}
    missed = {one["case"]: (one["fault"], one["what"]) for one in found["report"]["missed"]}
    assert missed["train-1"] == ("unsaid", "54321")
    assert missed["train-2"][0] == "broke"
    assert "对话中断" in told
    typed(*words, "--user", "model", "--user-base-url", "URL", script=both, OPENAI_API_KEY="k")
    assert json.loads((tmp_path / "it.json").read_text())["cases"]["train-0"] == 1.0
