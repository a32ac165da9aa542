"""Rows of `andel` with only what a test is about.

Belongs here: the builders of the tests beside it. Does not belong here: assertions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oppfolging_pipeline.identification.names import Names
from oppfolging_pipeline.identification.tables import Decision, decide
from oppfolging_pipeline.identification.units import Unit, read_unit
from oppfolging_pipeline.rules.model import RuleSet

KEY = {"uttrekksaar": 2025, "indikatorsett": "prove"}


def andel_row(
    enhet: str,
    points: int = 0,
    possible: int = 36,
    *,
    beyond: int = 0,
    shown: int | None = None,
    exist: int | None = None,
    years: int = 3,
    open_weight: int = 0,
    years_if_built: int | None = None,
    nivaa: str = "kommune",
    kommunenr: str | None = None,
    forelopig: bool = False,
) -> dict[str, Any]:
    """A unit with `points` of `possible`; `shown` of `exist` weights, by default all of them shown but `open_weight`,
    which cannot be built. Every cell weighs one."""
    shown = possible // 3 if shown is None else shown
    exist = shown + open_weight if exist is None else exist
    return {
        **KEY, "nivaa": nivaa, "enhet": enhet, "kommunenr": kommunenr or enhet, "risikopoeng": points,
        "mulige_risikopoeng": possible, "celler_forbi_absolutt": beyond, "celler_vist": shown, "celler_finnes": exist,
        "celler_ikke_bygd": open_weight, "vekt_vist": shown, "vekt_finnes": exist, "vekt_ikke_bygd": open_weight,
        "aar_med_tall": years, "aar_med_tall_om_bygd": years if years_if_built is None else years_if_built,
        "forelopig": forelopig,
    }  # fmt: skip


def school_row(orgnr: str, kommunenr: str, points: int, possible: int = 36, **other: Any) -> dict[str, Any]:
    return andel_row(orgnr, points, possible, nivaa="skole", kommunenr=kommunenr, **other)


def units(rows: Sequence[Mapping[str, Any]], rule_set: RuleSet) -> list[Unit]:
    return [read_unit(row, rule_set) for row in rows]


def decided(
    rows: Sequence[Mapping[str, Any]], rule_set: RuleSet, priorities: Mapping[str, int] | None = None
) -> Decision:
    return decide(rows, rule_set, priorities or {})


def names_of(rows: Sequence[Mapping[str, Any]]) -> Names:
    """Invented names for every unit of the rows."""
    kommuner = {
        row["enhet"]: {
            "kommunenavn": f"K{row['enhet']}",
            "fylkesnr": row["enhet"][:2],
            "fylkesnavn": "Fjordfylket",
            "statsforvalter": "Statsforvalteren i Fjordfylket",
        }
        for row in rows
        if row["nivaa"] == "kommune"
    }
    return Names(kommuner, {row["enhet"]: f"S{row['enhet']}" for row in rows if row["nivaa"] == "skole"})
