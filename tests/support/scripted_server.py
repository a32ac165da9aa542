"""A server on loopback that does what it is told, connection by connection: it answers, stalls, breaks off, drips.

Belongs here: behaviours on the wire and what was asked. Does not belong here: any interface's answers, or expectations.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

JSON = "application/json;charset=utf-8"
_TLS = b"\x16"  # what a client that speaks TLS begins with: no heading will come
# What a server does with a connection whose request it has read. The connection is closed after it.
Behaviour = Callable[[socket.socket, "ScriptedServer"], None]


@dataclass
class ScriptedServer:
    """One behaviour for each connection, in order; the last goes on for all that come after."""

    behaviours: list[Behaviour]
    port: int
    tls: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)  # the requests' headings, as they came
    most_at_once: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/svar"

    def header(self, name: str, number: int = 0) -> str | None:
        """A header of a request, counted from 0."""
        for line in self.asked[number].split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name:
                return value
        return None

    def accept(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                accepted = listener.accept()[0]
                threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        # A client that has gone away, or does not trust us, is what many tests are about.
        with suppress(OSError), accepted:
            connection = self.tls.wrap_socket(accepted, server_side=True) if self.tls else accepted
            with connection:
                heading = b""
                while b"\r\n\r\n" not in heading and not heading.startswith(_TLS):
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    heading += chunk
                with self._lock:
                    behaviour = self.behaviours[min(len(self.asked), len(self.behaviours) - 1)]
                    self.asked.append(heading.decode("latin-1"))
                    self._at_once += 1
                    self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    behaviour(connection, self)
                finally:
                    with self._lock:
                        self._at_once -= 1


@contextmanager
def serving(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """The server, listening; at the end nothing of it goes on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(list(behaviours), listener.getsockname()[1], tls)
        threading.Thread(target=server.accept, args=(listener,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            with suppress(OSError):  # wakes the accept that is waiting
                listener.shutdown(socket.SHUT_RDWR)


def heading(status: int, length: int | None, headers: Mapping[str, str] | None = None) -> bytes:
    """A status line and headers."""
    told = {"Content-Type": JSON, "Connection": "close", **(headers or {})}
    if length is not None:
        told["Content-Length"] = str(length)
    lines = [f"HTTP/1.1 {status} Noe", *(f"{name}: {value}" for name, value in told.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> Behaviour:
    """A whole answer. A header is named with underscores (`retry_after`); an empty one is left out."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda connection, _: connection.sendall(heading(status, len(body), named) + body)


def silent(connection: socket.socket, server: ScriptedServer) -> None:
    """Reads the request and says nothing."""
    server.over.wait(30)


def stall(sent: bytes, length: int) -> Behaviour:
    """Begins the body and then says nothing more."""

    def behaviour(connection: socket.socket, server: ScriptedServer) -> None:
        connection.sendall(heading(200, length) + sent)
        server.over.wait(30)

    return behaviour


def cut(sent: bytes, length: int) -> Behaviour:
    """Closes the connection in the middle of the body."""
    return lambda connection, _: connection.sendall(heading(200, length) + sent)


def hang_up(connection: socket.socket, server: ScriptedServer) -> None:
    """Closes the connection without a word."""


def drip(chunk: bytes, times: int, pause: float = 0.01) -> Behaviour:
    """Sends the body slowly, chunk by chunk."""

    def behaviour(connection: socket.socket, server: ScriptedServer) -> None:
        connection.sendall(heading(200, len(chunk) * times))
        for _ in range(times):
            connection.sendall(chunk)
            time.sleep(pause)

    return behaviour


def held(gate: threading.Barrier, body: bytes = b"{}") -> Behaviour:
    """Answers when as many connections as the gate counts have come, or it is clear that they will not."""

    def behaviour(connection: socket.socket, server: ScriptedServer) -> None:
        with suppress(threading.BrokenBarrierError):
            gate.wait()
        connection.sendall(heading(200, len(body)) + body)

    return behaviour
