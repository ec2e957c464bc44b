"""JSON files of a folder, plain or gzipped, no larger than a machine can bear."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

MOST_BYTES = 50_000_000  # of one file, unpacked


class NotThatShop(Exception):
    """The folder does not hold what it should; the message says so in both languages."""


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """The object in `name`.json or `name`.json.gz. NotThatShop if there is none, or it is something else."""
    plain, packed = folder / f"{name}.json", folder / f"{name}.json.gz"
    path = plain if plain.is_file() else packed
    if not path.is_file():
        raise NotThatShop(f"{folder} 里没有 {name}.json 或 {name}.json.gz / holds neither of them")
    try:
        with gzip.open(path) if path is packed else path.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotThatShop(f"{path} 读不出来 / cannot be read: {type(error).__name__}") from error
    if len(raw) > MOST_BYTES:
        raise NotThatShop(f"{path} 解开后超过 {MOST_BYTES} 字节 / is larger than that when unpacked")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotThatShop(f"{path} 不是 JSON / is not JSON") from error
    if not isinstance(found, dict):
        raise NotThatShop(f"{path} 应该是一个对象 / should be one JSON object")
    return found
