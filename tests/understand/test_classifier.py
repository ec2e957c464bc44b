"""The classifier: what it learned, how sure it is, and how it is kept."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Model
from xiaoer.understand.evaluate import cases_of, evaluate, kept
from xiaoer.understand.fit import fit
from xiaoer.understand.frozen import frozen
from xiaoer.understand.lessons import Lesson, lessons, split
from xiaoer.understand.rules import guesses_by_rule
from xiaoer.understand.train import Course, base_version, load_or_train, prune, version_with

FEWEST_LESSONS, FEWEST_QUESTIONS = 30, 3
FEW = tuple(
    Lesson(text, Intent(intent), language)
    for language, said in (
        (
            Language.ZH,
            {"track": "快递到哪了 包裹在哪里 物流走到哪 快递怎么没到", "bye": "再见 拜拜 晚安 回头见"},
        ),
        (
            Language.EN,
            {"track": "parcel-where package-where delivery-where", "bye": "goodbye bye-now see-you"},
        ),
    )
    for intent, texts in said.items()
    for text in texts.replace("-", "\N{NO-BREAK SPACE}").split(" ")
)


@pytest.mark.parametrize("language", Language)
def test_sentences_it_never_saw(model, language):
    """As the counter hears them: rules first."""
    rows = frozen(language)
    report = evaluate(cases_of(rows), lambda text: guesses_by_rule(text, model.guesses(text, language)))
    assert report.accuracy >= 0.82
    assert report.macro_f1 >= 0.82
    assert report.top3 >= 0.93
    assert report.calibration_error <= 0.09
    accepted = kept(model, rows)
    assert accepted.share >= 0.75
    assert accepted.right >= 0.88


@pytest.mark.parametrize("language", Language)
def test_every_intent_is_taught_and_asked(language):
    taught = Counter(lesson.intent for lesson in lessons() if lesson.language is language)
    asked = Counter(row.intent for row in frozen(language))
    few = {intent: taught[intent] for intent in catalogue() if taught[intent] < FEWEST_LESSONS}
    assert few == {}, f"understand/intents: each needs {FEWEST_LESSONS} phrases"
    few = {intent: asked[intent] for intent in catalogue() if asked[intent] < FEWEST_QUESTIONS}
    assert few == {}, f"understand/frozen: each needs {FEWEST_QUESTIONS} sentences that were not taught"
    assert set(asked) == set(catalogue())


@pytest.mark.parametrize("language", Language)
def test_what_is_asked_was_not_taught(language):
    taught = {lesson.text for lesson in lessons()}
    assert [row.text for row in frozen(language) if row.text in taught] == []
    asked = Counter(row.text for row in frozen(language))
    assert [text for text, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("language", Language)
def test_no_sentence_is_taught_with_two_meanings(language):
    meanings: dict[str, set[str]] = {}
    for lesson in lessons():
        if lesson.language is language:
            meanings.setdefault(lesson.text, set()).add(lesson.intent)
    assert {text: found for text, found in meanings.items() if len(found) > 1} == {}


def test_numbers_do_not_decide(model):
    one, other = (model.guesses(f"查一下m2026{n}的物流", Language.ZH) for n in ("0001", "9876"))
    assert one == other


def test_nothing_to_go_by(model):
    assert model.guesses("", Language.ZH) == ()
    assert model.guesses("，。 ...", Language.EN) == ()


def test_a_kept_model_guesses_the_same(tmp_path):
    made, kept_one = load_or_train(tmp_path, small()), load_or_train(tmp_path, Course(small().version))
    assert kept_one.version == made.version
    assert kept_one.thresholds == made.thresholds
    for lesson in FEW:
        guesses = made.guesses(lesson.text, lesson.language)
        assert kept_one.guesses(lesson.text, lesson.language) == guesses


def test_the_same_lessons_make_the_same_model():
    """In both languages, to the last bit: a version names one model, whoever fits it."""
    some = [lesson for number, lesson in enumerate(lessons()) if number % 4 == 0]
    first, second = (fit(some, "v") for _ in range(2))
    for language in Language:
        assert (first.linear[language].weights == second.linear[language].weights).all()
        assert first.thresholds[language] == second.thresholds[language]


def test_a_broken_file_is_trained_anew(tmp_path):
    made = load_or_train(tmp_path, small())
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", whole[: len(whole) // 2]):
        file.write_bytes(broken)
        assert same(load_or_train(tmp_path, small()), made)
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_a_file_of_another_version_is_not_believed(tmp_path):
    made = load_or_train(tmp_path, small())
    (file,) = tmp_path.iterdir()
    with np.load(file) as arrays:
        changed = dict(arrays) | {"version": np.frombuffer(b"another", dtype=np.uint8)}
    np.savez(file, **changed)
    assert same(load_or_train(tmp_path, small()), made)


def test_the_version_names_all_that_was_learnt():
    one = Lesson("运费你出我出", Intent("return_shipping_cost"), Language.ZH, shop=True)
    other = Lesson("运费你出我出", Intent("refund_shipping"), Language.ZH, shop=True)
    base = base_version()
    assert version_with(base, {}) == base
    versions = [
        version_with(base, {"a": one}),
        version_with(base, {"b": one}),
        version_with(base, {"a": other}),
        version_with(base, {"a": one, "b": one}),
        version_with("another base", {"a": one}),
    ]
    assert len({base, *versions}) == 6
    assert version_with(base, {"b": one, "a": one}) == versions[3]


def test_what_a_shop_put_right_is_always_learnt():
    own = [Lesson(f"句子{n}", Intent("a"), Language.ZH, shop=True) for n in range(30)]
    ours = [Lesson(f"例句{n}", Intent("a"), Language.ZH) for n in range(30)]
    rest, left_out = split([*ours, *own], every=10)
    assert set(own) <= set(rest)
    assert left_out == split(ours, every=10)[1]
    assert len(left_out) == 3


def test_older_files_are_let_go_of_but_those_in_use(tmp_path):
    for age, version in enumerate(["serving", "new", "newer", "newest"]):
        path = tmp_path / f"intents-{version}.npz"
        path.touch()
        stamp = 1_000_000 + age
        os.utime(path, (stamp, stamp))
    (tmp_path / "another.txt").touch()
    prune(tmp_path, keep={"serving"}, most=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "another.txt",
        "intents-newest.npz",
        "intents-serving.npz",
    ]
    prune(None, keep=(), most=0)


def small() -> Course:
    """Fitted in no time."""
    return Course("small", taught=lambda: FEW * 12)


def same(one: Model, other: Model) -> bool:
    text = "包裹在哪里"
    return one.version == other.version and one.guesses(text, Language.ZH) == other.guesses(text, Language.ZH)


def test_nothing_to_evaluate_on(model):
    with pytest.raises(ValueError, match="nothing"):
        evaluate([], lambda text: model.guesses(text, Language.ZH))


def test_the_folder_may_be_missing(tmp_path: Path):
    assert load_or_train(tmp_path / "not" / "there", small()).version == "small"
