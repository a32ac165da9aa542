"""The pages of the report API: `Rapportside` and `filterVerdier`.

Belongs here: what a page says of itself. Does not belong here: figures (`report_data`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.udir_stub import filters
from tests.udir_stub.country import Country, Path, Row, Year
from tests.udir_stub.geography import NATION, Geography

BASE = "rest/v1/Statistikk"
# The recorded pages have one key twice: a placeholder that is renamed in the text.
_SECOND_KEY = "rapportelementtypenavn (2)"
BULLYING = (
    (-50, "EUIndeks_1398", "Mobbing på skolen", "41"),
    (334, "EUSpoersmaal_Q11811", "Er du blitt mobbet av andre elever på skolen de siste månedene?", "41.334"),
    (379, "EUSpoersmaal_Q11824", "Er du blitt mobbet av voksne på skolen de siste månedene?", "41.379"),
    (354, "EUSpoersmaal_Q11816", "Er du blitt mobbet digitalt (mobil, iPad, PC) de siste månedene?", "41.354"),
)


@dataclass(frozen=True)
class Page:
    """A page: its code, the path of its figures with two numbers that are versions, and its filters."""

    kode: str
    number: int
    navn: str
    folder: str
    version: tuple[int, int]
    time: str
    time_id: Callable[[str], int]
    defaults: Mapping[str, tuple[int, ...]]
    gyldige: tuple[str, ...]
    trinn: tuple[int, ...]
    years: Mapping[str, Year | list[Row]]  # oldest first

    def endpoint(self, version: tuple[int, int], part: str) -> str:
        """`rest/v1/Statistikk/GSK/NasjonaleProever/4/1/data`."""
        return f"{BASE}/{self.folder}/{version[0]}/{version[1]}/{part}"

    def year_of(self, time_id: int) -> str | None:
        """The school year that a value of the time filter stands for."""
        return next((year for year in self.years if self.time_id(year) == time_id), None)

    @property
    def filter_defaults(self) -> dict[str, tuple[int, ...]]:
        """`filterDefaultVerdier`: the newest year, the nation."""
        return {**self.defaults, "EnhetID": (NATION,), self.time: (self.time_id(max(self.years)),)}

    @cached_property
    def geography(self) -> Geography:
        """The units of every year."""
        return Geography((path, name) for year in sorted(self.years, reverse=True) for path, name in self._units(year))

    def _units(self, year: str) -> list[tuple[Path, str]]:
        table = self.years[year]
        if isinstance(table, Year):
            return [(line.path, line.name) for line in table.lines]
        return list({path_of(row): name_of(row) for row in table}.items())

    def values(self) -> dict[str, list[dict[str, Any]]]:
        """`filterVerdier`."""
        years = sorted(self.years, reverse=True)
        found = {self.time: filters.values(*((self.time_id(year), str(self.time_id(year)), year) for year in years))}
        found["EnhetID"] = self.geography.values()
        found["EierformID"] = filters.values(*filters.OWNERS)
        if self.folder == "GSK/NasjonaleProever":
            found["ProevetypeID"] = filters.values(*filters.TESTS)
            found["GruppeID"] = filters.values((-10, "Alle", "Alle grupper"))
        if self.trinn:
            found["TrinnID"] = filters.grades(self.trinn)
        found["KjoennID"] = filters.values(*filters.GENDERS)
        if self.folder == "GSK/EUG":
            found["SpoersmaalID"] = _questions()
            found["MobbingID"] = filters.values((1, "M", "Mobbing"))
        found.update({name: filters.switch(shown) for name, shown in _SWITCHES.items() if name in self.gyldige})
        return found

    def page(self, version: tuple[int, int]) -> dict[str, Any]:
        """`Rapportside`, with the second of the equal keys under another name (see `page_text`)."""
        gyldige = sorted(self.gyldige)
        element = {
            "navn": self.navn, "rapportelementnr": 1, "dataEndepunkt": self.endpoint(version, "data"),
            "tekstId_rapport": "19815", "tekstId_infoTekst": "21305.1", "tekstId_infoUrl": "21305.2",
            "defaultRadsti": "*.*", "gyldigeFiltre": gyldige, "rapportelementtypenavn": "D_TAB",
            _SECOND_KEY: "Drilltabell",
            "rapportelementtypeBeskrivelse": "Tabell med kolonne og rad hierarki for å presentere data",
        }  # fmt: skip
        rappside = {
            "id": self.number, "kode": self.kode, "navn": self.navn, "tekstId_Beskrivelse": "19817",
            "tekstId_OmStatistikken": "19715", "tekstId_OmBruddtegn": "137216", "TekstId_OmPrikkingTall": "172799",
            "TekstId_OmPrikkingTallOgPrikk": "172798", "tekstId_OmPrikking": "137217", "tekstId_Avskjuling": "137215",
            "tekstId_VilkarForBruk": "137218", "gyldigeFiltre": gyldige,
            "filterSpecEndepunkt": self.endpoint(version, "filterSpec"),
            "filterVerdiEndepunkt": self.endpoint(version, "filterVerdier"),
            "filterStatusEndepunkt": self.endpoint(version, "filterStatus"),
            "visTekstEndepunkt": "rest/v1/Tekst/visTekst/{tekstId}",
            "hentTekstEndepunkt": "rest/v1/Tekst/visTekst/{tekstId}?kunInnhold=true",
            "oppdaterTekstEndepunkt": "rest/v1/Tekst/oppdaterTekst/{tekstId}", "erPrikket": True, "kanVises": True,
            "filterDefaultVerdier": {name: list(ids) for name, ids in self.filter_defaults.items()},
            "rapportElementer": [element], "PDF-Elementer": [],
        }  # fmt: skip
        return {"rappside": rappside, "tekster": {"19815": self.navn, "21305.1": "", "21305.2": "", "0": None}}


def page_text(document: dict[str, Any]) -> str:
    """A `Rapportside` as text, with its duplicate key."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace(_SECOND_KEY, "rapportelementtypenavn")


