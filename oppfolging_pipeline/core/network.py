"""Where the live interfaces are, and how politely they are asked: what settings say and the HTTP layer keeps to.

Belongs here: addresses, what is loopback, pace and timeouts as values. Does not belong here: reading them from the
environment (`settings`), or any connection (`sources.http`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

# Only what every reader of addresses reads alike: no user, no query, no fragment, no escapes in the host.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{1,5})?(?P<path>/[\w.~%/-]*)?",
    re.ASCII,
)
_LOOPBACK = ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class Manners:
    """How the sources are asked. Seconds. `kontakt` goes into the User-Agent and is shown nowhere else.

    `pause`: between the starts of two requests; `tidsavbrudd`: how long one step of a request may take.
    """

    kontakt: str | None = field(default=None, repr=False)
    pause: float = 0.25
    tidsavbrudd: float = 120.0


@dataclass(frozen=True)
class Addresses:
    """The base addresses of the three interfaces, without a slash at the end."""

    rapport: str = "https://statistikkportalen.udir.no/api/rapportering/rest/v1"
    eksport: str = "https://api.statistikkbanken.udir.no/api/rest/v2/Eksport"
    klass: str = "https://data.ssb.no/api/klass/v1"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself: 127.0.0.0/8, ::1 (with or without brackets) or localhost."""
    bare = host.removeprefix("[").removesuffix("]").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        return bare == "localhost"
    return address in _LOOPBACK if address.version == 4 else address.compressed == "::1"


def address_fault(address: str) -> str | None:
    """What is wrong with the base address of an interface, in words that show nothing of it but its host; or None."""
    match = _ADDRESS.fullmatch(address)
    if match is not None and int((match["port"] or ":443")[1:]) in range(1, 65536):
        if match["scheme"] == "http" and not is_loopback(match["host"]):
            return f"plain http to {match['host']}"
        return None
    for sign, what in (("@", "a user or a password"), ("?", "a query"), ("#", "a fragment")):
        if sign in address:
            return f"an address with {what}"
    return "text that is no address"
