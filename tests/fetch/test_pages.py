"""S8: no address given by a stranger leads into a private network; no page takes more than its share."""

import asyncio
import datetime
import gzip
import ipaddress
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.fetch.loopback import HOME, Canary, Names, Site, answer, listening, moved, serving

from xiaoer.fetch.addresses import is_public, system_resolver
from xiaoer.fetch.pages import Caps, Fetcher, Page, Reason, Refusal

HTML = b"<html><body>Delivery costs 8.</body></html>"


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    async with listening() as found:
        yield found


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site({"/": answer(HTML, kind="text/html; charset=GBK")})) as found:
        yield found


def fetcher(site: Site, names: Names | None = None, **caps: float) -> Fetcher:
    """May call the site's own address and port, and no other of this machine."""
    limits = Caps(seconds=caps.get("seconds", 10.0), body_bytes=int(caps.get("body_bytes", 1_000_000)))
    return Fetcher(resolver=names or Names(shop_test=[[HOME]]), caps=limits, also=site.here)


def why(found: Page | Refusal) -> Reason:
    assert isinstance(found, Refusal)
    return found.reason


# --- a page ------------------------------------------------------------------------------------


async def test_a_page_is_fetched_by_its_name_at_the_address_that_was_looked_at(site):
    names = Names(shop_test=[[HOME]])
    page = await fetcher(site, names).page(site.url("/"))
    assert page == Page(site.url("/"), "text/html", HTML, "gbk")
    assert names.asked["shop.test"] == 1
    head = site.asked[0][1].lower()
    assert f"\r\nhost: shop.test:{site.port}\r\n" in head
    assert "\r\nuser-agent: xiaoer/" in head


async def test_a_proxy_in_the_environment_is_not_used(site, canary, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{HOME}:{canary.port}")
    assert isinstance(await fetcher(site).page(site.url("/")), Page)
    assert canary.calls == 0


async def test_of_several_addresses_the_next_one_is_tried_when_nobody_answers(site):
    here = Fetcher(
        resolver=Names(shop_test=[["127.0.0.2", HOME]]), also=[("127.0.0.2", site.port), (HOME, site.port)]
    )
    assert isinstance(await here.page(site.url("/")), Page)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_last_address_is_told(site, status):
    site.answers["/old"] = moved("/", status)
    page = await fetcher(site).page(site.url("/old#top"))
    assert isinstance(page, Page)
    assert page.url == site.url("/")


async def test_redirects_without_end_are_left(site):
    site.answers["/loop"] = moved("/loop")
    assert why(await fetcher(site).page(site.url("/loop"))) is Reason.REDIRECTS
    assert len(site.asked) == 6


async def test_no_cookie_is_kept_from_one_hop_to_the_next(site):
    site.answers["/old"] = answer(status=302, location="/", set_cookie="who=me; Path=/")
    await fetcher(site).page(site.url("/old"))
    assert "cookie" not in site.asked[1][1].lower()


@pytest.mark.parametrize("status", [204, 401, 404, 500])
async def test_a_status_other_than_200_is_told(site, status):
    site.answers["/x"] = answer(HTML if status != 204 else b"", status=status)
    assert await fetcher(site).page(site.url("/x")) == Refusal(site.url("/x"), Reason.STATUS, str(status))


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "application/javascript", "application/zip", "text/css", ""]
)
async def test_what_is_no_text_is_not_taken(site, kind):
    site.answers["/x"] = answer(b"x", kind=kind)
    assert why(await fetcher(site).page(site.url("/x"))) is Reason.CONTENT_TYPE


async def test_a_host_without_address_is_told(site):
    assert why(await fetcher(site).page("http://nowhere.test/")) is Reason.NO_HOST


async def test_a_server_that_speaks_something_else_is_told(site):
    site.answers["/x"] = b"220 mail.test ESMTP\r\n"
    assert why(await fetcher(site).page(site.url("/x"))) is Reason.UNREACHABLE


# --- private networks --------------------------------------------------------------------------

FORMS = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::]:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://shop.localhost:{port}/",
    "http://loopback.test:{port}/",
    "http://mapped.test:{port}/",
    "http://mixed.test:{port}/",
]


@pytest.mark.parametrize("form", FORMS)
async def test_no_way_of_writing_this_machine_calls_it(canary, form):
    """The canary's port is allowed: it is the address alone that keeps us from calling."""
    names = Names(
        loopback_test=[[HOME]], mapped_test=[["::ffff:127.0.0.1"]], mixed_test=[["93.184.215.14", HOME]]
    )
    here = Fetcher(resolver=names, also=[("203.0.113.1", canary.port)])
    assert why(await here.page(form.format(port=canary.port))) in (Reason.PRIVATE, Reason.BAD_URL)
    assert canary.calls == 0


