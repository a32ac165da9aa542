"""Countries that are drawn: the figures of one window, with every kind of cell and of change of municipalities.

Belongs here: drawing figures for `changing_country`, and rule sets to judge them by. Does not belong here: assertions.
"""

from __future__ import annotations

import random
from typing import Any

from oppfolging_pipeline.rules.model import RuleSet
from tests.support.golden_sets import Item, small_set
from tests.unit.identification.etterregning.build import Row
from tests.unit.staging.build import observed

OLD = ["6101", "6102", "6103", "6104", "6105", "6107", "6110", "6113", "6120"]
NEW = ["6101", "6103", "6106", "6108", "6109", "6111", "6112", "6120", "6202"]
YEARS = ["2022-23", "2023-24", "2024-25"]
MARKS = ["2021-22", "2022-23", "2023-24"]
# Where each school stands in the old and in the new codes: several go through a division, some move away from it.
SCHOOLS = [
    ("6101", "6101"), ("6102", "6202"), ("6103", "6103"), ("6104", "6106"), ("6105", "6106"), ("6107", "6108"),
    ("6107", "6109"), ("6107", "6108"), ("6107", "6101"), ("6110", "6111"), ("6110", "6112"), ("6110", "2599"),
    ("6113", "6112"), ("2599", "2599"),
]  # fmt: skip
TESTS = [Item(), Item("regning", vekt=2), Item(trinn=8)]

COMPUTED = "number, national limit computed"
SETS = {
    "deviation": small_set(TESTS, antall=3, min_aar=1, nivaa="5"),
    "percentile": small_set(
        [Item(metode="persentil", verdi="20"), Item("regning", metode="persentil", verdi="33.3")],
        antall=4, spredning="maks_min", nivaa="12.5", ovre_andel="40", min_dekning="0.3",
    ),
    COMPUTED: small_set(
        [Item(metode="verdi", verdi="35"), Item(trinn=8, metode="verdi", verdi="30")], nasjonal_grense="beregn",
        antall=1, antall_2=3, min_aar=1, nivaa="0", naer_grensen="10",
    ),
    "lower is better, and a source that lags": small_set(
        [Item(maal="andel_mestringsnivaa_1", verdi="2.5"), Item("grunnskolepoeng", "grunnskolepoeng", 10, vekt=3)],
        antall=2, min_aar=1, nivaa="1",
    ),
}  # fmt: skip


def figures(dice: random.Random, rule_set: RuleSet, computed: bool) -> list[Row]:
    """Observations of the window for municipalities and schools in the codes of each year, with every kind of cell; of
    each source and year some municipalities have no row at all.

    Beside a percentile the national figure is better than anyone's, so that the limit is not on its better side.
    """
    rows: list[Row] = []
    absent = {(marks, year): {code for code in OLD + NEW if dice.random() < 0.12}
              for marks in (False, True) for year in MARKS + YEARS}  # fmt: skip
    for item in rule_set.indikatorer:
        marks = item.indikator == "grunnskolepoeng"
        kind: dict[str, Any] = {
            "kilde": "grunnskolepoeng" if marks else "nasjonale_prover",
            "indikator": item.indikator, "maal": item.maal, "trinn": item.trinn,
        }  # fmt: skip
        decimals = 0 if item.maal == "skalapoeng" else 1
        for skoleaar in MARKS if marks else YEARS:
            # Final marks are given on 30 June: of 2023-24 already in the codes of after 1 January 2024.
            codes = OLD if skoleaar < ("2023-24" if marks else "2024-25") else NEW
            if not computed:
                national = 46 if item.absolutt_grense.metode == "avvik" else 55
                rows.append(observed("I", national, 900, skoleaar=skoleaar, **kind))
            for kommunenr in [*codes, "2100"]:
                if dice.random() < 0.9 and kommunenr not in absent[marks, skoleaar]:
                    verdi, antall = cell(dice, decimals)
                    preliminary = dice.random() < 0.02
                    place: Any = {"skoleaar": skoleaar, "rettelse": "x" if dice.random() < 0.3 else None}
                    rows.append(observed(kommunenr, verdi, antall, forelopig=preliminary, **place, **kind))
            for number in range(len(SCHOOLS)):
                if dice.random() < 0.7:
                    verdi, antall = cell(dice, decimals)
                    place = {"kommunenr": SCHOOLS[number][codes is NEW], "skoleaar": skoleaar}
                    place["rettelse"] = "x" if dice.random() < 0.3 else None
                    rows.append(observed(f"1000000{number:02d}", verdi, antall, **place, **kind))
    make_some_divisions_add_up(dice, rows)
    if computed:  # at least one figure that a national limit can be computed from, in each cell
        rows = [row for row in rows if row["enhet"] != "6101"]
        for item in rule_set.indikatorer:
            rows += [observed("6101", 50, 20, skoleaar=s, indikator=item.indikator, trinn=item.trinn) for s in YEARS]
    return rows


def make_some_divisions_add_up(dice: random.Random, rows: list[Row]) -> None:
    """In one of three cells of a municipality that is rebuilt from schools, all are shown and its pupils are those of
    its schools; in one of six nobody has pupils."""
    columns = ("verdi", "verdistatus", "antall", "antallstatus")
    for whole in [row for row in rows if row["enhet"] in ("6107", "6110", "6113")]:
        schools = [
            row
            for row in rows
            if row["nivaa"] == "skole"
            and all(row[name] == whole[name] for name in ("kommunenr", "indikator", "trinn", "skoleaar"))
        ]
        chance = dice.random()
        if chance < 1 / 2:
            shown = chance < 1 / 3
            for row in schools:
                made = observed("I", 47, dice.randint(1, 60)) if shown else observed("I", None, 0)
                row.update({name: made[name] for name in columns})
            made = observed("I", 47, sum(int(row["antall"]) for row in schools)) if shown else observed("I", None, 0)
            whole.update({name: made[name] for name in columns})


def cell(dice: random.Random, decimals: int) -> tuple[Any, Any]:
    """A figure and its number of pupils, each of which may be shielded or not there."""
    verdi = dice.choice([round(dice.uniform(36.5, 54), decimals)] * 6 + ["*", None])
    antall = dice.choice([dice.randint(1, 60)] * 6 + ["*", None, 0])
    return verdi, antall
