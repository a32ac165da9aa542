"""Answers that do not come, or not whole: the faults of the connection.

Belongs here: sending an answer as a request's fault has it. Does not belong here: what the answers say (`app`).
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.udir_stub.errors import Refused
from tests.udir_stub.faults import TRANSPORT, Faults

JSON = "application/json; charset=utf-8"
_ELSEWHERE = "http://et-annet-sted.invalid/flyttet"


class Broken:
    """Sends what the application answers, unless the request meets a fault of the transport."""

    def __init__(self, app: ASGIApp, faults: Faults, over: asyncio.Event) -> None:
        self.app = app
        self.faults = faults
        self.over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.meets(target_of(scope), *TRANSPORT)
        kind = fault.kind if fault else ""
        if fault is None:
            await self.app(scope, receive, send)
        elif kind == "delay":
            await asyncio.sleep(float(fault.detail or "1"))
            await self.app(scope, receive, send)
        elif kind == "status":
            status = int(fault.detail or "500")
            body = Refused(status, "Uventet feil", "Noe gikk galt hos oss.").body.encode()
            headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
            answer = Response(fault.body if fault.body is not None else body, status, headers, media_type=JSON)
            await answer(scope, receive, send)
        elif kind == "redirect":
            await Response(b"", 302, {"location": fault.detail or _ELSEWHERE})(scope, receive, send)
        elif kind == "content_type":
            page = b"<!DOCTYPE html><html><body>Vi har det litt travelt. Kom tilbake senere.</body></html>"
            await Response(fault.body or page, media_type="text/html; charset=utf-8")(scope, receive, send)
        else:
            await self._half(kind, scope, receive, send)

    async def _half(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer cut off in the middle: as a whole answer, or as one that does not end."""
        start: dict[str, Any] = {}
        body = bytearray()

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, keep)
        half = bytes(body[: len(body) // 2])
        if kind == "truncated_json":
            start["headers"] = [
                (name, str(len(half)).encode() if name == b"content-length" else value)
                for name, value in start["headers"]
            ]
        await send(start)
        await send({"type": "http.response.body", "body": half, "more_body": kind != "truncated_json"})
        if kind == "stall":
            gone = asyncio.create_task(_until_gone(receive))
            over = asyncio.create_task(self.over.wait())
            await asyncio.wait({gone, over}, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            over.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def target_of(scope: Scope) -> str:
    """`path?query` as it was sent."""
    query = scope["query_string"].decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    return f"{path}?{query}" if query else path
