"""Observations and harmonised cells with only what a test is about.

Belongs here: the builders of the tests beside it. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.rettelser import Rettelsesliste, load_corrections_text
from oppfolging_pipeline.staging.harmonisering import Request, harmonise
from oppfolging_pipeline.staging.skole_plassering import Units, place
from oppfolging_pipeline.tables.model import table
from tests.support.declared import write_parquet
from tests.support.golden_sets import small_set

Row = dict[str, Any]
# What a cell shows: a number, `*` for shielded, None for nothing.
Shown = float | str | None


def observed(
    enhet: str,
    verdi: Shown = 50,
    antall: Shown = 20,
    *,
    kommunenr: str = "",
    skoleaar: str = "2024-25",
    kilde: str = "nasjonale_prover",
    indikator: str = "lesing",
    maal: str = "skalapoeng",
    trinn: int = 5,
    forelopig: bool = False,
    navn: str = "",
    rettelse: str | None = None,
) -> Row:
    """A row of `observasjon`. The level follows from the code: I, two, four or nine digits (then with `kommunenr`)."""
    nivaa = {1: "nasjonalt", 2: "fylke", 4: "kommune", 9: "skole"}[len(enhet)]
    code = kommunenr or (enhet if nivaa == "kommune" else None)
    return {
        "kilde": kilde, "skoleaar": skoleaar, "nivaa": nivaa, "enhet": enhet,
        "fylkesnr": None if nivaa == "nasjonalt" else (code or enhet)[:2], "kommunenr": code,
        "enhetsnavn": navn or f"Enhet {enhet}", "indikator": indikator, "maal": maal, "trinn": trinn,
        "verdi": _number(verdi), "verdistatus": _status(verdi),
        "antall": _number(antall), "antallstatus": _status(antall),
        "forelopig": forelopig, "brudd": None, "rettelse": rettelse, "sha256": "0" * 64, "rad": 1, "kolonne": "kolonne",
    }  # fmt: skip


def corrections(*entries: str) -> Rettelsesliste:
    """Of lesing 2024-25, each entry: id, level, unit, handling, what it expects and, for an override, what is right.

    With the id may stand the days `registrert` (else 2025-02-01) and `opphoert`.
    """
    lines = ["rettelser:"]
    for entry in entries:
        name, nivaa, enhet, handling, forvent, *right = entry.split("|")
        name, registrert, *opphoert = [*name.split(), "2025-02-01"] if " " not in name else name.split()
        lines += [
            f"  - {{id: {name}, kilde: nasjonale_prover, skoleaar: 2024-25, nivaa: {nivaa}, enhet: '{enhet}',",
            "     indikator: lesing, maal: skalapoeng, trinn: 5, grunn: Feil., referanse: Prøve.,",
            f"     registrert: {registrert}, handling: {handling}, forvent: {{{forvent}}}",
            *(f"     , opphoert: {day}" for day in opphoert),
            *(f"     , settes_til: {{{one}}}" for one in right),
            "    }",
        ]
    return load_corrections_text("\n".join(lines), "corrections.yaml")


def _number(shown: Shown) -> Decimal | None:
    return None if shown in (None, "*") else Decimal(str(shown))


def _status(shown: Shown) -> str:
    return {None: "mangler", "*": "skjermet"}.get(shown, "vist")  # type: ignore[call-overload,no-any-return]


@dataclass(frozen=True)
class Harmonised:
    """What came of it: the units, and the cells by (enhet, skoleaar, indikator, trinn)."""

    units: Units
    cells: Mapping[tuple[str, str, str, int], Row]

    def cell(
        self, enhet: str, skoleaar: str, indikator: str = "lesing", trinn: int = 5
    ) -> tuple[str, Shown, Shown, bool]:
        """(status, figure, pupils, rebuilt)."""
        row = self.cells[enhet, skoleaar, indikator, trinn]
        verdi = None if row["verdi"] is None else float(row["verdi"])
        return row["verdistatus"], verdi, row["antall"], row["beregnet"]

    def grunn(self, enhet: str, skoleaar: str, indikator: str = "lesing", trinn: int = 5) -> str | None:
        """Why the cell could not be built."""
        reason: str | None = self.cells[enhet, skoleaar, indikator, trinn]["ikke_bygd_grunn"]
        return reason


def harmonised(
    engine: Engine,
    folder: Path,
    rows: Sequence[Row],
    register: Register,
    *,
    uttrekksaar: int = 2025,
    rule_set: RuleSet | None = None,
) -> Harmonised:
    """The rows moved to the register of the identification year, as the asset does it. The set: lesing on trinn 5."""
    declared = table("observasjon")
    path = write_parquet(folder / "observasjon.parquet", declared.columns, rows)
    request = Request(uttrekksaar, rule_set or small_set(), default_catalog())
    window = {(part["kilde"], part["skoleaar"]) for part in request.partitions()}
    seen = engine.rows(declared, [row for row in rows if (row["kilde"], row["skoleaar"]) in window])
    units = place(engine, seen, [path], request, register)
    result = engine.fetch(harmonise(engine, seen, request, units.lineage, units.kommuner, units.placed, units.judged))
    cells = {(row["enhet"], row["skoleaar"], row["indikator"], row["trinn"]): row for row in result}
    assert len(cells) == len(result) == (len(units.kommuner) + len(units.judged)) * len(request.cells())
    return Harmonised(units, cells)
