"""robots.txt (RFC 9309): what a site asks programs not to fetch, and how fast they may go."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from xiaoer.fetch.pages import AGENT, Fetcher, Page, Reason, Refusal

_MOST_BYTES = 500_000  # RFC 9309 2.5: at least so much is read; the rest is not
_SLOWEST_S = 10.0
_TYPES = frozenset({"text/plain", "text/html", "application/octet-stream", ""})
_SERVER_ERROR = "5"


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one site. `parser` None: everything is allowed, or (`closed`) nothing is."""

    parser: RobotFileParser | None = None
    closed: str = ""

    def allow(self, url: str) -> bool:
        return not self.closed and (self.parser is None or self.parser.can_fetch(AGENT, url))

    @property
    def delay_s(self) -> float:
        """Between two pages; a site that asks for more than ten seconds is given ten."""
        if self.parser is None:
            return 0.0
        rate = self.parser.request_rate(AGENT)
        asked = float(self.parser.crawl_delay(AGENT) or 0)
        return min(_SLOWEST_S, max(asked, rate.seconds / rate.requests if rate and rate.requests else 0.0))


def site_of(url: str) -> str:
    """https://shop.example:8443, in small letters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def rules_of(site: str, fetcher: Fetcher) -> Rules:
    """No file: all is allowed. A site that cannot be reached or is broken: nothing is (RFC 9309 2.3.1)."""
    found = await fetcher.page(f"{site}/robots.txt", accept=_TYPES)
    if isinstance(found, Page):
        return Rules(_parsed(found.body[:_MOST_BYTES]))
    return Rules() if _is_absent(found) else Rules(closed=f"{found.reason.value} {found.detail}".strip())


def _is_absent(no: Refusal) -> bool:
    if no.reason is Reason.STATUS:
        return not no.detail.startswith(_SERVER_ERROR)
    return no.reason in (Reason.CONTENT_TYPE, Reason.REDIRECTS, Reason.ENCODING)


def _parsed(body: bytes) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(body.decode("utf-8-sig", "replace").splitlines())
    return parser
