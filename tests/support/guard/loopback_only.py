"""No connection and no look-up beyond this machine: refused in this process and in every one that is forked from it.

Belongs here: the audit hook. Does not belong here: getting it into other interpreters (`sitecustomize`, conftest). Only
the standard library: it is the first thing that an interpreter imports. It sees what goes through Python's `socket`;
DuckDB, which could fetch extensions by itself, is kept offline by its own settings.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address

LOG = "LOOPBACK_ONLY_LOG"
_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKS_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
# None and "" are what a server binds to; the two others are names of this machine in every hosts file.
_HERE = {None, "", "localhost", "ip6-localhost"}


class LeftTheMachine(RuntimeError):
    """A test tried to. No `OSError`: code that forgives a source's silence must not forgive this."""


def is_here(host: object) -> bool:
    """Whether the host is this machine's loopback, by number or by name."""
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    if host in _HERE:
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def install() -> None:
    """Refuse from now on. A refusal is also written to the file that `LOOPBACK_ONLY_LOG` names, if any."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event in _CONNECTS:
        _check_address(event, arguments[0], arguments[1])
    elif event in _LOOKS_UP:
        asked = arguments[0]
        _check(event, asked[0] if isinstance(asked, tuple) else asked)


def _check_address(event: str, sock: object, address: object) -> None:
    family = getattr(sock, "family", None)
    if address is None or family in (socket.AF_UNIX, getattr(socket, "AF_NETLINK", None)):
        return  # on a socket that is connected already, to a file, or to the kernel
    _check(event, address[0] if isinstance(address, tuple) and address else address)


def _check(event: str, host: object) -> None:
    if is_here(host):
        return
    told = f"{event} {host!r} in process {os.getpid()}: {' '.join(sys.argv[:3])[:200]!r}"
    if log := os.environ.get(LOG):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 (pathlib costs every interpreter's start)
            file.write(told + "\n")
    raise LeftTheMachine(told)
