"""What is the demo shop's own: filling it, searching it, its books, and forgetting somebody in every row."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from tests.shops.worlds import NOW, POLICY, SEED, an_order, clock, world

from xiaoer.domain.catalog import Wanted
from xiaoer.domain.ids import ProductId
from xiaoer.domain.order import OrderState, PayMethod, RefundState
from xiaoer.domain.ports import ShopUnclear, ShopUnreachable
from xiaoer.shops import demo
from xiaoer.shops.demo import seed
from xiaoer.shops.demo.ranking import Shelves
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.shops.demo.tables import metadata
from xiaoer.store.engine import Store

SHELVES = Shelves(world().products, world().categories)
IMAGES = Path(demo.__file__).parent / "images"


# --- filling -----------------------------------------------------------------------------------


async def test_an_empty_database_is_filled_once(empty_url):
    async with await Store.open(empty_url) as store:
        assert await seed.ensure(store, now=NOW, policy=POLICY, seed=SEED)
        assert not await seed.ensure(store, now=NOW, policy=POLICY, seed=SEED + 1)
        shop = DemoShop(store, POLICY, clock=clock)
        assert await shop.order(world().orders[0].id) == world().orders[0]


async def test_two_processes_that_start_at_once_fill_it_once(empty_url):
    async with await Store.open(empty_url) as one, await Store.open(empty_url) as other:
        filled = await asyncio.gather(
            *(seed.ensure(store, now=NOW, policy=POLICY, seed=SEED) for store in (one, other))
        )
        assert sorted(filled) == [False, True]
        shop = DemoShop(other, POLICY, clock=clock)
        assert len(await shop.customers(limit=500)) == len(world().customers)


async def test_a_reset_forgets_what_happened(demo_url):
    async with await Store.open(demo_url) as store:
        shop = DemoShop(store, POLICY, clock=clock)
        order = an_order(lambda o: o.state is OrderState.PAID)
        await shop.cancel(order, "", key="k1")
        await seed.reset(store, now=NOW, policy=POLICY, seed=SEED)
        assert await shop.order(order.id) == order
        assert not await shop.effect("k1")


async def test_who_can_be_tried_out(demo_shop):
    listed = await seed.customers_json(demo_shop)
    assert json.loads(json.dumps(listed)) == listed
    first = listed[0]
    assert (first["email"], first["name"], first["language"]) == ("mei.lin@example.com", "林梅", "zh")
    assert first["phone"] == world().customers[0].phone
    assert {order["state"] for order in first["orders"]} == {state.value for state in OrderState}
    assert sum(len(customer["orders"]) for customer in listed) == len(world().orders)
    await demo_shop.forget(world().customers[0].id)
    assert len(await seed.customers_json(demo_shop)) == len(listed) - 1


# --- searching ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("轻便跑鞋", "轻羽 晨风 4 缓震跑鞋"),
        ("越野跑鞋", "岩途 山鹰 越野跑鞋"),
        ("防水的越野鞋", "岩途 雨燕 防水越野跑鞋"),
        ("扁平足穿的鞋", "云步 稳行 支撑跑鞋"),
        ("充电宝", "电屿 磁吸充电宝"),
        ("宝宝水杯", "哺光 吸管学饮杯"),
        ("帐篷", "岩途 星野双人帐篷"),
        ("登機箱", "远行 20 寸登机箱"),
        ("锅", "灶上 麦饭石不粘锅"),
        ("有没有降噪的耳机推荐", "声谷 降噪蓝牙耳机"),
        ("lightweight running shoes", "轻羽 晨风 4 缓震跑鞋"),
        ("waterproof trail shoes", "岩途 雨燕 防水越野跑鞋"),
        ("do you have a yoga mat?", "木弦 天然橡胶瑜伽垫"),
        ("noise cancelling headphones", "声谷 降噪蓝牙耳机"),
        ("powr bank", "电屿 磁吸充电宝"),
        ("suncreen", "知肌 清透防晒霜 SPF50"),
        ("blue tents", "岩途 星野双人帐篷"),
        ("SLIPPERS OR SNEEKERS", "轻羽 晨风 4 缓震跑鞋"),
    ],
)
def test_the_words_of_a_customer_find_the_thing(words, title):
    titles: dict[str, str] = {product.id: product.title.zh for product in world().products}
    assert title in [titles[product_id] for product_id in SHELVES.rank(words, titles)[:5]]


@pytest.mark.parametrize(
    "words", ["吸尘器", "宝宝汽车", "红色汽车", "lawn mower", "waterproof submarine", "???", "🚀"]
)
def test_what_is_not_sold_is_not_found(words):
    assert SHELVES.rank(words, [product.id for product in world().products]) == []


async def test_a_better_fit_comes_first_and_the_order_is_stable(demo_shop):
    found = await demo_shop.find(Wanted(words="waterproof hiking boots"), limit=50)
    assert found[0].title.zh == "岩途 高帮防水徒步鞋"
    assert await demo_shop.find(Wanted(words="waterproof hiking boots"), limit=50) == found
    assert await demo_shop.find(Wanted(words="waterproof hiking boots"), limit=1) == found[:1]


async def test_only_noise_is_no_limit(demo_shop):
    everything = await demo_shop.find(Wanted(category="bags"), limit=50)
    assert await demo_shop.find(Wanted(category="bags", words="有没有推荐的"), limit=50) == everything


async def test_stock_is_the_one_of_this_moment(demo_shop):
    order = an_order(lambda o: o.state is OrderState.PAID)
    line = order.lines[0]
    title = Wanted(words=line.title.en, in_stock_only=False)
    (before, *_) = await demo_shop.find(title, limit=1)
    await demo_shop.cancel(order, "", key="k1")
    (after, *_) = await demo_shop.find(title, limit=1)
    stock = {v.id: v.stock for v in before.variants}
    assert [v.stock - stock[v.id] for v in after.variants if v.id == line.variant_id] == [line.quantity]


async def test_every_product_has_its_drawing(demo_shop):
    drawings = {f"/demo/images/{path.name}": path for path in IMAGES.glob("*.svg")}
    assert {product.image for product in world().products} == set(drawings)
    for path in drawings.values():
        drawing = path.read_text(encoding="utf-8")
        assert len(drawing) < 2_000
        assert not re.search(r"<script|\bon\w+=|href|style=", drawing)


# --- its books ---------------------------------------------------------------------------------


async def test_a_gift_card_gets_its_money_back_at_once(demo_shop):
    order = an_order(
        lambda o: (
            o.state in (OrderState.PAID, OrderState.PACKED)
            and any(p.method is PayMethod.GIFT_CARD for p in o.payments)
        )
    )
    card = next(p.amount.minor for p in order.payments if p.method is PayMethod.GIFT_CARD)
    before = await demo_shop.customer(order.customer_id)
    after = await demo_shop.cancel(order, "", key="k1")
    customer = await demo_shop.customer(order.customer_id)
    had = before.gift_card_balance.minor if before.gift_card_balance else 0
    assert customer.gift_card_balance.minor == had + card
    for refund, payment in zip(after.refunds, order.payments, strict=True):
        assert (refund.method, refund.amount) == (payment.method, payment.amount)
        instant = refund.method is PayMethod.GIFT_CARD
        assert refund.state is (RefundState.DONE if instant else RefundState.PROCESSING)


# --- the person --------------------------------------------------------------------------------


async def test_an_export_is_json_and_leaves_out_no_table(demo_shop):
    customer = world().customers[0]
    order = an_order(lambda o: o.customer_id == customer.id and o.state is OrderState.PAID)
    await demo_shop.cancel(order, "my own words", key="k1")
    held = await demo_shop.export(customer.id)
    assert json.loads(json.dumps(held)) == held
    assert "my own words" in str(held)
    ours = {"demo_category", "demo_product", "demo_variant", "demo_customer", "demo_way"}
    assert {name for name in metadata.tables if held.get(name)} == set(metadata.tables) - ours


async def test_nothing_of_a_forgotten_person_is_in_any_row(demo_url):
    customer = world().customers[0]
    mine = [order for order in world().orders if order.customer_id == customer.id]
    canaries = {customer.name, customer.email, customer.phone, "canary in my reason"}
    canaries |= {address.street for address in customer.addresses}
    canaries |= {parcel.tracking_number for order in mine for parcel in order.parcels}
    async with await Store.open(demo_url) as store:
        shop = DemoShop(store, POLICY, clock=clock)
        paid = next(order for order in mine if order.state is OrderState.PAID)
        await shop.cancel(paid, "canary in my reason", key="k1")
        held = await store.read(_everything)
        assert [canary for canary in canaries if canary not in held] == []
        await shop.forget(customer.id)
        left = await store.read(_everything)
    assert [canary for canary in canaries if canary in left] == []
    assert str(customer.addresses[0].region) in left


def _everything(conn: Connection) -> str:
    return str([conn.execute(select(table)).all() for table in metadata.sorted_tables])


# --- its database gone -------------------------------------------------------------------------


async def test_without_its_database_it_says_so(demo_url):
    store = await Store.open(demo_url)
    shop = DemoShop(store, POLICY, clock=clock)
    order = an_order(lambda o: o.state is OrderState.PAID)
    await store.close()
    with pytest.raises(ShopUnreachable):
        await shop.order(order.id)
    with pytest.raises(ShopUnreachable):
        await shop.find(Wanted(words="跑鞋"), limit=3)
    with pytest.raises(ShopUnclear):
        await shop.cancel(order, "", key="k1")
    with pytest.raises(ShopUnreachable):
        await shop.forget(order.customer_id)


async def test_a_product_id_no_database_can_hold_is_not_there(demo_shop):
    assert await demo_shop.product(ProductId("P\x00")) is None
    assert await demo_shop.find(Wanted(colour="\x00"), limit=5) == []
