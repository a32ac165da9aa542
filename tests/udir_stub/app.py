"""The addresses of the three interfaces.

Belongs here: addresses, and which answer goes with which. Does not belong here: what the answers say (`report_data`,
`export`, `klass`), how they may have changed (`moved`), and whether they come whole (`transport`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.udir_stub import export, klass
from tests.udir_stub.country import Country
from tests.udir_stub.errors import NotThere, Refused
from tests.udir_stub.faults import INTERFACE, Faults
from tests.udir_stub.moved import CHANGES, NEW_FILTER
from tests.udir_stub.report_data import report_data
from tests.udir_stub.report_pages import BASE, Page, page_text, pages
from tests.udir_stub.transport import JSON, target_of

PREFIXES = {"rapport": "/rapport/rest/v1", "eksport": "/eksport/rest/v2/Eksport", "klass": "/klass/v1"}
_MOVED_BY = 6  # what a version grows by when it moves
Answer = tuple[str, Any]  # its kind, and the document


class Interfaces:
    """The answers, one method an address. Each may be changed by a fault that the request meets."""

    def __init__(self, country: Country, faults: Faults, page_size: int) -> None:
        self.country = country
        self.faults = faults
        self.page_size = page_size
        self.pages = pages(country)
        self.tables = export.tables(country)

    def routes(self) -> list[Route]:
        """Every address."""
        report, exported, classes = PREFIXES["rapport"], PREFIXES["eksport"], PREFIXES["klass"]
        statistics = f"/rapport/{BASE}/{{gruppe}}/{{navn}}/{{hoved:int}}/{{under:int}}"
        handlers: dict[str, Callable[[Request], Answer]] = {
            f"{report}/Rapportside/{{kode}}": self.page,
            f"{statistics}/filterVerdier": self.report_values,
            f"{statistics}/data": self.report_figures,
            exported: self.table_list,
            f"{exported}/": self.table_list,
            f"{exported}/{{nummer:int}}/filterVerdier": self.table_values,
            f"{exported}/{{nummer:int}}/sideData": self.page_count,
            f"{exported}/{{nummer:int}}/data": self.rows,
            f"{classes}/classifications/{{nummer}}/codes.json": self.codes,
            f"{classes}/classifications/{{nummer}}/changes.json": self.changes,
        }
        return [Route(path, self._endpoint(handler)) for path, handler in handlers.items()]

    def _endpoint(self, handler: Callable[[Request], Answer]) -> Callable[[Request], Awaitable[Response]]:
        def answered(request: Request) -> Response:
            try:
                kind, document = handler(request)
            except (Refused, NotThere) as refused:
                return Response(refused.body, refused.status, media_type=JSON)
            for fault_kind in INTERFACE:
                change = CHANGES.get((fault_kind, kind))
                fault = self.faults.meets(target_of(request.scope), fault_kind) if change else None
                if change and fault:
                    document = change(document, fault.detail)
            if kind == "rader":
                content_type, text = export.as_text(document, request.query_params.get("format", "0"))
                return Response(text, media_type=content_type)
            text = page_text(document) if kind == "rapportside" else _json(document)
            return Response(text, media_type=JSON)

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(answered, request)

        return endpoint

    def _meets(self, request: Request, kind: str) -> bool:
        return self.faults.meets(target_of(request.scope), kind) is not None

    def _filter(self, request: Request) -> str | None:
        """The filter that is asked with; a new one is known where it is told of, and leaves everything in."""
        text = request.query_params.get("filter")
        fault = self.faults.meets(target_of(request.scope), "new_filter") if text else None
        return re.sub(rf"_?{fault.detail or NEW_FILTER}\([^)]*\)", "", text).strip("_") if text and fault else text

    def _version(self, request: Request, page: Page) -> tuple[int, int]:
        """The numbers in the page's addresses. A fault that names the page moves all of them."""
        main, below = page.version
        moved = self.faults.meets(f"{target_of(request.scope)} {page.kode}", "moved_version")
        return (main, below + _MOVED_BY) if moved else (main, below)

    def page(self, request: Request) -> Answer:
        """`Rapportside`."""
        page = self.pages.get(request.path_params["kode"])
        if page is None:
            raise Refused(404, "Ikke funnet", f"Fant ikke rapportside {request.path_params['kode']}")
        return "rapportside", page.page(self._version(request, page))

    def _page_at(self, request: Request) -> Page:
        place = request.path_params
        asked = (place["hoved"], place["under"])
        for page in self.pages.values():
            is_its_folder = page.folder == f"{place['gruppe']}/{place['navn']}" and asked[0] == page.version[0]
            if is_its_folder and asked == self._version(request, page):
                return page
        raise Refused(404, "Ikke funnet", "Fant ikke statistikken")

    def report_values(self, request: Request) -> Answer:
        """`filterVerdier` of a page."""
        return "filterverdier", self._page_at(request).values()

    def report_figures(self, request: Request) -> Answer:
        """`data` of a page."""
        page, query = self._page_at(request), request.query_params
        text = self._filter(request)
        if text and self._meets(request, "other_year"):
            years = sorted(page.years)
            for earlier, year in pairwise(years):  # oldest first: no year moves twice
                text = text.replace(f"{page.time}({page.time_id(year)})", f"{page.time}({page.time_id(earlier)})")
        with_codes = query.get("inkluderKoder", "false") == "true"
        return "pivot", report_data(page, text, query.get("radSti", "*.*"), with_codes)

    def table_list(self, request: Request) -> Answer:
        """The tables of the export API."""
        swap = {148: 150, 150: 148}
        fault = self.faults.meets(target_of(request.scope), "swapped_tables")
        shown = swap if fault and fault.detail == "beskrivelse" else {}
        return "tabeller", [
            {"EksportID": number, "Beskrivelse": self.tables[shown.get(number, number)].beskrivelse}
            for number in self.tables
        ]

    def _table(self, request: Request) -> export.Table:
        number = request.path_params["nummer"]
        if number in (148, 150) and self._meets(request, "swapped_tables"):
            number = 298 - number
        if number not in self.tables:
            raise Refused(404, "Ikke funnet", f"Fant ikke eksport {number}")
        return self.tables[number]

    def table_values(self, request: Request) -> Answer:
        """`filterVerdier` of a table."""
        return "filterverdier", self._table(request).values()

    def _size(self, request: Request) -> int:
        asked = request.query_params.get("antallRader", "")
        return min(int(asked), self.page_size) if asked.isdecimal() and int(asked) else self.page_size

    def page_count(self, request: Request) -> Answer:
        """`sideData`: for the page size that is asked for, or else the largest."""
        rows = self._table(request).rows(self._filter(request))
        return "sidedata", [{"JSONSider": export.page_count(len(rows), self._size(request))}]

    def rows(self, request: Request) -> Answer:
        """`data` of a table: one page."""
        query = request.query_params
        off = self._meets(request, "other_year")
        rows = self._table(request).rows(self._filter(request), one_year_off=off)
        number = int(query.get("sideNummer", "1"))
        if self._meets(request, "same_page"):
            number = 1
        return "rader", export.page_of(rows, number, self._size(request))

    def codes(self, request: Request) -> Answer:
        """`codes.json` of KLASS."""
        return "koder", klass.codes(self.country, request.path_params["nummer"], request.query_params)

    def changes(self, request: Request) -> Answer:
        """`changes.json` of KLASS."""
        return "endringer", klass.changes(self.country, request.path_params["nummer"], request.query_params)


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
