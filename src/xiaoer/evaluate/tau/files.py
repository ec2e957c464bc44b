"""tau-bench retail as it lies on the disk: users, orders, products, and tasks with their listed writes."""

import gzip
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Raw = dict[str, Any]
Args = Mapping[str, Any]
NOW = datetime(2024, 5, 15, 19, 0, tzinfo=UTC)  # the day its customers speak
WRITES = frozenset(
    {
        "cancel_pending_order",
        "modify_pending_order_address",
        "modify_pending_order_payment",
        "modify_pending_order_items",
        "modify_user_address",
        "return_delivered_order_items",
        "exchange_delivered_order_items",
    }
)


@dataclass(frozen=True, slots=True)
class Write:
    name: str
    args: Args


@dataclass(frozen=True, slots=True)
class Task:
    id: str  # train-17
    user_id: str
    instruction: str
    writes: tuple[Write, ...]
    outputs: tuple[str, ...]  # what must be said to the customer


@dataclass(frozen=True, slots=True)
class Database:
    users: Raw
    orders: Raw
    products: Raw

    def copy_for(self, user_id: str) -> "Database":
        """A copy in which this user and their orders may be changed; nothing else is ever written to."""
        users = {**self.users, user_id: deepcopy(self.users[user_id])}
        orders = {n: deepcopy(o) if o["user_id"] == user_id else o for n, o in self.orders.items()}
        return Database(users, orders, self.products)

    def variants(self) -> dict[str, tuple[str, Raw]]:
        """item id -> its product's id, and the variant."""
        return {
            v["item_id"]: (p["product_id"], v) for p in self.products.values() for v in p["variants"].values()
        }


def database(folder: Path) -> Database:
    return Database(*(_json(folder, name) for name in ("users", "orders", "products")))


def tasks(folder: Path, *parts: str) -> Iterator[Task]:
    for part in parts or ("train", "dev"):
        for n, raw in enumerate(_json(folder, f"tasks_{part}")):
            writes = (Write(a["name"], a["kwargs"]) for a in raw["actions"] if a["name"] in WRITES)
            yield Task(
                f"{part}-{n}", raw["user_id"], raw["instruction"], tuple(writes), tuple(raw["outputs"])
            )


def _json(folder: Path, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    plain = folder / f"{name}.json"
    if plain.is_file():
        return json.loads(plain.read_text("utf-8"))
    with gzip.open(folder / f"{name}.json.gz", "rt", encoding="utf-8") as opened:
        return json.load(opened)
