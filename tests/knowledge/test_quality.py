"""Does it find what customers ask, say nothing to what it cannot answer, and quote where the answer stands?

By words alone. The figures of the parts that nothing was chosen with are promised here, a little under what
was measured; `benchmarks/knowledge.py` prints them all.
"""

from collections.abc import Sequence

import pytest
from tests.knowledge.articles import demo
from tests.knowledge.questions import asked, overlap, questions

from xiaoer.domain.words import Language
from xiaoer.knowledge.evaluate import Case, quality
from xiaoer.knowledge.library import LINE

EN, ZH = Language.EN, Language.ZH


@pytest.mark.parametrize("language", Language)
def test_the_questions_are_many_and_not_the_articles_own(language):
    own = {q.lower() for a in demo() if a.language is language for q in (a.title, *a.questions)}
    parts = {part: questions(language, part) for part in ("tune", "held", "far")}
    every = [question for part in parts.values() for question in part]
    assert len({question.text for question in every}) == len(every)
    assert sorted(own & {question.text.lower() for question in every}) == []
    assert all(sum(not q.slugs for q in parts[part]) >= 150 for part in ("tune", "held"))
    assert all(sum(bool(q.slugs) for q in part) >= 200 for part in parts.values())
    assert {slug for q in parts["far"] for slug in q.slugs} == {a.slug for a in demo()}


@pytest.mark.parametrize("language", Language)
def test_their_words_differ_from_the_articles(language):
    unseen = [q for part in ("held", "far") for q in questions(language, part) if q.slugs]
    assert sum(overlap(q, language) <= 0.5 for q in unseen) >= 350
    assert sum(overlap(q, language) <= 0.34 for q in questions(language, "far")) >= 200


@pytest.mark.parametrize("language", Language)
def test_the_labels_fit_the_articles(language):
    told = {a.slug: a.body for a in demo() if a.language is language}
    labelled = [q for part in ("tune", "far") for q in questions(language, part) if q.says]
    assert len(labelled) >= 500
    astray = [q.text for q in labelled if not any(s in told[slug] for slug in q.slugs for s in q.says)]
    assert astray == []


@pytest.mark.parametrize(
    ("language", "part", "first", "three"),
    [(ZH, "held", 0.73, 0.86), (EN, "held", 0.70, 0.81), (ZH, "far", 0.28, 0.44), (EN, "far", 0.27, 0.44)],
)
def test_the_right_article_comes_first_or_among_three(language, part, first, three):
    figures = quality(asked(language, part), line=LINE)
    assert figures.first >= first
    assert figures.three >= three
    assert figures.mrr >= (first + three) / 2


@pytest.mark.parametrize(("language", "refused"), [(ZH, 0.87), (EN, 0.80)])
def test_what_must_not_be_answered_is_seldom_answered(language, refused):
    assert quality(asked(language, "held"), line=LINE).refused >= refused


@pytest.mark.parametrize("language", Language)
def test_what_is_answered_is_mostly_answered_rightly(language):
    figures = quality(asked(language, "held"), line=LINE)
    assert figures.right >= 0.60
    assert figures.wrong <= 0.12


@pytest.mark.parametrize("language", Language)
def test_far_questions_are_rather_not_answered_than_wrongly(language):
    assert quality(asked(language, "far"), line=LINE).wrong <= 0.11


@pytest.mark.parametrize(("part", "quoted"), [("tune", 0.90), ("far", 0.50)])
@pytest.mark.parametrize("language", Language)
def test_the_passage_that_answers_is_quoted(language, part, quoted):
    """Every other far question asks for what stands further down."""
    assert quality(asked(language, part), line=LINE).quoted >= quoted


def test_the_score_is_the_chance_of_being_right():
    found = [case for language in Language for case in asked(language, "held") if case.found]
    for low, high in ((0.0, 0.25), (0.25, 0.75), (0.75, 1.01)):
        band = [case for case in found if low <= case.found[0].score < high]
        expected = sum(case.found[0].score for case in band) / len(band)
        assert _share_right(band) == pytest.approx(expected, abs=0.15)


def _share_right(found: Sequence[Case]) -> float:
    return sum(case.rank == 1 for case in found) / len(found)
