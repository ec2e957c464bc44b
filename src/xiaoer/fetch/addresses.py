"""Which hosts and addresses may be called: those of the public internet, and nothing that leads elsewhere."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses; OSError if it has none. Asked once for each hop, and never again."""

_TIMEOUT_S = 5.0
_LONGEST_HOST = 253
# Names that lead into a network of one's own, whatever a resolver says. (A host of the web has a dot in it.)
_INNER = r"localhost|local|internal|intranet|lan|home|corp|private|home\.arpa"
_INNER_NAME = re.compile(rf"(?:.*\.)?(?:{_INNER})", re.ASCII)
_HOST = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)+", re.ASCII)
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.ASCII)  # to many resolvers 2130706433 and 0x7f.1 are 127.0.0.1
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # all that is assigned for the public so far
# What Python before 3.13 takes for public, against RFC 6890; 6to4 and Teredo among them.
_SPECIAL = [
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]


def is_public(text: str) -> bool:
    """Whether an address is of the public internet, and every IPv4 address that it carries within it too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return all(map(_is_public, _carried(address)))


def literal(host: str) -> str | None:
    """The address that a host of a URL is written as, if it is one; brackets and zones are no part of it."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return None


def is_name(host: str) -> bool:
    """A name of the public web: no number in disguise, no name of one's own network."""
    plain = host.lower()
    return (
        len(plain) <= _LONGEST_HOST
        and bool(_HOST.fullmatch(plain))
        and not _NUMBER.fullmatch(plain.rpartition(".")[2])
        and not _INNER_NAME.fullmatch(plain)
    )


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The machine's own. TimeoutError after five seconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_TIMEOUT_S):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _carried(address: Address) -> Iterator[Address]:
    """The address, or the ones that packets to it are sent on to."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is None and address not in _NAT64:
        yield address
    yield from _inner(address)


def _inner(address: ipaddress.IPv6Address) -> Iterator[Address]:
    """IPv4 in IPv6: mapped and compatible (RFC 4291), NAT64 (6052). 6to4 and Teredo are refused at all."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address in _COMPATIBLE or address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_public(address: Address) -> bool:
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    inner = address.is_private or address.is_link_local or not address.is_global
    special = any(address.version == net.version and address in net for net in _SPECIAL)
    known = isinstance(address, ipaddress.IPv4Address) or address in _PUBLIC_V6
    return known and not (odd or inner or special)