async def test_the_machine_s_own_resolver_leads_nowhere_either(canary):
    """Whatever this machine calls itself: system_resolver reads numbers as inet_aton does."""
    here = Fetcher(resolver=system_resolver, also=[("203.0.113.1", canary.port)])
    for host in ("localhost", "2130706433", "0x7f.1", "127.1", HOME):
        assert why(await here.page(f"http://{host}:{canary.port}/")) is Reason.PRIVATE
    assert canary.calls == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://metadata/computeMetadata/v1/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://instance-data/latest/meta-data/",
        "http://100.100.100.200/latest/meta-data/",
        "http://169.254.170.2/v2/credentials",
        "http://192.0.0.192/opc/v1/instance/",
        "http://metadata.test/",
    ],
)
async def test_the_metadata_of_a_cloud_is_not_read(url):
    here = Fetcher(resolver=Names(metadata_test=[["169.254.169.254"]]))
    assert why(await here.page(url)) is Reason.PRIVATE


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", Reason.SCHEME),
        ("gopher://shop.test/_x", Reason.SCHEME),
        ("ftp://shop.test/", Reason.SCHEME),
        ("dict://shop.test:11211/stat", Reason.SCHEME),
        ("javascript:alert(1)", Reason.SCHEME),
        ("//shop.test/", Reason.SCHEME),
        ("shop.test", Reason.SCHEME),
        ("", Reason.SCHEME),
        ("http://user@shop.test/", Reason.USER_INFO),
        ("http://user:word@shop.test/", Reason.USER_INFO),
        ("http://shop.test@127.0.0.1/", Reason.USER_INFO),
        ("http://@shop.test/", Reason.USER_INFO),
        ("http://shop.test:22/", Reason.PORT),
        ("http://shop.test:6379/", Reason.PORT),
        ("https://shop.test:8443/", Reason.PORT),
        ("http://shop.test\\@127.0.0.1/", Reason.BAD_URL),
        ("http://127.0.0.1\t.shop.test/", Reason.BAD_URL),
        ("http://shop.test/\r\nHost: other.test", Reason.BAD_URL),
        ("http://shop.test/\0", Reason.BAD_URL),
        ("http:///path", Reason.BAD_URL),
        ("http://[::1/", Reason.BAD_URL),
        ("http://shop.test:99999/", Reason.PORT),
        ("http://shop.test/" + "x" * 2_000, Reason.BAD_URL),
    ],
)
async def test_an_address_of_another_kind_is_refused_before_anybody_is_asked(url, reason):
    names = Names(shop_test=[["93.184.215.14"]])
    assert why(await Fetcher(resolver=names).page(url)) is reason
    assert not names.asked


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/",
        "http://[::1]:{port}/",
        "http://inner.test:{port}/",
        "//inner.test:{port}/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "http://user@shop.test/",
        "gopher://shop.test:{port}/",
    ],
)
async def test_a_redirect_is_looked_at_like_the_first_address(site, canary, to):
    names = Names(shop_test=[[HOME]], inner_test=[["127.0.0.1"]])
    here = Fetcher(resolver=names, also=[*site.here, ("203.0.113.1", canary.port)])
    site.answers["/old"] = moved(to.format(port=canary.port))
    found = await here.page(site.url("/old"))
    assert isinstance(found, Refusal)
    assert found.url == site.url("/old")
    assert found.reason in (Reason.PRIVATE, Reason.SCHEME, Reason.USER_INFO)
    assert canary.calls == 0


async def test_a_name_that_changes_its_address_is_asked_once_and_called_where_it_was(site, canary):
    """DNS rebinding: public when it is looked at, this machine when it is called."""
    names = Names(shop_test=[[HOME], ["127.0.0.2"], ["127.0.0.2"]])
    assert isinstance(await fetcher(site, names).page(site.url("/")), Page)
    assert names.asked["shop.test"] == 1
    assert canary.calls == 0


async def test_a_name_that_changes_between_two_hops_is_refused_at_the_second(site):
    names = Names(shop_test=[[HOME], ["127.0.0.2"]])
    site.answers["/old"] = moved("/")
    assert why(await fetcher(site, names).page(site.url("/old"))) is Reason.PRIVATE
    assert site.paths == ["/old"]


PRIVATE = [
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16",
    "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
]


