"""Running the contract server on loopback, beside the test that uses it.

Belongs here: starting and stopping it, and what it has seen. Does not belong here: its answers (`app`).
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.udir_stub.app import PREFIXES, Interfaces
from tests.udir_stub.country import Country, country
from tests.udir_stub.export import LARGEST_PAGE
from tests.udir_stub.faults import Fault, Faults
from tests.udir_stub.transport import Broken, target_of

HOST = "127.0.0.1"
_START = 30.0  # seconds that starting may take
_STOP = 10.0


class StubServer:
    """The server, as a context: `with StubServer() as stub: …`.

    `years` restricts what is published to these school years, and `country` is served in place of the example;
    `page_size` is the largest page of the export API;
    `port` 0 takes a free one. `faults` may be changed while the server runs. `requests` are (path, query) as they came,
    `agents` the User-Agents that were seen, and `most_parallel` is how many requests were under way at once.
    """

    def __init__(
        self,
        years: tuple[str, ...] | None = None,
        *,
        page_size: int = LARGEST_PAGE,
        port: int = 0,
        faults: list[Fault] | None = None,
        country: Country | None = None,
    ) -> None:
        self._faults = Faults()
        self._faults.listed = list(faults or ())
        self.requests: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.most_parallel = 0
        self._under_way = 0
        self._country, self._years, self._page_size, self._port = country, years, page_size, port
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def faults(self) -> list[Fault]:
        """The faults in force."""
        return self._faults.listed

    @faults.setter
    def faults(self, listed: list[Fault]) -> None:
        self._faults.listed = listed

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://{HOST}:{self._port}"

    @property
    def rapport_url(self) -> str:
        """The base of the report API."""
        return self.url + PREFIXES["rapport"]

    @property
    def eksport_url(self) -> str:
        """The base of the export API."""
        return self.url + PREFIXES["eksport"]

    @property
    def klass_url(self) -> str:
        """The base of KLASS."""
        return self.url + PREFIXES["klass"]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead here."""
        return {
            "OPPFOLGING_UDIR_RAPPORT_URL": self.rapport_url,
            "OPPFOLGING_UDIR_EKSPORT_URL": self.eksport_url,
            "OPPFOLGING_KLASS_URL": self.klass_url,
        }

    def __enter__(self) -> StubServer:
        routes = Interfaces(self._country or country(self._years), self._faults, self._page_size).routes()
        app = Broken(Starlette(routes=routes), self._faults, self._over)
        config = uvicorn.Config(
            self._seen(app), log_level="critical", lifespan="off", access_log=False, timeout_graceful_shutdown=1
        )
        # With the protocol named, asyncio sends at once; else every small answer waits 40 ms for an acknowledgement.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, self._port))
        self._port = listening.getsockname()[1]
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(self._server, listening), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"contract server: found it not started after {_START:g} s; expected it to listen")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None and self._thread is not None and self._loop is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._server.should_exit = True
        self._thread.join(_STOP)

    def wait(self) -> None:
        """Serve until interrupted."""
        assert self._thread is not None
        while self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self, server: uvicorn.Server, listening: socket.socket) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await server.serve(sockets=[listening])

        asyncio.run(serve())

    def _seen(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            path, _, query = target_of(scope).partition("?")
            self.requests.append((path, query))
            self.agents.update(text.decode("latin-1") for name, text in scope["headers"] if name == b"user-agent")
            self._under_way += 1
            self.most_parallel = max(self.most_parallel, self._under_way)
            try:
                await app(scope, receive, send)
            finally:
                self._under_way -= 1

        return counted
