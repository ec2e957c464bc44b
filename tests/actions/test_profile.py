"""The customer's own account: changed by its owner alone, shown masked, kept for the next orders."""

from dataclasses import replace

import pytest
from tests.actions.bench import GUEST, LOST, MEI, STREET, Bench, proven
from tests.actions.test_care import done, no

from xiaoer.actions.profile import masked_email, masked_phone
from xiaoer.domain.outcome import NeedsConfirm, Reason
from xiaoer.domain.people import Actor

NEW = {"phone": "139 1111 2222", "email": "New.Lin@Example.com"}


@pytest.mark.parametrize(
    ("action", "args"), [("change_contact", NEW), ("change_profile_address", {"address": STREET})]
)
@pytest.mark.parametrize("who", [GUEST, proven(LOST)])
async def test_only_its_owner_changes_an_account(action: str, args: dict[str, str], who: Actor) -> None:
    bench = Bench()
    assert no(await bench.does(action, args, who)).reason is Reason.SIGN_IN_NEEDED
    assert not bench.shop.writes


async def test_the_card_shows_old_and_new_masked_and_yes_changes_both() -> None:
    bench = Bench()
    before = await bench.shop.customer(MEI.customer_id)
    card = await bench.does("change_contact", NEW)
    assert isinstance(card, NeedsConfirm)
    shown = dict(card.plan.facts)
    assert (shown["new_phone"], shown["new_email"]) == ("***2222", "ne***@example.com")
    assert (shown["old_phone"], shown["old_email"]) == (
        masked_phone(before.phone),
        masked_email(before.email),
    )
    assert not any(secret in str(shown) for secret in ("13911112222", before.phone, before.email))
    done(await bench.says_yes(card.intent_id))
    after = await bench.shop.customer(MEI.customer_id)
    assert after == replace(before, phone="+8613911112222", email="new.lin@example.com")
    assert no(await bench.does("change_contact", NEW)).reason is Reason.SAME_CONTACT


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"phone": "12"}, Reason.BAD_PHONE),
        ({"email": "nobody"}, Reason.BAD_EMAIL),
        ({"email": "a@example.com b"}, Reason.BAD_EMAIL),
        ({}, Reason.BAD_ARGUMENTS),
    ],
)
async def test_what_is_no_phone_or_email_is_refused(args: dict[str, str], reason: Reason) -> None:
    assert no(await Bench().does("change_contact", args)).reason is reason


async def test_another_customers_email_is_not_taken_and_not_told_of() -> None:
    bench = Bench()
    other = next(c for c in await bench.shop.customers(limit=9) if c.id != MEI.customer_id)
    card = await bench.does("change_contact", {"email": other.email})
    assert isinstance(card, NeedsConfirm)
    assert no(await bench.says_yes(card.intent_id)).reason is Reason.WORLD_CHANGED
    assert (await bench.shop.customer_by_email(other.email)).id == other.id


async def test_the_default_address_is_the_first_and_orders_keep_theirs() -> None:
    bench = Bench()
    before = await bench.shop.customer(MEI.customer_id)
    orders = await bench.shop.orders_of(MEI.customer_id, limit=50)
    card = await bench.does("change_profile_address", {"address": STREET})
    assert isinstance(card, NeedsConfirm)
    assert "13912345678" not in str(card.plan.facts)
    assert "王小明" not in str(card.plan.facts)
    done(await bench.says_yes(card.intent_id))
    after = await bench.shop.customer(MEI.customer_id)
    assert (after.addresses[0].name, after.addresses[0].city) == ("王小明", "上海市")
    assert after.addresses[1:] == before.addresses
    assert await bench.shop.orders_of(MEI.customer_id, limit=50) == orders
    assert no(await bench.does("change_profile_address", {"address": STREET})).reason is Reason.SAME_DEFAULT
    back = await bench.does("change_profile_address", {"address": "saved:1"})
    assert isinstance(back, NeedsConfirm)
    done(await bench.says_yes(back.intent_id))
    assert (await bench.shop.customer(MEI.customer_id)).addresses[0] == before.addresses[0]


async def test_half_an_address_is_asked_for_again() -> None:
    refused = no(await Bench().does("change_profile_address", {"address": "文三路"}))
    assert refused.reason is Reason.BAD_ADDRESS
    assert refused.facts["missing"]