@given(st.sampled_from(" ".join(PRIVATE).split()), st.integers(min_value=0))
def test_no_address_of_a_private_network_is_public_however_it_is_wrapped(network, place):
    net = ipaddress.IPv4Network(network)
    inner = net[place % net.num_addresses]
    number = int(inner)
    wrapped = [
        str(inner),
        f"::ffff:{inner}",
        f"::{inner}",
        f"64:ff9b::{inner}",
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))),
        str(ipaddress.IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF))),
    ]
    assert not any(map(is_public, wrapped))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_web_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "64:ff9b:1::808:808", "", "x"]
)
def test_other_addresses_of_ipv6_are_not(address):
    assert not is_public(address)


# --- slow, endless, packed ---------------------------------------------------------------------


async def _forever(writer: asyncio.StreamWriter, chunk: bytes, head: bytes) -> None:
    writer.write(head)
    while True:
        writer.write(chunk)
        await writer.drain()


async def test_a_body_without_end_is_cut_off_at_the_cap(site):
    async def endless(writer: asyncio.StreamWriter) -> None:
        await _forever(writer, b"x" * 10_000, b"HTTP/1.1 200 -\r\ncontent-type: text/html\r\n\r\n")

    site.answers["/x"] = endless
    assert why(await fetcher(site, body_bytes=50_000).page(site.url("/x"))) is Reason.TOO_LARGE


async def test_headers_without_end_are_no_page(site):
    async def endless(writer: asyncio.StreamWriter) -> None:
        await _forever(writer, b"x-y: z\r\n" * 1_000, b"HTTP/1.1 200 -\r\n")

    site.answers["/x"] = endless
    assert why(await fetcher(site).page(site.url("/x"))) is Reason.UNREACHABLE


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 -\r\ncontent-type: text/html\r\n\r\nbegun"])
async def test_a_server_that_says_no_more_is_left_in_time(site, head):
    stop = asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()
        await stop.wait()

    site.answers["/x"] = silent
    assert why(await fetcher(site, seconds=0.2).page(site.url("/x"))) is Reason.TOO_SLOW


async def test_a_server_that_drips_is_left_in_time(site):
    """Each drop comes well within any time between two reads: it is the whole that is limited."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 -\r\ncontent-type: text/html\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    site.answers["/x"] = drip
    assert why(await fetcher(site, seconds=0.3).page(site.url("/x"))) is Reason.TOO_SLOW


async def test_redirects_share_the_time_of_one_page(site):
    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(moved("/loop"))

    site.answers["/loop"] = slowly
    assert why(await fetcher(site, seconds=0.4).page(site.url("/loop"))) is Reason.TOO_SLOW


async def test_a_name_server_that_never_answers_is_left_in_time():
    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    here = Fetcher(resolver=never, caps=Caps(seconds=0.1))
    assert why(await here.page("http://shop.test/")) is Reason.TOO_SLOW


async def test_a_packed_page_is_unpacked(site):
    site.answers["/x"] = answer(gzip.compress(HTML), content_encoding="gzip")
    page = await fetcher(site).page(site.url("/x"))
    assert isinstance(page, Page)
    assert page.body == HTML


async def test_a_bomb_of_gzip_is_counted_as_it_unpacks(site):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    site.answers["/x"] = answer(bomb, content_encoding="gzip")
    here = fetcher(site, body_bytes=1_000_000)
    tracemalloc.start()
    try:
        assert why(await here.page(site.url("/x"))) is Reason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packed", ["br", "zstd", "deflate", "gzip, gzip", "x"])
async def test_what_is_packed_in_another_way_is_not_unpacked(site, packed):
    site.answers["/x"] = answer(b"x", content_encoding=packed)
    assert why(await fetcher(site).page(site.url("/x"))) is Reason.ENCODING


async def test_broken_gzip_is_told(site):
    site.answers["/x"] = answer(b"not packed", content_encoding="gzip")
    assert why(await fetcher(site).page(site.url("/x"))) is Reason.ENCODING


# --- TLS ---------------------------------------------------------------------------------------


def _contexts(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that proves to be `name`, and a client that believes its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(("proves", "fetched"), [("shop.test", True), ("other.test", False)])
async def test_the_certificate_must_be_of_the_name_though_an_address_is_called(tmp_path, proves, fetched):
    server, client = _contexts(tmp_path, proves)
    async with serving(Site({"/": answer(HTML)}), tls=server) as site:
        here = Fetcher(resolver=Names(shop_test=[[HOME]]), also=site.here, tls=client)
        found = await here.page(site.url("/", scheme="https"))
        assert isinstance(found, Page) is fetched
        assert len(site.asked) == (1 if fetched else 0)


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    server, _ = _contexts(tmp_path, "shop.test")
    async with serving(Site({"/": answer(HTML)}), tls=server) as site:
        here = Fetcher(resolver=Names(shop_test=[[HOME]]), also=site.here)
        assert why(await here.page(site.url("/", scheme="https"))) is Reason.UNREACHABLE
