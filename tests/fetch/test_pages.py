"""What is fetched, and that no page takes more than its share of time and memory."""

import asyncio
import datetime
import gzip
import ssl
import tracemalloc
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.fetch.loopback import HOME, HTML, Names, Site, answer, fetcher, moved, serving, why

from xiaoer.fetch.pages import Caps, Fetcher, Page, Reason, Refusal

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
