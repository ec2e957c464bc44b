"""How fast one conversation may write, counted in this process: a stored count costs a commit each."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_KEYS = 50_000  # conversations counted at once; the longest silent is forgotten first


@dataclass(slots=True)
class Pacer:
    """At most `limit` in any `window_s` seconds, for each key. Only allowed ones count."""

    limit: int
    window_s: int
    _seen: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def allow(self, key: str, *, now: datetime) -> bool:
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)
        while times and times[0] <= now - timedelta(seconds=self.window_s):
            times.popleft()
        if len(times) >= self.limit:
            return False
        times.append(now)
        return True
