"""The classifier: what it learned, how sure it is, and how it is kept."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.classifier import Model
from xiaoer.understand.evaluate import evaluate
from xiaoer.understand.lessons import Lesson, lessons
from xiaoer.understand.train import load_or_train

HERE = Path(__file__).parent
FEWEST_LESSONS, FEWEST_QUESTIONS = 25, 6


def held_out(language: Language) -> list[Lesson]:
    lines = (HERE / f"held_out.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Lesson(clean(row["text"]), Intent(row["intent"]), language) for row in rows]


@pytest.mark.parametrize("language", Language)
def test_sentences_it_never_saw(model, language):
    report = evaluate(model, held_out(language))
    assert report.accuracy >= 0.90
    assert report.macro_f1 >= 0.90
    assert report.top3 >= 0.96
    assert report.kept >= 0.80
    assert report.kept_right >= 0.94


@pytest.mark.parametrize("language", Language)
def test_sure_guesses_are_right_as_often_as_they_say(model, language):
    bins = evaluate(model, held_out(language)).bins
    rows = sum(b.count for b in bins)
    assert sum(b.count * abs(b.confidence - b.right) for b in bins) / rows <= 0.08


@pytest.mark.parametrize("language", Language)
def test_every_intent_is_taught_and_asked(language):
    taught = Counter(lesson.intent for lesson in lessons() if lesson.language is language)
    asked = Counter(row.intent for row in held_out(language))
    assert all(taught[intent] >= FEWEST_LESSONS and asked[intent] >= FEWEST_QUESTIONS for intent in Intent)


@pytest.mark.parametrize("language", Language)
def test_what_is_asked_was_not_taught(language):
    taught = {lesson.text for lesson in lessons()}
    assert [row.text for row in held_out(language) if row.text in taught] == []


@pytest.mark.parametrize("language", Language)
def test_no_sentence_is_taught_with_two_meanings(language):
    texts = Counter(lesson.text for lesson in lessons() if lesson.language is language)
    assert [text for text, times in texts.items() if times > 1] == []


def test_numbers_do_not_decide(model):
    one, other = (model.guesses(f"查一下m2026{n}的物流", Language.ZH) for n in ("0001", "9876"))
    assert one == other


def test_nothing_to_go_by(model):
    assert model.guesses("", Language.ZH) == ()
    assert model.guesses("，。 ...", Language.EN) == ()


def test_a_kept_model_guesses_the_same(tmp_path, model):
    load_or_train(tmp_path)
    kept = load_or_train(tmp_path)
    assert kept.version == model.version
    assert kept.thresholds == model.thresholds
    for language in Language:
        for row in held_out(language)[::20]:
            assert kept.guesses(row.text, language) == model.guesses(row.text, language)


def test_a_broken_file_is_trained_anew(tmp_path, model):
    load_or_train(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", whole[: len(whole) // 2]):
        file.write_bytes(broken)
        assert same(load_or_train(tmp_path), model)
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_a_file_of_another_version_is_not_believed(tmp_path, model):
    load_or_train(tmp_path)
    (file,) = tmp_path.iterdir()
    with np.load(file) as arrays:
        changed = dict(arrays) | {"version": np.frombuffer(b"another", dtype=np.uint8)}
    np.savez(file, **changed)
    assert same(load_or_train(tmp_path), model)


def same(one: Model, other: Model) -> bool:
    text = "我的订单什么时候发货"
    return one.version == other.version and one.guesses(text, Language.ZH) == other.guesses(text, Language.ZH)


def test_nothing_to_evaluate_on(model):
    with pytest.raises(ValueError, match="nothing"):
        evaluate(model, [])
