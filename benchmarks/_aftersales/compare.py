"""The shop's tables against the raw files after the reference's writes: both in one plain form."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _aftersales.reference import cents
from _aftersales.tau import Database, Raw

SHOP = "tau-retail"
_STATES = {"paid": "pending", "packed": "processed"}
_REASONS = {"no_longer_needed": "no longer needed", "ordered_by_mistake": "ordered by mistake"}
_COUNTRY = {"USA": "US"}


def differences(shop_file: Path, wanted: Database) -> list[str]:
    """Everything in which the tables are not what they should be; empty: the databases are equal."""
    with sqlite3.connect(f"file:{shop_file}?mode=ro", uri=True) as conn:
        conn.row_factory = sqlite3.Row
        got, should = _ours(conn), _theirs(wanted)
    return [
        f"{key}: {got.get(key)} instead of {should.get(key)}"
        for key in sorted(got.keys() | should.keys())
        if got.get(key) != should.get(key)
    ]


def _theirs(data: Database) -> Raw:
    found: Raw = {}
    for number, order in data.orders.items():
        found[f"order {number.removeprefix('#')}"] = {
            "user": order["user_id"],
            "state": order["status"],
            "reason": order.get("cancel_reason", ""),
            "to": _address(order["address"]),
            "items": sorted([i["product_id"], i["item_id"], cents(i["price"])] for i in order["items"]),
            "money": sorted(
                [p["transaction_type"], cents(p["amount"]), p["payment_method_id"]]
                for p in order["payment_history"]
            ),
            "return": order.get("return"),
            "exchange": _exchange(order.get("exchange")),
        }
    for user_id, user in data.users.items():
        ways = user["payment_methods"].values()
        found[f"user {user_id}"] = {
            "to": _address(user["address"]),
            "ways": sorted([w["id"], cents(w["balance"]) if "balance" in w else None] for w in ways),
        }
    for item_id, (_, variant) in data.variants().items():
        found[f"item {item_id}"] = {"available": variant["available"], "price": cents(variant["price"])}
    return found


def _address(raw: Raw) -> list[str]:
    street = ", ".join(part for part in (raw["address1"], raw["address2"]) if part)
    return [street, raw["city"], raw["state"], raw["zip"], _COUNTRY.get(raw["country"], raw["country"])]


def _exchange(raw: Raw | None) -> Raw | None:
    return {**raw, "pairs": [list(pair) for pair in raw["pairs"]]} if raw else None


def _ours(conn: sqlite3.Connection) -> Raw:
    found: Raw = {}
    lines, payments, refunds, cases = (
        _grouped(conn, f"demo_{name}", "order_id") for name in ("line", "payment", "refund", "case")
    )
    for row in _rows(conn, "demo_order"):
        number = row["id"]
        parts = (lines.get(number, []), cases.get(number, []), refunds.get(number, []))
        done = [r for r in parts[2] if r["case_id"] is None and r["state"] != "failed"]
        money = [["payment", p["amount"], p["way_id"]] for p in payments.get(number, [])]
        money += [["refund", r["amount"], r["way_id"]] for r in done]
        found[f"order {number}"] = {
            "user": row["customer_id"],
            "state": _state(row, parts[1]),
            "reason": _REASONS.get(row["cancel_reason"] or "", row["cancel_reason"] or ""),
            "to": _to(row, "to_"),
            "items": sorted([x["product_id"], x["variant_id"], x["unit_price"]] for x in parts[0]),
            "money": sorted(money),
            "return": _case("return", *parts),
            "exchange": _case("exchange", *parts),
        }
    ways, homes = _grouped(conn, "demo_way", "customer_id"), _grouped(conn, "demo_customer_address", "customer_id")
    for row in _rows(conn, "demo_customer"):
        found[f"user {row['id']}"] = {
            "to": _to(homes[row["id"]][0], ""),
            "ways": sorted([w["id"], w["balance"]] for w in ways.get(row["id"], [])),
        }
    for row in _rows(conn, "demo_variant"):
        found[f"item {row['id']}"] = {"available": row["stock"] > 0, "price": row["price"]}
    return found


def _state(row: sqlite3.Row, cases: list[sqlite3.Row]) -> str:
    if cases:
        return f"{cases[-1]['kind']} requested"
    state = _STATES.get(row["state"], row["state"])
    return f"{state} (item modified)" if row["item_changes"] and state == "pending" else str(state)


def _case(kind: str, lines: list[Any], cases: list[Any], refunds: list[Any]) -> Raw | None:
    case = next((case for case in cases if case["kind"] == kind), None)
    if case is None:
        return None
    held = {line["id"]: line["variant_id"] for line in lines}
    olds = [held[line_id] for line_id in json.loads(case["line_ids"])]
    back = [r for r in refunds if r["case_id"] == case["id"]]
    amount = sum(r["amount"] for r in back)
    way = case["way_id"] or next((r["way_id"] for r in back), None)
    if any(r["way_id"] != way for r in back):
        way = f"{way} and others"
    if kind == "return":
        return {"items": sorted(olds), "way": way, "refund": amount}
    pairs = sorted(zip(olds, json.loads(case["new_variant_ids"]), strict=True))
    return {"pairs": [list(pair) for pair in pairs], "way": way, "difference": (case["extra"] or 0) - amount}


def _to(row: sqlite3.Row, prefix: str) -> list[str]:
    return [row[f"{prefix}{part}"] for part in ("street", "city", "region", "postcode", "country")]


def _rows(conn: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    yield from conn.execute(f"SELECT * FROM {table} WHERE shop_id = ?", (SHOP,))  # noqa: S608 - our own names


def _grouped(conn: sqlite3.Connection, table: str, owner: str) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in sorted(_rows(conn, table), key=lambda row: row["place"]):
        found.setdefault(row[owner], []).append(row)
    return found
