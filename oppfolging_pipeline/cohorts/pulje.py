"""The municipalities of a cohort, under the numbers and names that they have today.

Belongs here: which set forms a cohort, and rows of `pulje_kommune`. Does not belong here: who is identified
(`identification`), or how numbers follow each other (`register`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from oppfolging_pipeline.cohorts.faseplan import fase_for
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.faseplan import Faseplan
from oppfolging_pipeline.rules.loader import rule_set_names

STARTER_SOM = "identifisert"
"""Where taking part begins; every later value is a recorded decision."""


class HarNavn(Protocol):
    """A municipality of the register."""

    @property
    def navn(self) -> str: ...


class Kommuneregister(Protocol):
    """What a cohort asks of the municipality register."""

    def etterfolgere(self, kode: str, dato: date, per: date) -> tuple[str, ...]:
        """The codes in force at `per` that the code, as it was at `dato`, has become."""

    def gjeldende(self, dato: date) -> Mapping[str, HarNavn]:
        """The municipalities in force at the date, by code."""

    def statsforvalter_for_kommune(self, kommunenr: str, dato: date) -> str | None:
        """The office of the municipality's county at the date."""


def sett_for_pulje(sets: Mapping[str, bool], valgt: str | None = None) -> str | None:
    """The set that forms the cohort of an uttrekk that is run under those: `{navn: offisielt}` → navn.

    `valgt` is the set that the home has asked for by name: it forms the cohort wherever it was run, official or not.
    Else the official one, the home's own before one that the program carries; None where there is none: a set that is
    not official forms no cohort by itself.
    Raises `PermanentError` for several own official ones: which is meant only a person knows.
    """
    if valgt in sets:
        return valgt
    every = sorted(navn for navn, offisielt in sets.items() if offisielt)
    official = [navn for navn in every if navn not in rule_set_names()] or every
    if len(official) > 1:
        raise PermanentError(
            f"found results of several official rule sets ({', '.join(official)}) for one uttrekk; expected one to "
            "form the cohort of. Set OPPFOLGING_REGELSETT to the one that is meant."
        )
    return official[0] if official else None


def pulje_rader(
    identifiserte: Iterable[Mapping[str, Any]],
    register: Kommuneregister,
    per: date,
    uttrekk_dato: date,
    *,
    offisielt: bool,
    plan: Faseplan | None = None,
) -> list[dict[str, Any]]:
    """Rows of `pulje_kommune`, sorted by kommunenr, from rows of `identifisert_kommune` of one uttrekk and one set.

    Numbers and names are the register's at `per`, or at `uttrekk_dato` when `per` is earlier. A municipality that has
    been split since gives a row for each successor; identified ones that have merged give one row, with the lower
    kategori, its number and its statsforvalter at the uttrekk; `statsforvalter_i_dag` is that of the number now.
    `siden` is `uttrekk_dato`, None while that day has not come. `fase` is of those that take part. `offisielt` is
    whether the set is the scheme's own; if not, `merknad` says so. Whether the figures are invented, the rows say.

    Raises `PermanentError` for rows of several uttrekk or sets, and for a municipality without a successor.
    """
    rows = sorted(identifiserte, key=lambda row: (row["kategori"], row["kommunenr"]))
    if not rows:
        return []
    keys = {(row["uttrekksaar"], row["indikatorsett"]) for row in rows}
    if len(keys) > 1:
        raise PermanentError(f"found rows of {sorted(keys)}; expected one uttrekk and one set for a cohort.")
    pulje, indikatorsett = keys.pop()
    registerdato = max(per, uttrekk_dato)
    navn_ved = register.gjeldende(registerdato)
    slekt = {row["kommunenr"]: register.etterfolgere(row["kommunenr"], uttrekk_dato, registerdato) for row in rows}
    opphav: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        for kommunenr in _existing(row["kommunenr"], slekt[row["kommunenr"]], navn_ved, registerdato):
            opphav.setdefault(kommunenr, []).append(row)
    return [
        {
            "pulje": pulje,
            "kommunenr": kommunenr,
            "kommunenavn": navn_ved[kommunenr].navn,
            "kategori": parts[0]["kategori"],
            "deltakelse": STARTER_SOM,
            "siden": uttrekk_dato if uttrekk_dato <= per else None,
            "fase": fase_for(STARTER_SOM, pulje, per, plan),
            "kommunenr_ved_uttrekk": parts[0]["kommunenr"],
            "statsforvalter": parts[0]["statsforvalter"],
            "statsforvalter_i_dag": register.statsforvalter_for_kommune(kommunenr, registerdato),
            "merknad": _merknad(parts, slekt, None if offisielt else indikatorsett),
            "offisielt": offisielt,
            "eksempel": parts[0]["eksempel"],
        }
        for kommunenr, parts in sorted(opphav.items())
    ]


def _existing(
    kommunenr: str, successors: tuple[str, ...], navn_ved: Mapping[str, HarNavn], dato: date
) -> tuple[str, ...]:
    unknown = [code for code in successors if code not in navn_ved]
    if unknown or not successors:
        found = f"the successor {', '.join(unknown)}" if unknown else "no successor"
        raise PermanentError(
            f"municipality {kommunenr}: found {found}; expected one in the register of {dato.isoformat()}. "
            "Correct the register."
        )
    return successors


def _merknad(
    parts: list[Mapping[str, Any]], slekt: Mapping[str, tuple[str, ...]], uoffisielt_sett: str | None
) -> str | None:
    """The notes of a row in Norwegian, or None: what the set is, and what has happened to the municipality since."""
    notes = []
    if uoffisielt_sett is not None:
        notes.append(f"Puljen er dannet med «{uoffisielt_sett}», som ikke er ordningens offisielle indikatorsett.")
    if len(parts) > 1:
        merged = opplisting(f"{part['kommunenr']} {part['kommunenavn']}" for part in _by_number(parts))
        notes.append(f"Slått sammen av flere identifiserte etter uttrekket: {merged}.")
    for part in _by_number(parts):
        successors = slekt[part["kommunenr"]]
        if len(successors) > 1:
            notes.append(
                f"{part['kommunenr']} {part['kommunenavn']} er delt etter uttrekket, i {opplisting(successors)}."
            )
    return " ".join(notes) or None


def _by_number(parts: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(parts, key=lambda part: str(part["kommunenr"]))
