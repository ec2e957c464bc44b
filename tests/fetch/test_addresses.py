"""S8: no address that a stranger gives leads into a private network, however it is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fetch.loopback import HOME, Names, fetcher, moved, why

from xiaoer.fetch.addresses import is_public, system_resolver
from xiaoer.fetch.pages import Fetcher, Page, Reason, Refusal

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
