"""What is published of a whole home, spoiled so that it tells more than the sources do: each way is caught by name.

Belongs here: spoiled figures and statements of the good home. Does not belong here: the rule case by case
(`tests.unit.publish.test_loefte`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.resources import HomeResource
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish.loefte import beyond_the_source, published_figures
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.staging.harmonisering import Request
from tests.mutation.mutation import where, without

SU, VK, VS = "siste_utsagn", "vurdering_kommune", "vurdering_skole"
CELL = "indikator = 'lesing' AND maal = 'skalapoeng' AND trinn = 5 AND skoleaar = '2022-23'"
SHOWN = f"{CELL} AND verdistatus = 'vist'"
# Published as it stands there: no part of a division, and a municipality.
MOVED = f"""{SHOWN} AND nivaa = 'kommune' AND enhet IN (SELECT kommunenr FROM vurdering_kommune
  WHERE NOT beregnet AND verdistatus = 'vist' AND indikator = 'lesing' AND trinn = 5 AND skoleaar = '2022-23')"""
STAR = {"verdi": "NULL", "verdistatus": "'skjermet'", "antall": "NULL", "antallstatus": "'skjermet'"}
# 6743 is a merger: one of the municipalities that became it.
PART = "(SELECT min(kommunenr) FROM kommune WHERE list_contains(gaatt_over_i, '6743') AND kommunenr <> '6743')"
OPEN = "verdistatus = 'vist' AND NOT beregnet AND rettelse IS NULL"
SPOILED: dict[str, tuple[str, str, str]] = {
    "a rebuilt figure with a starred part": (SU, where(SU, f"{CELL} AND enhet = {PART}", **STAR), "skjermet"),
    "a stale figure of a municipality": (SU, where(SU, MOVED, most=1, **STAR), "skjermet"),
    "a stale figure of a school": (SU, where(SU, f"{SHOWN} AND nivaa = 'skole'", most=1, **STAR), "skjermet"),
    "a number of pupils that is starred since": (
        SU,
        where(SU, MOVED, most=1, antall="NULL", antallstatus="'skjermet'"),
        "skjermet",
    ),
    "a figure that is gone": (SU, without(SU, MOVED, most=1), "borte"),
    "an unmarked correction": (VK, where(VK, OPEN, most=1, verdi="verdi + 1"), "annet_tall"),
    "an unmarked correction of a number of pupils": (VK, where(VK, OPEN, most=1, antall="antall + 1"), "annet_tall"),
    "a school's unmarked correction": (VS, where(VS, OPEN, most=1, verdi="verdi + 1"), "annet_tall"),
    "a hidden figure published": (
        VK,
        where(VK, "verdistatus = 'skjermet' AND NOT beregnet", most=1, verdi="48", verdistatus="'vist'"),
        "skjermet",
    ),
    "a school's hidden figure published": (
        VS,
        where(VS, "verdistatus = 'skjermet'", most=1, verdi="48", verdistatus="'vist'"),
        "skjermet",
    ),
    "a rebuilt figure that is no mean of its parts": (
        VK,
        where(VK, "verdistatus = 'vist' AND beregnet", most=1, verdi="verdi + 2"),
        "annet_tall",
    ),
}


def grunner(home: Path, table: str = "", sql: str = "") -> set[str]:
    """Why figures of the home may not stand, with the table spoiled."""
    resource = HomeResource(home=str(home))
    request = Request(2025, load_rule_set("np-skalapoeng", resource.catalog), resource.catalog)
    with open_engine(memory_limit="1GB") as engine:
        read = {key: engine.read(resource.lake.files(key), key) for key in (SU, VK, VS, "kommune", "sporing")}
        if table:
            read[table] = engine.run(sql, **read)
        figures = published_figures(engine, read[VK], read[VS])
        register = intake.read_register(resource.archive.in_force())
        found = beyond_the_source(engine, figures, read[SU], [request], register, read["sporing"])
        return {grunn for (grunn,) in found.unique("grunn").fetchall()}


def test_good_figures_are_all_borne_out(good_home: Path) -> None:
    assert grunner(good_home) == set()


@pytest.mark.parametrize(("table", "sql", "expected"), SPOILED.values(), ids=SPOILED)
def test_what_tells_more_than_the_source_is_caught_by_name(
    good_home: Path, table: str, sql: str, expected: str
) -> None:
    assert grunner(good_home, table, sql) == {expected}
