"""Pages of a sitemap: those of its own host, as robots.txt allows, one at a time."""

import asyncio
import gzip

import pytest
from tests.fetch.loopback import HOME, HTML, Names, Site, answer, listening, moved

from xiaoer.fetch.pages import Caps, Fetcher, Page, Reason, Refusal
from xiaoer.fetch.sitemap import MOST_PAGES, Crawler


class Waited:
    """A sleep that does not sleep."""

    def __init__(self) -> None:
        self.times: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.times.append(seconds)


def sitemap(*addresses: str, root: str = "urlset", inner: str = "url") -> bytes:
    listed = "".join(f"<{inner}><loc>{address}</loc></{inner}>" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</{root}>'.encode()


def index(*addresses: str) -> bytes:
    return sitemap(*addresses, root="sitemapindex", inner="sitemap")


def xml(body: bytes) -> bytes:
    return answer(body, kind="application/xml")


def lay(site: Site, *paths: str) -> None:
    site.answers |= {path: answer(HTML) for path in paths}


async def crawl(site: Site, url: str, waited: Waited | None = None, **more: object) -> list[Page | Refusal]:
    names = Names(shop_test=[[HOME]], other_test=[[HOME]])
    fetcher = Fetcher(resolver=names, caps=Caps(seconds=10, body_bytes=2_000_000), also=site.here)
    crawler = Crawler(fetcher, sleep=waited or Waited(), **more)  # type: ignore[arg-type]
    return [found async for found in crawler.crawl(url)]


def fetched(found: list[Page | Refusal], site: Site) -> list[str]:
    return [page.url.removeprefix(site.url("")) for page in found if isinstance(page, Page)]


def refused(found: list[Page | Refusal], site: Site) -> list[tuple[str, Reason]]:
    return [(no.url.removeprefix(site.url("")), no.reason) for no in found if isinstance(no, Refusal)]


async def test_a_single_page_comes_alone(site):
    lay(site, "/faq")
    assert fetched(await crawl(site, site.url("/faq")), site) == ["/faq"]
    assert site.paths == ["/robots.txt", "/faq"]


async def test_the_pages_of_a_sitemap_come_in_their_order_and_once(site):
    lay(site, "/a", "/b")
    urls = [site.url(path) for path in ("/b", "/a", "/b")]
    site.answers["/sitemap.xml"] = xml(sitemap(*urls))
    told: list[tuple[int, int | None, str]] = []
    found = await crawl(
        site, site.url("/sitemap.xml"), progress=lambda done, total, what: told.append((done, total, what))
    )
    assert fetched(found, site) == ["/b", "/a"]
    assert told[-2:] == [(1, 2, site.url("/b")), (2, 2, site.url("/a"))]
    assert site.paths.count("/robots.txt") == 1


async def test_an_index_leads_to_its_sitemaps_packed_ones_too(site):
    lay(site, "/a", "/b", "/c")
    site.answers["/index.xml"] = xml(index(site.url("/1.xml"), site.url("/2.xml.gz"), site.url("/gone.xml")))
    site.answers["/1.xml"] = answer(sitemap(site.url("/a")), kind="text/xml")
    site.answers["/2.xml.gz"] = answer(gzip.compress(sitemap(site.url("/b"))), kind="application/x-gzip")
    found = await crawl(site, site.url("/index.xml"))
    assert fetched(found, site) == ["/a", "/b"]
    assert refused(found, site) == [("/gone.xml", Reason.STATUS)]


async def test_indexes_that_lead_to_each_other_come_to_an_end(site):
    site.answers["/index.xml"] = xml(index(*[site.url("/index.xml")] * 3, site.url("/other.xml")))
    site.answers["/other.xml"] = xml(index(site.url("/index.xml")))
    assert await crawl(site, site.url("/index.xml")) == []
    assert len(site.asked) < 20


async def test_an_index_of_very_many_sitemaps_is_read_in_part(site):
    site.answers["/index.xml"] = xml(index(*(site.url(f"/{n}.xml") for n in range(80))))
    site.answers |= {f"/{n}.xml": xml(sitemap()) for n in range(80)}
    found = await crawl(site, site.url("/index.xml"))
    assert refused(found, site) == [("/49.xml", Reason.TOO_MANY)]


async def test_pages_of_another_host_are_not_fetched(site):
    lay(site, "/a")
    elsewhere = [
        site.url("/b", host="other.test"),
        f"http://{HOME}:{site.port}/c",
        site.url("/d", scheme="https"),
    ]
    site.answers["/sitemap.xml"] = xml(sitemap(site.url("/a"), *elsewhere, "file:///etc/passwd"))
    found = await crawl(site, site.url("/sitemap.xml"))
    assert fetched(found, site) == ["/a"]
    assert [reason for _, reason in refused(found, site)] == [Reason.OTHER_HOST] * 4


async def test_a_listed_page_that_leads_elsewhere_is_not_followed(site):
    async with listening() as canary:
        site.answers["/a"] = moved(site.url("/b", host="other.test"))
        site.answers["/b"] = moved(f"http://{HOME}:{canary.port}/")
        site.answers["/sitemap.xml"] = xml(sitemap(site.url("/a"), site.url("/b")))
        found = await crawl(site, site.url("/sitemap.xml"))
        assert refused(found, site) == [("/a", Reason.OTHER_HOST), ("/b", Reason.PORT)]
        assert canary.calls == 0


async def test_more_pages_than_are_fetched_at_once_are_told(site, monkeypatch):
    monkeypatch.setattr("xiaoer.fetch.sitemap.MOST_PAGES", 3)
    lay(site, *(f"/{n}" for n in range(6)))
    site.answers["/sitemap.xml"] = xml(sitemap(*(site.url(f"/{n}") for n in range(6))))
    found = await crawl(site, site.url("/sitemap.xml"))
    assert fetched(found, site) == ["/0", "/1", "/2"]
    assert refused(found, site) == [("/3", Reason.TOO_MANY)]
    assert MOST_PAGES == 2_000


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset><url><loc>",
        b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
        b"<urlset>\xff\xfe</urlset>",
    ],
)
async def test_a_sitemap_that_is_broken_or_hostile_is_told(site, body):
    site.answers["/sitemap.xml"] = xml(body)
    assert refused(await crawl(site, site.url("/sitemap.xml")), site) == [
        ("/sitemap.xml", Reason.BAD_SITEMAP)
    ]


