"""What a verdict says would be otherwise is so: until that day, sealed, faulty, another action instead."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.orders import NOW, orders
from tests.domain.test_verdicts import policies, supposed

from xiaoer.domain.order import CaseReason, Order
from xiaoer.domain.outcome import Reason
from xiaoer.domain.policy import Hours, Policy
from xiaoer.domain.rules.explain import Explained, Supposed, explain
from xiaoer.domain.verdict import Could, Verdict

OVER = frozenset({Reason.RETURN_WINDOW_OVER, Reason.EXCHANGE_WINDOW_OVER, Reason.DAMAGE_WINDOW_OVER})
SECOND = timedelta(seconds=1)
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Auckland", "Africa/Casablanca"])
changed = st.integers(0, 3)


def again(told: Explained, order: Order, policy: Policy, now: datetime, of: Supposed) -> Verdict:
    """The verdict on the same action and line, supposing something else."""
    return next(
        e.verdict for e in explain(order, policy, now, of) if (e.action, e.line) == (told.action, told.line)
    )


def moments_of(told: Explained) -> Iterator[tuple[str, datetime]]:
    for name in ("until", "from"):
        moment = told.verdict.facts.get(name)
        if isinstance(moment, datetime):
            yield name, moment


@given(order=orders(), policy=policies(), of=supposed, zone=zones)
def test_until_the_day_that_is_named_and_not_after(
    order: Order, policy: Policy, of: Supposed, zone: str
) -> None:
    policy = replace(policy, time_zone=zone)
    for told in explain(order, policy, NOW, of):
        for name, moment in moments_of(told):
            then = again(told, order, policy, moment, of)
            after = again(told, order, policy, moment + SECOND, of)
            if name == "from":
                assert (then.allowed, after.allowed) == (False, True)
            elif told.verdict.allowed or told.verdict.reason in OVER:
                assert then.reason not in OVER
                assert after.reason in OVER
            if told.verdict.allowed:
                assert then.allowed


@given(order=orders(), policy=policies(), of=supposed)
def test_sealed_or_faulty_it_could_go_back(order: Order, policy: Policy, of: Supposed) -> None:
    for told in explain(order, policy, NOW, of):
        assert set(told.verdict.could) <= {Could.SEALED, Could.FAULTY}
        others = {
            Could.SEALED: replace(of, unopened=True),
            Could.FAULTY: replace(of, reason=CaseReason.FAULTY),
        }
        for could in told.verdict.could:
            last = told.verdict.facts.get("until", NOW)
            assert isinstance(last, datetime)
            for now in (NOW, last):
                assert again(told, order, policy, now, others[could]).allowed


@given(order=orders(), policy=policies(), of=supposed, times=changed, final=st.booleans())
def test_what_is_named_instead_is_not_refused_in_turn(
    order: Order, policy: Policy, of: Supposed, times: int, final: bool
) -> None:
    order = replace(order, item_changes=times)
    policy = replace(policy, change_items=replace(policy.change_items, final=final))
    every = explain(order, policy, NOW, of)
    for told in every:
        if told.verdict.allowed:
            continue
        name = told.verdict.facts.get("instead")
        lines = [e for e in every if e.action == name]
        # Nobody has said yet whether it was opened: if not, it can go back.
        possible = [e for e in lines if e.verdict.allowed or Could.SEALED in e.verdict.could]
        assert possible or not lines, (told.action, name)


@given(
    days=st.frozensets(st.integers(0, 6), min_size=1),
    closed=st.integers(0, 200),
    others=st.frozensets(st.dates(date(2026, 11, 1), date(2027, 12, 31)), max_size=20),
    zone=zones,
    hour=st.integers(0, 22),
)
def test_the_desk_opens_when_it_says_it_does(
    days: frozenset[int], closed: int, others: frozenset[date], zone: str, hour: int
) -> None:
    """Though it is shut for half a year."""
    holidays = frozenset(NOW.date() + timedelta(days=day) for day in range(closed)) | others
    hours = Hours(opens=time(hour), closes=time(23, 59), days=days, time_zone=zone, holidays=holidays)
    opens = hours.next_opening(NOW)
    assert opens > NOW
    assert hours.is_open(opens)
    assert not hours.is_open(opens - SECOND)
