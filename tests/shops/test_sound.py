"""What may be believed of an answer from outside."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from tests.shops.worlds import an_order, world

from xiaoer.domain.catalog import Product
from xiaoer.domain.order import Order, OrderState
from xiaoer.shops.sound import sound

ORDER = an_order(lambda o: o.state is OrderState.SHIPPED)
LINE = ORDER.lines[0]


def test_the_whole_demo_world_is_sound():
    assert all(sound(order, Order) for order in world().orders)
    assert all(sound(product, Product) for product in world().products)
    assert sound(None, Order | None)


def _with(**changes: Any) -> Order:
    return replace(ORDER, **changes)


def _line_with(**changes: Any) -> Order:
    return _with(lines=(replace(LINE, **changes),))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        "M12345678",
        _with(id=12345678),
        _with(state="shipped?"),
        _with(version=True),
        _with(version=-1),
        _with(total=replace(ORDER.total, minor=-1)),
        _with(total=12.5),
        _with(placed_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - that is what is wrong with it
        _with(placed_at="2026-01-01"),
        _with(lines=None),
        _with(lines=(LINE, None)),
        _line_with(quantity="2"),
        _line_with(options={"size": "42"}),
        _line_with(options={42: LINE.title}),
        _line_with(options=[]),
        _with(address={}),
    ],
)
def test_what_is_not_an_order_is_found_out(wrong):
    assert sound(ORDER, Order)
    assert not sound(wrong, Order)


def test_a_form_no_domain_type_has_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        sound({}, dict[str, int])