async def test_a_bomb_of_a_sitemap_is_not_unpacked(site):
    site.answers["/index.xml"] = xml(index(site.url("/bomb.xml.gz")))
    site.answers["/bomb.xml.gz"] = answer(gzip.compress(bytes(60_000_000)), kind="application/gzip")
    found = await crawl(site, site.url("/index.xml"))
    assert refused(found, site) == [("/bomb.xml.gz", Reason.BAD_SITEMAP)]


# --- robots.txt --------------------------------------------------------------------------------


def robots(text: str, status: int = 200) -> bytes:
    return answer(text.encode(), kind="text/plain", status=status)


async def test_what_robots_txt_asks_not_to_fetch_is_not_fetched(site):
    lay(site, "/a", "/private/b")
    site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /private/\n")
    site.answers["/sitemap.xml"] = xml(sitemap(site.url("/a"), site.url("/private/b")))
    found = await crawl(site, site.url("/sitemap.xml"))
    assert fetched(found, site) == ["/a"]
    assert refused(found, site) == [("/private/b", Reason.ROBOTS)]
    assert "/private/b" not in site.paths


async def test_our_own_name_in_robots_txt_counts_before_all_others(site):
    lay(site, "/a")
    site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /\n\nUser-agent: Xiaoer\nAllow: /\n")
    assert fetched(await crawl(site, site.url("/a")), site) == ["/a"]


async def test_a_redirect_to_what_is_not_allowed_is_not_followed(site):
    lay(site, "/private/b")
    site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /private/\n")
    site.answers["/a"] = moved("/private/b")
    assert refused(await crawl(site, site.url("/a")), site) == [("/a", Reason.ROBOTS)]
    assert "/private/b" not in site.paths


@pytest.mark.parametrize(("status", "taken"), [(404, True), (403, True), (500, False), (503, False)])
async def test_no_robots_txt_allows_all_and_a_broken_one_nothing(site, status, taken):
    lay(site, "/a")
    site.answers["/robots.txt"] = robots("", status)
    assert bool(fetched(await crawl(site, site.url("/a")), site)) is taken
    assert ("/a" in site.paths) is taken


@pytest.mark.parametrize(
    ("asked", "waits"),
    [("Crawl-delay: 3", 3.0), ("Crawl-delay: 600", 10.0), ("Request-rate: 1/5", 5.0), ("", None)],
)
async def test_between_pages_it_waits_as_long_as_it_is_asked_to_but_ten_seconds(site, asked, waits):
    lay(site, "/a", "/b")
    site.answers["/robots.txt"] = robots(f"User-agent: *\n{asked}\nDisallow: /x\n")
    site.answers["/sitemap.xml"] = xml(sitemap(site.url("/a"), site.url("/b")))
    waited = Waited()
    assert len(await crawl(site, site.url("/sitemap.xml"), waited)) == 2
    assert waited.times == ([waits] * 2 if waits else [])


async def test_one_page_is_asked_for_at_a_time(site):
    under_way, most = 0, 0

    async def page(writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        writer.write(answer(HTML))
        under_way -= 1

    site.answers |= {f"/{n}": page for n in range(5)}
    site.answers["/sitemap.xml"] = xml(sitemap(*(site.url(f"/{n}") for n in range(5))))
    assert len(await crawl(site, site.url("/sitemap.xml"))) == 5
    assert most == 1


async def test_robots_txt_of_a_private_host_is_not_asked_for(site):
    async with listening() as canary:
        names = Names(inner_test=[[HOME]])
        crawler = Crawler(Fetcher(resolver=names, also=[("203.0.113.1", canary.port)]))
        found = [f async for f in crawler.crawl(f"http://inner.test:{canary.port}/")]
        assert [no.reason for no in found if isinstance(no, Refusal)] == [Reason.PRIVATE]
        assert canary.calls == 0
