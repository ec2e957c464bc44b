"""The shop's tables against the raw files after the reference's writes: both in one plain form."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xiaoer.evaluate.tau.files import Database, Raw
from xiaoer.evaluate.tau.reference import cents

SHOP = "tau-retail"
_STATES = {"paid": "pending", "packed": "processed"}
_REASONS = {"no_longer_needed": "no longer needed", "ordered_by_mistake": "ordered by mistake"}
_COUNTRY = {"USA": "US"}


def differences(shop_file: Path, wanted: Database, *, since: "Pristine | None" = None) -> list[str]:
    """Everything in which the tables are not what they should be; empty: the databases are equal.

    `since`: a copy that was equal to the raw files; what has not changed from it is not read again.
    """
    with closing(sqlite3.connect(f"file:{shop_file}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        of = since.changed(conn, wanted) if since else None
        got, should = _ours(conn, of), _theirs(wanted, of)
    return [
        f"{key}: {got.get(key)} instead of {should.get(key)}"
        for key in sorted(got.keys() | should.keys())
        if got.get(key) != should.get(key)
    ]


@dataclass(frozen=True, slots=True)
class Pristine:
    """The shop as it was imported, and the raw files it was imported from."""

    file: Path
    raw: Database

    def changed(self, conn: sqlite3.Connection, wanted: Database) -> "Changed":
        """Orders, users and variants in which either side is not what it was."""
        conn.execute("ATTACH DATABASE ? AS pristine", (str(self.file),))
        found: dict[str, set[str]] = {}
        for table, owner in _OWNERS.items():
            both = (f"main.{table}", f"pristine.{table}")
            one, other = (f"SELECT * FROM {a} EXCEPT SELECT * FROM {b}" for a, b in (both, both[::-1]))  # noqa: S608
            rows = (row[owner] for part in (one, other) for row in conn.execute(part))
            found.setdefault(_KIND[owner] if owner != "id" else table, set()).update(rows)
        orders = {n for n, o in wanted.orders.items() if o != self.raw.orders[n]}
        users = {u for u, user in wanted.users.items() if user != self.raw.users[u]}
        return Changed(
            orders=found["order"] | found["demo_order"] | {n.removeprefix("#") for n in orders},
            users=found["user"] | found["demo_customer"] | users,
            items=found["demo_variant"],
        )


@dataclass(frozen=True, slots=True)
class Changed:
    orders: set[str]
    users: set[str]
    items: set[str]


_KIND = {"order_id": "order", "customer_id": "user"}
_OWNERS = {
    "demo_order": "id",
    "demo_line": "order_id",
    "demo_payment": "order_id",
    "demo_refund": "order_id",
    "demo_case": "order_id",
    "demo_parcel": "order_id",
    "demo_customer": "id",
    "demo_way": "customer_id",
    "demo_customer_address": "customer_id",
    "demo_variant": "id",
}


def _theirs(data: Database, of: Changed | None) -> Raw:
    found: Raw = {}
    for number, order in data.orders.items():
        if of is not None and number.removeprefix("#") not in of.orders:
            continue
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
    for user_id in data.users if of is None else of.users & data.users.keys():
        user = data.users[user_id]
        found[f"user {user_id}"] = {
            "to": _address(user["address"]),
            "ways": sorted(
                [w["id"], cents(w["balance"]) if "balance" in w else None]
                for w in user["payment_methods"].values()
            ),
        }
    for item_id, (_, variant) in data.variants().items() if of is None or of.items else ():
        if of is None or item_id in of.items:
            found[f"item {item_id}"] = {"available": variant["available"], "price": cents(variant["price"])}
    return found


def _address(raw: Raw) -> list[str]:
    street = ", ".join(part for part in (raw["address1"], raw["address2"]) if part)
    return [street, raw["city"], raw["state"], raw["zip"], _COUNTRY.get(raw["country"], raw["country"])]


def _exchange(raw: Raw | None) -> Raw | None:
    return {**raw, "pairs": [list(pair) for pair in raw["pairs"]]} if raw else None


def _ours(conn: sqlite3.Connection, of: Changed | None) -> Raw:
    orders, users, items = (of.orders, of.users, of.items) if of else (None, None, None)
    parts = [
        _grouped(conn, f"demo_{name}", "order_id", orders) for name in ("line", "case", "refund", "payment")
    ]
    found: Raw = {
        f"order {row['id']}": _order(row, *(part.get(row["id"], []) for part in parts))
        for row in _rows(conn, "demo_order", "id", orders)
    }
    ways = _grouped(conn, "demo_way", "customer_id", users)
    homes = _grouped(conn, "demo_customer_address", "customer_id", users)
    for row in _rows(conn, "demo_customer", "id", users):
        found[f"user {row['id']}"] = {
            "to": _to(homes[row["id"]][0], ""),
            "ways": sorted([w["id"], w["balance"]] for w in ways.get(row["id"], [])),
        }
    for row in _rows(conn, "demo_variant", "id", items):
        found[f"item {row['id']}"] = {"available": row["stock"] > 0, "price": row["price"]}
    return found


def _order(
    row: sqlite3.Row,
    lines: list[sqlite3.Row],
    cases: list[sqlite3.Row],
    refunds: list[sqlite3.Row],
    payments: list[sqlite3.Row],
) -> Raw:
    done = [r for r in refunds if r["case_id"] is None and r["state"] != "failed"]
    money = [["payment", p["amount"], p["way_id"]] for p in payments]
    money += [["refund", r["amount"], r["way_id"]] for r in done]
    return {
        "user": row["customer_id"],
        "state": _state(row, cases),
        "reason": _REASONS.get(row["cancel_reason"] or "", row["cancel_reason"] or ""),
        "to": _to(row, "to_"),
        "items": sorted([x["product_id"], x["variant_id"], x["unit_price"]] for x in lines),
        "money": sorted(money),
        "return": _case("return", lines, cases, refunds),
        "exchange": _case("exchange", lines, cases, refunds),
    }


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


def _rows(conn: sqlite3.Connection, table: str, owner: str, ids: set[str] | None) -> Iterator[sqlite3.Row]:
    query, given = f"SELECT * FROM main.{table} WHERE shop_id = ?", [SHOP]  # noqa: S608 - our own names
    if ids is not None:
        query += f" AND {owner} IN ({', '.join('?' * len(ids))})"
        given += sorted(ids)
    yield from conn.execute(query, given)


def _grouped(
    conn: sqlite3.Connection, table: str, owner: str, ids: set[str] | None
) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in sorted(_rows(conn, table, owner, ids), key=lambda row: row["place"]):
        found.setdefault(row[owner], []).append(row)
    return found
