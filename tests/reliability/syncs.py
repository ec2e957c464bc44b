"""R3: how often the disk is told to hold what it was given, and what a copy of the files holds in mid-load.

`writer`: a process of its own that receives messages and says which it has acknowledged.
"""

import asyncio
import sys
from pathlib import Path

from tests.shops.worlds import NOW

from xiaoer.domain.conversation import Inbound
from xiaoer.domain.ids import ShopId
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.words import Language
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store

# Counts what goes to the disk for good; the count is kept in a file that several threads may write.
COUNTER_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static void one(void) {
  const char *path = getenv("SYNCS");
  int f = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (f >= 0) { ssize_t n = write(f, ".", 1); (void)n; close(f); }
}
int fsync(int f) { int (*real)(int) = dlsym(RTLD_NEXT, "fsync"); one(); return real(f); }
int fdatasync(int f) { int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync"); one(); return real(f); }
"""


async def write(url: str, most: int) -> None:
    """One after another, so that no commit is shared."""
    async with await Store.open(url) as store:
        log = SqlConversations(store)
        actor = Actor(shop_id=ShopId("moonhill"), role=Role.CUSTOMER)
        talk = await log.open(actor, language=Language.ZH, time_zone="UTC", channel="web", now=NOW)
        for n in range(most):
            inbound = Inbound(conversation_id=talk.id, client_id=f"m{n}", text=f"{n} " + "x" * 500)
            await log.receive(inbound, now=NOW)
            sys.stdout.write(f"m{n}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(f"sqlite:///{Path(sys.argv[1])}", int(sys.argv[2])))