def path_of(row: Row) -> Path:
    """The codes of a flat row's unit, from the top."""
    codes = (row["Nasjonaltkode"], row["Fylkekode"], row["Kommunekode"], row["Organisasjonsnummer"])
    return tuple(str(code) for code in codes[: int(str(row["EnhetNivaa"]))])


def name_of(row: Row) -> str:
    """The name of a flat row's unit."""
    return str(row["EnhetNavn"])


def _questions() -> list[dict[str, Any]]:
    root = {
        "indeks": 0, "id": -10, "kode": "Alle", "navn": "Alle spørsmålgrupper", "erBegrenset": 0, "nivaa": 0,
        "skjult": 1, "barn": [1],
    }  # fmt: skip
    found: list[dict[str, Any]] = [root]
    for number, (identity, kode, navn, _) in enumerate(BULLYING, start=1):
        found.append(
            {
                "indeks": number,
                "id": identity,
                "kode": kode,
                "navn": navn,
                "erBegrenset": 0,
                "nivaa": 1 if number == 1 else 2,
                "forelder": 0 if number == 1 else 1,
            }
        )
    found[1]["barn"] = [2, 3, 4]
    return found


_SWITCHES = {
    "VisAntallRaderDeltatt": "Antall elever deltatt", "VisMestringsnivaafordeling": "Vis",
    "VisDeltakelsestatusfordeling": "Vis", "VisMaaltall": "Spredning til", "VisAntallPersoner": "Antall elever",
    "VisAntallBesvart": "Antall mobbet",
}  # fmt: skip
_TEST_SWITCHES = ("VisAntallRaderDeltatt", "VisDeltakelsestatusfordeling", "VisMaaltall", "VisMestringsnivaafordeling")
_ALL_PUPILS = {"EierformID": (-10,), "KjoennID": (-10,)}


def pages(country: Country) -> dict[str, Page]:
    """Every page that is in use, by its code. (`GSK_EU_mobbing` is retired and not among them.)"""
    tests = {**dict.fromkeys(_TEST_SWITCHES, (0,)), "VisAntallRaderDeltatt": (1,), **_ALL_PUPILS}
    asked = ("EierformID", "EnhetID", "KjoennID", "ProevetypeID", "SkoleAarID", *_TEST_SWITCHES)
    found = (
        Page(
            "GSK_NP_Geo_Trinn5", 70, "Nasjonale prøver 5. trinn", "GSK/NasjonaleProever", (4, 1), "SkoleAarID",
            filters.skoleaar_id, tests, asked, (5,), country.barnetrinn,
        ),
        Page(
            "GSK_NP_Geografisk", 71, "Nasjonale prøver ungdomstrinn", "GSK/NasjonaleProever", (1, 1), "SkoleAarID",
            filters.skoleaar_id, {**tests, "TrinnID": (7,)}, (*asked, "TrinnID"), (8, 9), country.ungdomstrinn,
        ),
        Page(
            "GSK_GSPoeng", 57, "Grunnskolepoeng", "GSK/ResultatG", (1, 1), "TidID", filters.spring_id,
            {"VisAntallPersoner": (0,), **_ALL_PUPILS},
            ("EierformID", "EnhetID", "KjoennID", "TidID", "VisAntallPersoner"), (), country.poeng,
        ),
        Page(
            "GSK_EUG_mobbing", 232, "EUG - Mobbing", "GSK/EUG", (5, 5), "TidID", filters.autumn_id,
            {"VisAntallBesvart": (0,), "TrinnID": (6, 9), **_ALL_PUPILS},
            ("EierformID", "EnhetID", "KjoennID", "TidID", "TrinnID", "VisAntallBesvart"),
            (5, 6, 7, 8, 9, 10), country.mobbing,
        ),
    )  # fmt: skip
    return {page.kode: page for page in found}
