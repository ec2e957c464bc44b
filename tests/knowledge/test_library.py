from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.articles import FEE, FEE_ZH, LOCKER_ZH, WASH, article, demo

from xiaoer.domain.ports import Library
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary

EN, ZH = Language.EN, Language.ZH


@pytest.fixture(scope="module")
def library() -> TantivyLibrary:
    return TantivyLibrary.build(demo())


def slugs(library: Library, question: str, language: Language = EN, limit: int = 1) -> list[str]:
    return [passage.slug for passage in library.search(question, language, limit=limit)]


def test_it_finds_the_article_by_other_words_than_its_own(library):
    assert slugs(library, "hi, could you tell me how much shipping is please") == ["shipping-fee"]
    assert slugs(library, "亲，在吗，想问下多少钱以上不收运费", ZH) == ["shipping-fee"]


def test_a_question_of_common_words_is_found_where_it_is_listed(library):
    assert slugs(library, "How long does delivery take?") == ["delivery-time-domestic"]
    assert slugs(library, "how many days does delivery take") == ["delivery-time-domestic"]


def test_a_passage_is_plain_text_with_its_article_and_a_chance(library):
    [passage] = library.search("运费怎么收", ZH, limit=1)
    assert (passage.slug, passage.language) == ("shipping-fee", ZH)
    assert passage.title == "运费多少？满多少包邮？"
    assert passage.text == "订单满 ¥99 免运费，不满 ¥99 收 ¥8。"
    assert 0.5 < passage.score <= 1


def test_the_passage_that_answers_is_quoted(library):
    [passage] = library.search("my puffer came out of the washer all lumpy", EN, limit=1)
    assert passage.text.startswith("Lay it flat.")
    [first] = library.search("how do I wash my down jacket", EN, limit=1)
    assert first.text.startswith("Read the care label first.")
    [direct] = library.search("how fast do you ship", EN, limit=1)
    assert direct.text.startswith("We send your order within 48 hours")


@pytest.mark.parametrize(
    "question", ["", "  ", "你好", "hello there", "？？？", "🙂", "\x00\ud800", "今天天气怎么样"]
)
def test_what_no_article_answers_is_not_answered(library, question):
    assert slugs(library, question, ZH) == []
    assert slugs(library, question, EN) == []


def test_at_most_as_many_as_asked_for_best_first_each_article_once(library):
    found = library.search("how long does a refund take", EN, limit=3)
    assert len(found) == 3
    assert len({p.slug for p in found}) == 3
    assert found[0].score == max(p.score for p in found)
    assert library.search("how long does a refund take", EN, limit=0) == ()


def test_what_exists_in_the_other_language_only_is_given_in_that_language():
    library = TantivyLibrary.build([FEE, WASH, LOCKER_ZH], line=0.1)
    [passage] = library.search("can you leave it in a parcel locker", EN, limit=1)
    assert (passage.slug, passage.language) == ("locker", ZH)
    assert passage.text == "可以，请在备注里写明。"


def test_what_only_the_other_languages_words_reach_is_given_in_the_own():
    pegs = article("tent-pegs", EN, "Tent pegs come loose", body="Use longer ones.")
    pegs_zh = article("tent-pegs", ZH, "帐篷地钉松了", body="换长一点的。")
    library = TantivyLibrary.build([FEE, WASH, LOCKER_ZH, pegs, pegs_zh], line=0.1)
    [passage] = library.search("帐篷地钉老是松", EN, limit=1)
    assert (passage.slug, passage.language, passage.text) == ("tent-pegs", EN, "Use longer ones.")


def test_the_own_language_is_preferred():
    library = TantivyLibrary.build([FEE_ZH, LOCKER_ZH, FEE, WASH], line=0.1)
    assert library.search("how much is postage", EN, limit=1)[0].language is EN
    assert library.search("邮费多少钱", ZH, limit=1)[0].language is ZH


def test_a_shop_with_one_article_is_answered_too():
    assert slugs(TantivyLibrary.build([FEE]), "is postage dear") == ["shipping-fee"]


def test_an_empty_library_answers_nothing():
    assert slugs(TantivyLibrary.build([]), "how much is postage") == []


def test_an_article_without_text_is_never_quoted():
    empty = replace(FEE, body="<div>only markup</div>")
    assert slugs(TantivyLibrary.build([empty, WASH], line=0), "how much is postage") == []


