"""What every test shares. The first thing: nothing leaves this machine."""

import gc
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.databases", "tests.turns.house"]

# Thousands of databases live for a test: in memory where there is room for them, else on the disk.
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # noqa: S108 - pytest makes folders of its own in it
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# Nobody's key: a model is asked only where a test has put one.
for _name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(_name, None)

# Other examples with every run; `--hypothesis-profile=thorough` tries many at once.
settings.register_profile("run", max_examples=30, deadline=None)  # speed belongs to benchmarks
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("run")


TOGETHER = ("tests/browser/", "tests/evaluate/test_own.py")


class Placed(LoadScopeScheduling):  # type: ignore[misc] # it ships no types
    """Each test goes to whichever worker is free; those of the browser all to one, which has it open, and
    those on the stage to one, where it is set.

    (xdist_group would say so, but xdist 3.8 marks a test's id in a way that pytest 9.2 does not see.)
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


gc.disable()  # until all is collected


def pytest_collection_finish() -> None:
    """What is there by now stays to the end, and a test leaves little: looking for garbage is dear."""
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Placed:
    return Placed(config, log)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Fails the test that calls out: being no Exception, `pytest.fail` is not swallowed on the way."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not is_loopback(str(address[0])):
            pytest.fail(f"a test tried to reach {address}: only this machine may be reached", pytrace=False)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
