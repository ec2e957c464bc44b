"""Whatever is done to an article: its numbers grow by one, one version at most holds, the past stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from xiaoer.domain.editions import published, withdrawn
from xiaoer.domain.knowledge import Article, ArticleState, Scope, Version
from xiaoer.domain.words import Language

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = Article(
    slug="returns-window",
    language=Language.ZH,
    title="多久可以退货",
    group="returns",
    questions=("几天内可以退",),
    body="签收后七天内。",
    updated_at=NOW,
)


def draft(number: int, **about: Any) -> Version:
    return Version(article=replace(TEXT, **about), number=number, state=ArticleState.DRAFT)


def after(versions: Sequence[Version], changed: Sequence[Version]) -> list[Version]:
    new = {version.number: version for version in changed}
    return [new.get(version.number, version) for version in versions]


def holding(versions: Sequence[Version], moment: datetime) -> list[int]:
    return [version.number for version in versions if version.holds(moment)]


def test_a_version_takes_the_place_of_the_one_before_at_the_same_moment() -> None:
    versions = [draft(1), draft(2)]
    versions = after(versions, published(versions, 1, now=NOW))
    versions = after(versions, published(versions, 2, now=NOW + DAY))
    assert [v.state for v in versions] == [ArticleState.ARCHIVED, ArticleState.PUBLISHED]
    assert versions[0].archived_at == versions[1].published_at == NOW + DAY
    assert [holding(versions, NOW + n * DAY) for n in (-1, 0, 1)] == [[], [1], [2]]


def test_until_the_new_text_begins_the_old_one_is_said() -> None:
    versions = [draft(1), draft(2, valid_from=NOW + 30 * DAY, valid_until=NOW + 40 * DAY)]
    versions = after(versions, published(versions, 1, now=NOW))
    versions = after(versions, published(versions, 2, now=NOW + DAY))
    assert [holding(versions, NOW + n * DAY) for n in (0, 29, 30, 39, 40)] == [[1], [1], [2], [2], []]
    calm = after(versions, withdrawn(versions, 2, now=NOW + 2 * DAY))
    assert [v.state for v in calm] == [ArticleState.PUBLISHED, ArticleState.ARCHIVED]
    assert [holding(calm, NOW + n * DAY) for n in (0, 29, 30, 400)] == [[1]] * 4


def test_what_is_sooner_takes_the_place_of_what_was_to_come() -> None:
    versions = [draft(1), draft(2, valid_from=NOW + 30 * DAY), draft(3, valid_from=NOW + 20 * DAY)]
    for number in (1, 2, 3):
        versions = after(versions, published(versions, number, now=NOW))
    assert [holding(versions, NOW + n * DAY) for n in (19, 20, 30)] == [[1], [3], [3]]


def test_archiving_takes_back_what_is_said_and_drops_a_draft_once() -> None:
    versions = [draft(1), draft(2)]
    versions = after(versions, published(versions, 1, now=NOW))
    for number in (1, 2):
        versions = after(versions, withdrawn(versions, number, now=NOW + DAY))
        assert withdrawn(versions, number, now=NOW + 2 * DAY) == []
    assert [v.state for v in versions] == [ArticleState.ARCHIVED] * 2
    assert [holding(versions, NOW + n * DAY) for n in (0, 1)] == [[1], []]


def test_it_is_said_only_there_and_then() -> None:
    text = replace(TEXT, valid_from=NOW, valid_until=NOW + DAY, region="DE", channel="email")
    there = Scope(now=NOW, region="DE", channel="email")
    assert text.fits(there)
    for elsewhere in (
        replace(there, now=NOW - timedelta(seconds=1)),
        replace(there, now=NOW + DAY),
        replace(there, region="FR"),
        replace(there, region=""),
        replace(there, channel="web"),
    ):
        assert not text.fits(elsewhere), elsewhere
    assert TEXT.fits(replace(there, region="FR"))


class Life(RuleBasedStateMachine):
    """Drafts, publications and withdrawals in any order, as time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[Version] = []
        self.now = NOW
        self.said: dict[datetime, list[int]] = {}  # what held at each moment that has passed

    @rule(hours=st.integers(0, 60))
    def time_passes(self, hours: int) -> None:
        for hour in range(hours):
            moment = self.now + timedelta(hours=hour)
            self.said[moment] = holding(self.versions, moment)
        self.now += timedelta(hours=hours)

    @rule(begins=st.none() | st.integers(-50, 50), lasts=st.none() | st.integers(1, 50))
    def somebody_writes(self, begins: int | None, lasts: int | None) -> None:
        valid_from = None if begins is None else self.now + timedelta(hours=begins)
        valid_until = None if lasts is None else (valid_from or self.now) + timedelta(hours=lasts)
        article = replace(TEXT, valid_from=valid_from, valid_until=valid_until)
        self.versions.append(replace(draft(len(self.versions) + 1), article=article))

    @precondition(lambda self: any(v.state is ArticleState.DRAFT for v in self.versions))
    @rule(data=st.data())
    def one_goes_live(self, data: st.DataObject) -> None:
        drafts = [v.number for v in self.versions if v.state is ArticleState.DRAFT]
        self.change(published(self.versions, data.draw(st.sampled_from(drafts)), now=self.now))

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def one_is_archived(self, data: st.DataObject) -> None:
        numbers = [v.number for v in self.versions]
        self.change(withdrawn(self.versions, data.draw(st.sampled_from(numbers)), now=self.now))

    def change(self, changed: Sequence[Version]) -> None:
        assert [v.state for v in changed] == sorted(v.state for v in changed)  # archived before published
        self.versions = after(self.versions, changed)

    @invariant()
    def one_at_most_is_published(self) -> None:
        assert sum(v.state is ArticleState.PUBLISHED for v in self.versions) <= 1

    @invariant()
    def one_at_most_holds_also_in_time_to_come(self) -> None:
        for hours in range(-60, 120):
            assert len(holding(self.versions, self.now + timedelta(hours=hours))) <= 1

    @invariant()
    def what_has_held_has_held(self) -> None:
        for moment, numbers in self.said.items():
            assert holding(self.versions, moment) == numbers, moment


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestLife = Life.TestCase
