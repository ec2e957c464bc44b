"""A shop from files nobody here made: read whole, kept beside others; what cannot be read is told."""

import gzip
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from tests.shops.worlds import NOW, POLICY, clock, world

from xiaoer.domain.catalog import Wanted
from xiaoer.domain.ids import CustomerId, ShopId
from xiaoer.domain.order import OrderState
from xiaoer.domain.ways import PayMethod
from xiaoer.policies.file import load_policy
from xiaoer.shops.demo import seed
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.shops.demo.world import World
from xiaoer.shops.imported import files as limits
from xiaoer.shops.imported.files import NotThatShop
from xiaoer.shops.imported.tau_retail import read
from xiaoer.store.engine import Store

FOLDER = Path(__file__).parent / "tau"
TAU = load_policy(Path(str(files("xiaoer.policies"))) / "tau-retail.yaml")


def tau() -> World:
    return read(FOLDER, "USD")


@pytest.fixture
async def store(demo_url: str) -> AsyncIterator[Store]:
    """The demo's own rows are there already."""
    async with await Store.open(demo_url) as opened:
        yield opened


async def test_what_was_read_is_what_is_served(store: Store) -> None:
    made = tau()
    await seed.put(store, made, TAU.shop_id, uncounted=True)
    shop = DemoShop(store, TAU, clock=clock)
    for order in made.orders:
        assert await shop.order(order.id) == order
    for customer in made.customers:
        assert await shop.customer(customer.id) == customer
        assert await shop.customer_by_email(customer.email.upper()) == customer
    for product in made.products:
        assert await shop.product(product.id) == product
    assert [p.title.en for p in await shop.find(Wanted(words="lantern"), limit=5)] == ["Storm Lantern"]


async def test_two_shops_do_not_see_each_other(store: Store) -> None:
    """The same world under two names: what is done in one is not done in the other."""
    twin = replace(POLICY, shop_id=ShopId("twin"))
    await seed.put(store, world(), twin.shop_id, uncounted=False)
    one, other = DemoShop(store, POLICY, clock=clock), DemoShop(store, twin, clock=clock)
    order = next(o for o in world().orders if o.state is OrderState.PAID)
    await one.cancel(order, "", key="k1")
    await one.forget(order.customer_id)
    assert await other.order(order.id) == order
    assert not await other.effect("k1")
    assert await other.customer(order.customer_id) in world().customers
    await other.cancel(order, "", key="k1")  # the key of another shop is another key
    await seed.put(store, world(), twin.shop_id, uncounted=False)
    assert await other.order(order.id) == order
    assert (await one.order(order.id) or order).state is OrderState.CANCELLED


async def test_the_demo_made_anew_leaves_the_others_alone(store: Store) -> None:
    await seed.put(store, tau(), TAU.shop_id, uncounted=True)
    await seed.reset(store, now=NOW, policy=POLICY)
    assert await seed.is_there(store, TAU.shop_id)
    assert await DemoShop(store, TAU, clock=clock).order(tau().orders[0].id) == tau().orders[0]


async def test_a_customers_ways_are_in_the_export_and_go_with_the_person(store: Store) -> None:
    await seed.put(store, tau(), TAU.shop_id, uncounted=True)
    shop, ada = DemoShop(store, TAU, clock=clock), CustomerId("ada_quill_1001")
    assert "Visa ••4242" in json.dumps(await shop.export(ada), ensure_ascii=False)
    await shop.forget(ada)
    assert (await shop.customer(ada) or tau().customers[0]).ways == ()
    assert "4242" not in json.dumps(await shop.export(ada))


async def test_what_is_not_counted_is_there_or_not(store: Store) -> None:
    await seed.put(store, tau(), TAU.shop_id, uncounted=True)
    shop = DemoShop(store, TAU, clock=clock)
    order = next(o for o in tau().orders if o.state is OrderState.PAID)
    await shop.cancel(order, "", key="k1")
    assert await shop.product(order.lines[0].product_id) == tau().products[0]


def test_packed_files_are_read_as_well(tmp_path: Path) -> None:
    for name in ("users", "orders", "products"):
        plain = (FOLDER / f"{name}.json").read_bytes()
        (tmp_path / f"{name}.json.gz").write_bytes(gzip.compress(plain))
    assert read(tmp_path, "USD") == tau()


def test_what_the_files_say_in_our_terms() -> None:
    made = tau()
    ada = made.customers[0]
    assert [(way.method, way.label.en) for way in ada.ways] == [
        (PayMethod.CARD, "Visa ••4242"),
        (PayMethod.GIFT_CARD, "Gift card"),
        (PayMethod.PAYPAL, "PayPal"),
    ]
    assert ada.gift_card_balance is not None
    assert ada.gift_card_balance.minor == 6050
    order = made.orders[1]
    assert order.id == "W1000002"
    assert order.state is OrderState.DELIVERED
    assert len({line.id for line in order.lines}) == 3  # two of them are the same variant
    assert order.delivered_at is not None


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("orders", lambda d: d["#W1000001"].update(status="lost"), "unknown status: lost"),
        ("orders", lambda d: d["#W1000001"].update(user_id="nobody"), "no such user: nobody"),
        ("orders", lambda d: d["#W1000001"]["items"][0].update(item_id="7"), "no such item: 7"),
        ("orders", lambda d: d["#W1000001"]["items"].clear(), "items"),
        ("users", lambda d: d["ben_moss_1002"].pop("email"), "ben_moss_1002.email"),
        ("users", lambda d: d["ben_moss_1002"]["payment_methods"].clear(), "not a way of the user's to pay"),
        ("products", lambda d: d["9000000001"]["variants"]["1000000011"].update(price=-1), "price"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, change, said: str) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    raw = json.loads((tmp_path / f"{name}.json").read_text())
    change(raw)
    (tmp_path / f"{name}.json").write_text(json.dumps(raw))
    with pytest.raises(NotThatShop, match=said):
        read(tmp_path, "USD")


@pytest.mark.parametrize("text", ["", "[]", "{", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_what_is_no_shop_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.json").write_text(text, encoding="latin-1")
    with pytest.raises(NotThatShop, match="users.json"):
        read(tmp_path, "USD")


def test_a_wrong_folder(tmp_path: Path) -> None:
    with pytest.raises(NotThatShop, match=r"users\.json"):
        read(tmp_path, "USD")
    with pytest.raises(NotThatShop, match="no such folder"):
        read(tmp_path / "nowhere", "USD")


def test_a_small_file_that_unpacks_without_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 1_000)
    (tmp_path / "users.json.gz").write_bytes(gzip.compress(b" " * 100_000))
    with pytest.raises(NotThatShop, match="1000"):
        read(tmp_path, "USD")
