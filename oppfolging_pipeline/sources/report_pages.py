"""A page of the report API: where its figures are, which filters it takes, and the address of a school year.

Belongs here: reading a `Rapportside`, and writing a request. Does not belong here: asking (`report_api`), which values
the filters get (`report_choice`), or the figures (`pivot`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel, Field, TypeAdapter

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources import live
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN, shaped
from oppfolging_pipeline.sources.drift import DriftCollector
from oppfolging_pipeline.sources.report_filters import Aarsvalg

_ENDPOINT = re.compile(r"(?P<path>[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)/(?P<last>data|filterVerdier)")
_BEFORE_THE_VERSION = "rest/v1/Statistikk/"
_UNESCAPED = "()_*-."  # what a value of the query is written with


class _Element(BaseModel):
    dataEndepunkt: str
    gyldigeFiltre: list[str]


class _Rappside(BaseModel):
    rapportElementer: list[_Element] = Field(min_length=1)
    filterVerdiEndepunkt: str | None = None
    filterDefaultVerdier: dict[str, list[int]]


class _Answer(BaseModel):
    rappside: _Rappside


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True)
class Endpoints:
    """What a `Rapportside` says: relative paths of figures and filters, the filters it takes and their defaults."""

    data: str
    filterverdier: str
    filtre: tuple[str, ...]
    standard: Mapping[str, tuple[int, ...]]

    @property
    def versjon(self) -> str:
        """The part of the path that moves: `GSK/NasjonaleProever/4/1`."""
        return self.data.removeprefix(_BEFORE_THE_VERSION).removesuffix("/data")


@dataclass(frozen=True)
class Page:
    """A page, ready to be asked: `aar` are its school years with their choices; `filtre` the values of every filter but
    that of time. `sha256` are the digests of its `Rapportside` and its filters, in this order."""

    side: live.Side
    endpoints: Endpoints
    aar: Mapping[str, Aarsvalg]
    filtre: Mapping[str, tuple[int, ...]]
    sha256: tuple[str, str]

    def forelopig_by(self, skoleaar: str) -> str | None:
        """The digest of the filters when they call the school year preliminary, else None."""
        return self.sha256[1] if self.aar[skoleaar].forelopig else None

    def url(self, root: str, skoleaar: str) -> str:
        """The request for a school year: the same text for the same request. `root` ends without a slash."""
        values = {**self.filtre, self.side.tidsfilter: (self.aar[skoleaar].id,)}
        chosen = "_".join(f"{name}({'_'.join(map(str, values[name]))})" for name in sorted(values))
        query = f"filter={quote(chosen, _UNESCAPED)}&radSti={quote(self.side.radsti, _UNESCAPED)}&inkluderKoder=true"
        return f"{root}/{self.endpoints.data}?{query}"


def read_endpoints(document: object, file: str, sha256: str) -> Endpoints:
    """What an answered `Rapportside` says.

    Raises `DriftError` for another shape, and for an endpoint that is not a plain relative path with the expected last
    part (`versjon_flyttet`): an answer never chooses another host to ask.
    """
    page = shaped(_ANSWER, document, file, sha256).rappside
    element = page.rapportElementer[0]
    sibling = f"{element.dataEndepunkt.rpartition('/')[0]}/filterVerdier"
    found = DriftCollector()
    data = _endpoint(element.dataEndepunkt, "data", file, sha256, found)
    filters = _endpoint(page.filterVerdiEndepunkt or sibling, "filterVerdier", file, sha256, found)
    found.raise_if_critical()
    defaults = {name: tuple(values) for name, values in page.filterDefaultVerdier.items()}
    return Endpoints(data, filters, tuple(element.gyldigeFiltre), defaults)


def _endpoint(text: str, last: str, file: str, sha256: str, found: DriftCollector) -> str:
    match = _ENDPOINT.fullmatch(text)
    if match is None or match["last"] != last:
        expected = f"a path below the same address, such as {_BEFORE_THE_VERSION}GSK/NasjonaleProever/4/1/{last}"
        finding = Finding(file=file, found=f"the endpoint '{text}'", expected=expected, action=ASK_AGAIN)
        found.critical("versjon_flyttet", finding, sha256)
    return text
