"""A page, or all pages of a sitemap (sitemaps.org), one at a time and as the site's robots.txt asks."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xiaoer.fetch.pages import PAGES, Fetcher, Page, Reason, Refusal
from xiaoer.fetch.robots import Rules, rules_of, site_of

Sleep = Callable[[float], Awaitable[None]]
Progress = Callable[[int, int | None, str], None]
"""(done, total or None, address): pages of a sitemap."""

MOST_PAGES = 2_000
_MOST_SITEMAPS = 50
_DEEPEST = 2  # an index of indexes
_XML = frozenset({"application/xml", "text/xml"})
_MAPS = PAGES | _XML | {"application/gzip", "application/x-gzip", "application/octet-stream"}
_GZIP = b"\x1f\x8b"
_MOST_BYTES = 20_000_000  # of a sitemap, unpacked


def _nobody(done: int, total: int | None, what: str) -> None:
    pass


class Crawler:
    """`sleep` waits between pages, as long as robots.txt says."""

    def __init__(
        self, fetcher: Fetcher, *, sleep: Sleep = asyncio.sleep, progress: Progress = _nobody
    ) -> None:
        self._fetcher = fetcher
        self._sleep, self._progress = sleep, progress
        self._rules: dict[str, Rules] = {}

    async def crawl(self, url: str) -> AsyncIterator[Page | Refusal]:
        """The page at `url`; if it is a sitemap, the pages it lists on its own host, at most MOST_PAGES.

        What is not fetched comes as a Refusal with its address.
        """
        first = await self._fetch(url, accept=_MAPS, site=None)
        if not isinstance(first, Page) or not _is_sitemap(first):
            yield _page_only(first)
            return
        listing = _Listing(site_of(first.url))
        async for found in self._listed(first, listing):
            yield found
        for done, address in enumerate(listing.pages, 1):
            await self._wait(listing.site)
            yield await self._fetch(address, accept=PAGES, site=listing.site)
            self._progress(done, len(listing.pages), address)

    async def _listed(self, first: Page, listing: "_Listing") -> AsyncIterator[Refusal]:
        """Fills the listing, from one sitemap after another."""
        waiting: list[tuple[Page | str, int]] = [(first, 0)]
        for read in range(_MOST_SITEMAPS):
            if not waiting:
                return
            page, depth = waiting.pop(0)
            if isinstance(page, str):
                await self._wait(listing.site)
                found = await self._fetch(page, accept=_MAPS, site=listing.site)
                if isinstance(found, Refusal):
                    yield found
                    continue
                page = found
            self._progress(read + 1, None, page.url)
            deeper, refused = listing.take(page, may_lead_on=depth < _DEEPEST)
            waiting += [(address, depth + 1) for address in deeper]
            for no in refused:
                yield no
        if waiting:
            yield Refusal(str(waiting[0][0]), Reason.TOO_MANY, str(_MOST_SITEMAPS))

    async def _wait(self, site: str) -> None:
        delay_s = (await self._rules_of(site)).delay_s
        if delay_s > 0:
            await self._sleep(delay_s)

    async def _fetch(self, url: str, *, accept: frozenset[str], site: str | None) -> Page | Refusal:
        """Every hop must be allowed by robots.txt of where it leads, and lie on `site` if there is one."""

        async def permit(hop: str) -> Refusal | None:
            if site is not None and site_of(hop) != site:
                return Refusal(hop, Reason.OTHER_HOST, site)
            rules = await self._rules_of(site_of(hop))
            return None if rules.allow(hop) else Refusal(hop, Reason.ROBOTS, rules.closed)

        return await self._fetcher.page(url, accept=accept, permit=permit)

    async def _rules_of(self, site: str) -> Rules:
        if site not in self._rules:
            self._rules[site] = await rules_of(site, self._fetcher)
        return self._rules[site]


def _page_only(found: Page | Refusal) -> Page | Refusal:
    if isinstance(found, Page) and found.content_type not in PAGES:
        return Refusal(found.url, Reason.CONTENT_TYPE, found.content_type)
    return found


# --- sitemaps ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Listing:
    """Pages on one site, each once, in the order of the sitemaps."""

    site: str
    pages: dict[str, None] = field(default_factory=dict)
    full: bool = False

    def take(self, page: Page, *, may_lead_on: bool) -> tuple[list[str], list[Refusal]]:
        """The sitemaps that this one leads to, and what of it is not taken."""
        root = _root(page.body)
        if isinstance(root, str):
            return [], [Refusal(page.url, Reason.BAD_SITEMAP, root)]
        addresses = [(e.text or "").strip() for e in root.iter() if _name(e) == "loc"]
        own = [address for address in addresses if site_of(address) == self.site]
        others = dict.fromkeys(a for a in addresses if a and site_of(a) != self.site)
        refused = [Refusal(a, Reason.OTHER_HOST, self.site) for a in list(others)[:MOST_PAGES]]
        if _name(root) == "sitemapindex":
            return (list(dict.fromkeys(own)) if may_lead_on else []), refused
        return [], [*refused, *self._add(own)]

    def _add(self, addresses: list[str]) -> list[Refusal]:
        for address in addresses:
            if len(self.pages) >= MOST_PAGES and address not in self.pages:
                first = not self.full  # of thousands that follow, one line
                self.full = True
                return [Refusal(address, Reason.TOO_MANY, str(MOST_PAGES))] if first else []
            self.pages[address] = None
        return []


def _is_sitemap(page: Page) -> bool:
    body = _unpacked(page.body)
    return body is not None and any(mark in body[:2_000] for mark in (b"<urlset", b"<sitemapindex"))


def _root(packed: bytes) -> Element | str:
    body = _unpacked(packed)
    if body is None:
        return "gzip"
    try:
        root = fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError) as error:
        return type(error).__name__
    return root if isinstance(root, Element) else "empty"


def _unpacked(body: bytes) -> bytes | None:
    """A sitemap may lie there as a .gz file; None if it is none, or a bomb."""
    if not body.startswith(_GZIP):
        return body
    try:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        unpacked = unpacker.decompress(body, _MOST_BYTES)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else unpacked


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