def test_the_version_is_of_what_is_said_not_of_when():
    later = replace(FEE, updated_at=datetime(2030, 1, 1, tzinfo=UTC))
    version = TantivyLibrary.build([FEE, WASH]).version
    assert TantivyLibrary.build([WASH, later]).version == version
    assert TantivyLibrary.build([replace(FEE, body="Delivery is free."), WASH]).version != version


def test_two_articles_of_one_name_are_refused():
    with pytest.raises(ValueError, match="en/shipping-fee: there are two"):
        TantivyLibrary.build([FEE, FEE])


def test_other_articles_take_the_place_of_the_former_ones():
    library = TantivyLibrary.build([FEE, WASH], line=0.1)
    before = library.version
    library.replace([WASH])
    assert slugs(library, "how much is postage") == []
    assert slugs(library, "can I wash a puffer") == ["wash-down"]
    assert library.version != before


def test_a_refused_set_leaves_the_former_one_in_place():
    library = TantivyLibrary.build([FEE, WASH], line=0.1)
    with pytest.raises(ValueError, match="there are two"):
        library.replace([WASH, WASH])
    assert slugs(library, "how much is postage") == ["shipping-fee"]


def test_search_goes_on_while_articles_are_replaced():
    dear = replace(FEE, body="Delivery costs ¥9.")
    library = TantivyLibrary.build([FEE, WASH], line=0.1)

    def ask(_: int) -> str:
        return library.search("how much is postage", EN, limit=1)[0].text

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(ask, range(400))
        for turn in range(20):
            library.replace([dear if turn % 2 else FEE, WASH])
        said = set(answers)
    assert said <= {"Delivery costs ¥8.", "Delivery costs ¥9."}
    assert ask(0) == "Delivery costs ¥9."


# --- in a folder -------------------------------------------------------------------------------


def test_an_index_in_a_folder_is_used_again(tmp_path: Path):
    first = TantivyLibrary.build([FEE, WASH], folder=tmp_path, line=0.1)
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    again = TantivyLibrary.build([FEE, WASH], folder=tmp_path, line=0.1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == made
    assert slugs(first, "how much is postage") == slugs(again, "how much is postage") == ["shipping-fee"]


def test_the_former_index_is_cleared_away_and_other_files_are_not(tmp_path: Path):
    library = TantivyLibrary.build([FEE, WASH], folder=tmp_path, line=0.1)
    former = set(tmp_path.iterdir())
    (tmp_path / "notes.txt").write_text("mine")
    library.replace([WASH])
    left = set(tmp_path.iterdir())
    assert tmp_path / "notes.txt" in left
    assert len(left) == 3
    assert len(former & left) == 1  # no Chinese articles before and after: the same empty index


def test_a_damaged_index_is_built_again(tmp_path: Path):
    TantivyLibrary.build([FEE, WASH], folder=tmp_path, line=0.1)
    for path in tmp_path.rglob("meta.json"):
        path.write_text("{")
    library = TantivyLibrary.build([FEE, WASH], folder=tmp_path, line=0.1)
    assert slugs(library, "how much is postage") == ["shipping-fee"]


# --- whatever is written -----------------------------------------------------------------------

SYNTAX = st.sampled_from(
    ['"', "AND", "OR", "NOT", "title:", "*", "~2", "^9", "(", ")", "[a TO b]", "\\", "+", "-", "/x/"]
)


@given(
    st.one_of(st.text(), st.lists(SYNTAX | st.text(max_size=5), max_size=30).map(" ".join)),
    st.sampled_from(Language),
)
@settings(max_examples=300)
def test_no_question_breaks_it(library, question, language):
    for passage in library.search(question, language, limit=3):
        assert 0 <= passage.score <= 1
        assert passage.text


def test_a_megabyte_is_only_read_as_far_as_a_question_goes(library):
    question = f"how much is postage {' ' * 300}"
    assert library.search(question, EN, limit=1)
    assert library.search(question + " ".join(map(str, range(150_000))), EN, limit=1) == library.search(
        question, EN, limit=1
    )


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.text(max_size=80)), max_size=5))
@settings(max_examples=50)
def test_no_article_breaks_it(texts):
    articles = [article(f"a-{n}", EN, title, body=body) for n, (title, body) in enumerate(texts)]
    library = TantivyLibrary.build(articles, line=0)
    for title, _ in texts:
        assert len(library.search(title, EN, limit=5)) <= len(texts)
