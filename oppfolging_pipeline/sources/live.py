"""The typed model of `live.yaml`: where the live interfaces are looked up and what must be there.

Belongs here: these declarations. Does not belong here: addresses and pace (settings), or measures (the catalogue).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Http(_Declared):
    """How a request is repeated, and where it ends. Seconds, bytes and counts."""

    forsok: int = Field(ge=1)
    ventetid: float = Field(gt=0)
    lengste_ventetid: float = Field(gt=0)
    forsok_i_alt: int = Field(ge=0)
    svarfrist: float = Field(gt=0)
    storste_svar: int = Field(gt=0)
    storste_dokument: int = Field(gt=0)
    omdirigeringer: int = Field(ge=0)
    gjenoppta_timer: float = Field(ge=0)
    gjenoppta_svar_minutter: float = Field(ge=0)


class Blikk(_Declared):
    """What is another for a look that must be quick, in place of the same fields of `Http`."""

    forsok: int = Field(ge=1)
    svarfrist: float = Field(gt=0)


Choice = tuple[str, ...] | Literal["katalog", "trinn"]
Kolonnenivaa = Literal["skoleaar", "prove", "trinn", "eierform", "kjonn", "maal"]


class Side(_Declared):
    """A page of the report API. `filtre` must be there, `kjente_filtre` may; any other filter is news.

    `kolonner`: what the levels of the columns' header are, in order. `valg`: the codes or names that the one choice of
    a filter may have, or which of them are chosen. `brytere`: filters that show (1) or hide (0) columns.
    """

    kode: str
    sist_kjent: str
    tidsfilter: str
    trinn: tuple[int, ...]
    radsti: str
    kolonner: tuple[Kolonnenivaa, ...]
    filtre: tuple[str, ...]
    kjente_filtre: tuple[str, ...]
    valg: dict[str, Choice]
    brytere: dict[str, int]


class Rapportkilde(_Declared):
    """A source of the report API: its pages make up a school year together."""

    sider: tuple[Side, ...]


class Rapport(_Declared):
    """The report API."""

    nasjonale_prover: Rapportkilde
    grunnskolepoeng: Rapportkilde


class Tabell(_Declared):
    """A table of the export API, known by its measures; id and name are hints.

    `valg`: the names that the one choice of a filter may have. `valg_der_det_finnes`: the same of filters that the
    table may lack. `valgfri`: nothing stops without it, and it says nothing of which years there are.
    """

    navn: str
    sist_kjent: int
    maal: tuple[str, ...]
    tidsfilter: str
    valg: dict[str, tuple[str, ...]]
    valg_der_det_finnes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    valgfri: bool = False


class Eksportkilde(_Declared):
    """A source of the export API: its tables make up a school year together. `gruppe` begins the descriptions of every
    table that one of them can have become."""

    tabeller: tuple[Tabell, ...]
    gruppe: str
    kjente_filtre: tuple[str, ...]
    sporsmaalsfilter: str
    trinnfilter: str


class Eksport(_Declared):
    """The export API."""

    radgrense: int = Field(gt=0)
    andre_feltnavn: dict[str, tuple[str, ...]]
    elevundersokelsen: Eksportkilde


class Klass(_Declared):
    """The two classifications of KLASS."""

    lisens: str
    kommuner: int
    fylker: int


class Limit(_Declared):
    """From where a change is told of, and from where it stops the source."""

    advarsel: float = Field(gt=0)
    kritisk: float = Field(gt=0)


class YearOnYear(_Declared):
    """How far a school year may be from the one before it."""

    rader: Limit
    skjermet: Limit


class Live(_Declared):
    """Everything that is declared of the live interfaces."""

    http: Http
    blikk: Blikk
    aar: int = Field(ge=1)
    rapport: Rapport
    eksport: Eksport
    klass: Klass
    endring_fra_aaret_for: YearOnYear
    nytt: dict[str, dict[str, str]]


@cache
def live() -> Live:
    """The declarations that the project carries."""
    text = resources.files(__package__).joinpath("live.yaml").read_text(encoding="utf-8")
    return Live.model_validate(yaml.safe_load(text))
