"""What a listed write does to the raw files, read from the shop's policy document alone.

Written apart from src/: nothing of ours is imported, so that a mistake there is not made here again.
"""

from collections import Counter

from xiaoer.evaluate.tau.files import Args, Database, Raw, Write

REASONS = ("no longer needed", "ordered by mistake")


def applied(data: Database, user_id: str, write: Write) -> bool:
    """Carry the write out in place; False, and nothing changed, where the document forbids it."""
    if write.name == "modify_user_address":
        return _user_address(data, user_id, write.args)
    order = data.orders.get(write.args["order_id"])
    if order is None or order["user_id"] != user_id:
        return False
    return _DOES[write.name](data, order, write.args)


def _cancel(data: Database, order: Raw, args: Args) -> bool:
    if order["status"] != "pending" or args["reason"] not in REASONS:
        return False
    held = Counter[str]()
    for paid in order["payment_history"]:
        held[paid["payment_method_id"]] += cents(paid["amount"]) * _sign(paid)
    for way, amount in held.items():
        if amount:
            _book(data, order, "refund", amount, way)
    order["status"], order["cancel_reason"] = "cancelled", args["reason"]
    return True


def _address(data: Database, order: Raw, args: Args) -> bool:
    if order["status"] != "pending":
        return False
    order["address"] = _address_in(args)
    return True


def _user_address(data: Database, user_id: str, args: Args) -> bool:
    if args["user_id"] != user_id:
        return False
    data.users[user_id]["address"] = _address_in(args)
    return True


def _payment(data: Database, order: Raw, args: Args) -> bool:
    way, ways = args["payment_method_id"], data.users[order["user_id"]]["payment_methods"]
    original = order["payment_history"][0]
    total = cents(original["amount"])
    if order["status"] != "pending" or way not in ways or way == original["payment_method_id"]:
        return False
    if len(order["payment_history"]) > 1 or _too_small(ways[way], total):
        return False
    _book(data, order, "payment", total, way)
    _book(data, order, "refund", total, original["payment_method_id"])
    return True


def _items(data: Database, order: Raw, args: Args) -> bool:
    if order["status"] != "pending" or (difference := _difference(data, order, args)) is None:
        return False
    for old, new in zip(args["item_ids"], args["new_item_ids"], strict=True):
        item = next(item for item in order["items"] if item["item_id"] == old)
        variant = data.products[item["product_id"]]["variants"][new]
        item.update(item_id=new, price=variant["price"], options=variant["options"])
    if difference:
        kind = "payment" if difference > 0 else "refund"
        _book(data, order, kind, abs(difference), args["payment_method_id"])
    order["status"] = "pending (item modified)"
    return True


def _return(data: Database, order: Raw, args: Args) -> bool:
    way, ways = args["payment_method_id"], data.users[order["user_id"]]["payment_methods"]
    original = order["payment_history"][0]["payment_method_id"]
    if order["status"] != "delivered" or not _in_order(order, args["item_ids"]) or way not in ways:
        return False
    if way != original and ways[way]["source"] != "gift_card":
        return False
    order["status"] = "return requested"
    order["return"] = {"items": sorted(args["item_ids"]), "way": way}
    prices = {item["item_id"]: cents(item["price"]) for item in order["items"]}
    order["return"]["refund"] = sum(prices[item_id] for item_id in args["item_ids"])
    return True


def _exchange(data: Database, order: Raw, args: Args) -> bool:
    if order["status"] != "delivered" or (difference := _difference(data, order, args)) is None:
        return False
    order["status"] = "exchange requested"
    order["exchange"] = {
        "pairs": sorted(zip(args["item_ids"], args["new_item_ids"], strict=True)),
        "way": args["payment_method_id"],
        "difference": difference,
    }
    return True


_DOES = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_address": _address,
    "modify_pending_order_payment": _payment,
    "modify_pending_order_items": _items,
    "return_delivered_order_items": _return,
    "exchange_delivered_order_items": _exchange,
}


def cents(amount: float) -> int:
    return round(amount * 100)


def _difference(data: Database, order: Raw, args: Args) -> int | None:
    """In cents; None if one item cannot be swapped so, or it cannot be settled so."""
    olds, news, way = args["item_ids"], args["new_item_ids"], args["payment_method_id"]
    ways = data.users[order["user_id"]]["payment_methods"]
    if len(olds) != len(news) or not _in_order(order, olds) or way not in ways:
        return None
    difference = 0
    for old, new in zip(olds, news, strict=True):
        item = next(item for item in order["items"] if item["item_id"] == old)
        variant = data.products[item["product_id"]]["variants"].get(new)
        if variant is None or not variant["available"]:
            return None
        difference += cents(variant["price"]) - cents(item["price"])
    return None if _too_small(ways[way], difference) else difference


def _in_order(order: Raw, item_ids: list[str]) -> bool:
    there = Counter(item["item_id"] for item in order["items"])
    return bool(item_ids) and not Counter(item_ids) - there


def _too_small(way: Raw, amount: int) -> bool:
    return way["source"] == "gift_card" and cents(way["balance"]) < amount


def _book(data: Database, order: Raw, kind: str, amount: int, way: str) -> None:
    """Money moves; a gift card knows it at once."""
    entry = {"transaction_type": kind, "amount": amount / 100, "payment_method_id": way}
    order["payment_history"].append(entry)
    on_file = data.users[order["user_id"]]["payment_methods"][way]
    if on_file["source"] == "gift_card":
        on_file["balance"] = (cents(on_file["balance"]) - amount * _sign(entry)) / 100


def _sign(paid: Raw) -> int:
    return 1 if paid["transaction_type"] == "payment" else -1


def _address_in(args: Args) -> Raw:
    return {part: args[part] for part in ("address1", "address2", "city", "country", "state", "zip")}
