"""The golden country through the whole Dagster job, from files to the published file, against hand-worked answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.identification.tables import decide
from oppfolging_pipeline.rules.loader import load_rule_set
from tests.golden import expected
from tests.golden.country import orgnr
from tests.support.golden import Query, open_published
from tests.support.golden_sets import small_set

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def published(golden_home: Path) -> Query:
    return open_published(golden_home)


@pytest.fixture(scope="module")
def ranking(published: Query) -> dict[str, dict[str, Any]]:
    return {row["kommunenr"]: row for row in published("SELECT * FROM mart.rangering_kommune")}


@pytest.fixture(scope="module")
def schools(published: Query) -> dict[str, dict[str, Any]]:
    return {row["orgnr"]: row for row in published("SELECT * FROM intern.rangering_skole")}


@pytest.fixture(scope="module")
def andel(golden_home: Path) -> Rows:
    with open_engine() as engine:
        return engine.fetch(engine.read(Lake(golden_home / "lager").files("andel"), "andel"))


def test_every_municipality_of_the_register_and_no_other(ranking: dict[str, Any]) -> None:
    """Svalbard's 2190 has the worst figures of all; the old codes are gone."""
    assert set(ranking) == set(expected.KOMMUNER)


@pytest.mark.parametrize("kommunenr", expected.KOMMUNER)
def test_municipality(ranking: dict[str, dict[str, Any]], andel: Rows, kommunenr: str) -> None:
    name, points, possible, beyond, (shown, exist), place = expected.KOMMUNER[kommunenr]
    row = ranking[kommunenr]
    # What is open is worked out from the published cells with the sentences (`test_sentences`).
    apart = ("begrunnelse", "statsforvalter", "fylkesnavn", "aapne_poeng", "aapne_kunne_endret_plassen")
    assert {key: row[key] for key in row if key not in apart} == {
        "uttrekksaar": 2025,
        "indikatorsett": "np-skalapoeng",
        "offisielt": False,
        "eksempel": False,
        "kommunenr": kommunenr,
        "kommunenavn": name,
        "fylkesnr": kommunenr[:2],
        "risikopoeng": points,
        "mulige_risikopoeng": possible,
        "andel_risikopoeng": pytest.approx(100 * points / possible, rel=1e-12),
        "dekningsgrad": pytest.approx(shown / exist, rel=1e-12),
        "vurdert": place is not None,
        "ikke_vurdert_grunn": expected.WHY_NOT.get(kommunenr),
        "rangering": place,
        # There are 30 places and 12 to rank: everyone judged is in, and there is no first outside.
        "kategori": 1 if place else 2 if kommunenr == "6106" else None,
        "margin": None,
        "delt_plassering": False,
        "naer_grensen": False,
        "status": "beregnet",
    }
    (sums,) = [row for row in andel if row["enhet"] == kommunenr]
    assert sums["celler_forbi_absolutt"] == beyond


@pytest.mark.parametrize("key", expected.CELLS, ids=lambda key: "-".join(map(str, key)))
def test_cell(published: Query, key: tuple[str, str, int, str]) -> None:
    (row,) = published(
        "SELECT verdi, verdistatus, antall, beregnet, risikopoeng, mulige_risikopoeng FROM mart.vurdering_kommune "
        "WHERE kommunenr = ? AND indikator = ? AND trinn = ? AND skoleaar = ?",
        *key,
    )
    verdi, status, antall, beregnet, points = expected.CELLS[key]
    assert row == {
        "verdi": verdi, "verdistatus": status, "antall": antall, "beregnet": beregnet, "risikopoeng": points,
        "mulige_risikopoeng": 3 if status == "vist" else 0,
    }  # fmt: skip


def test_every_cell_stands_for_every_municipality_and_school(published: Query) -> None:
    (row,) = published(
        "SELECT (SELECT count(*) FROM mart.vurdering_kommune) AS k, (SELECT count(*) FROM intern.vurdering_skole) AS s"
    )
    assert row == {"k": len(expected.KOMMUNER) * 12, "s": len(expected.SKOLER) * 12}


def test_a_grade_that_a_school_does_not_have_is_not_missing(published: Query) -> None:
    found = published(
        "SELECT trinn, skoleaar, string_agg(DISTINCT verdistatus) AS status FROM intern.vurdering_skole "
        "WHERE orgnr = ? GROUP BY ALL ORDER BY ALL",
        orgnr(126),  # Nord: fifth grade only, no row at all in 2023-24
    )
    assert [(row["trinn"], row["status"]) for row in found] == [
        (5, "vist"), (5, "mangler"), (5, "vist"), (8, "ikke_aktuelt"), (8, "ikke_aktuelt"), (8, "ikke_aktuelt"),
    ]  # fmt: skip


def test_a_school_s_cells_are_published_as_they_were_judged(published: Query, golden_home: Path) -> None:
    cell = "indikator, trinn, skoleaar, verdistatus, verdi, antall, risikopoeng, mulige_risikopoeng"
    with open_engine() as engine:
        judged = engine.read(Lake(golden_home / "lager").files("vurdering"), "vurdering").filter("nivaa = 'skole'")
        before = {tuple(row.values()) for row in engine.fetch(judged.project(f"enhet AS orgnr, {cell}"))}
    assert {tuple(row.values()) for row in published(f"SELECT orgnr, {cell} FROM intern.vurdering_skole")} == before


def test_judged_schools_are_those_of_the_newest_year_in_a_municipality(schools: dict[str, Any]) -> None:
    """Nedlagt (120) and Stengt (130) closed before the newest year, Is (129) lies on Svalbard."""
    assert set(schools) == {orgnr(number) for number in expected.SKOLER}


@pytest.mark.parametrize("number", expected.SKOLER)
def test_school(schools: dict[str, dict[str, Any]], number: int) -> None:
    kommunenr, points, possible, (shown, exist), place, in_upper = expected.SKOLER[number]
    names = (
        "kommunenr", "risikopoeng", "mulige_risikopoeng", "dekningsgrad", "rangering", "vurdert", "i_ovre_kvartil",
    )  # fmt: skip
    assert [schools[orgnr(number)][name] for name in names] == [
        kommunenr, points, possible, pytest.approx(shown / exist), place, place is not None, in_upper,
    ]  # fmt: skip


def test_limits(published: Query) -> None:
    found = published("SELECT * FROM mart.grense")
    assert len(found) == 12
    for row in found:
        higher = (row["indikator"], row["trinn"], row["skoleaar"]) == ("regning", 8, "2024-25")
        assert (row["nasjonal_grense"], row["absolutt_grense"]) == ((51, 48) if higher else (50, 47))


def test_identified_and_candidates(published: Query) -> None:
    found = published(
        "SELECT kategori, rangering, kommunenr FROM mart.identifisert_kommune ORDER BY kategori, rangering"
    )
    in_order = sorted((place, nr) for nr, (*_, place) in expected.KOMMUNER.items() if place)
    assert [(row["kategori"], row["rangering"], row["kommunenr"]) for row in found] == [
        *((1, place, nr) for place, nr in in_order),
        (2, 1, "6106"),
    ]
    (candidate,) = published("SELECT * FROM mart.kandidat_kategori2")
    assert (candidate["kommunenr"], candidate["spredning"], candidate["valgt"]) == ("6106", 50.0, True)


def test_a_set_that_is_not_the_schemes_forms_no_cohort(published: Query) -> None:
    """Thirteen are identified, and nobody has asked for a cohort of them."""
    for table in ("pulje_kommune", "pulje_faseplan", "rapportering"):
        assert published(f"SELECT * FROM mart.{table}") == []


def test_the_release_says_first_that_the_set_is_not_the_schemes(published: Query) -> None:
    (row,) = published("SELECT merknad FROM drift.utgivelse")
    first = "Ikke ordningens offisielle indikatorsett (np-skalapoeng)"
    assert row["merknad"].startswith(f"{first}: uttrekk 2025.")
    for table, column in (
        ("rangering_kommune", "begrunnelse"), ("identifisert_kommune", "begrunnelse"), ("kandidat_kategori2", "grunn"),
    ):  # fmt: skip
        texts = [one["t"] for one in published(f"SELECT {column} AS t FROM mart.{table}")]
        assert texts and all(text.startswith(f"{first}. ") for text in texts)


SMALL = small_set(antall=7, antall_2=2)


@pytest.mark.parametrize("kommunenr", expected.WITH_7_PLACES)
def test_municipality_when_the_cut_goes_through_a_tie(andel: Rows, kommunenr: str) -> None:
    """The carried sets have more places than the country has municipalities: a set with 7, on the job's own sums."""
    placing = {p.unit.enhet: p for p in decide(andel, SMALL, {}).placings}[kommunenr]
    selected, shared, near, margin = expected.WITH_7_PLACES[kommunenr]
    assert placing.rangering == expected.KOMMUNER[kommunenr][-1]
    assert (placing.identifisert, placing.delt_plassering, placing.naer_grensen) == (selected, shared, near)
    assert placing.margin is not None
    assert float(placing.margin) == pytest.approx(margin, rel=1e-12)


def test_candidates_when_some_are_left_out(andel: Rows) -> None:
    found = {
        c.kommune.enhet: (
            c.spread.points, c.antall_skoler, c.antall_skoler_vurdert, c.antall_skoler_i_ovre_kvartil, c.rangering,
            c.valgt, c.margin,
        )
        for c in decide(andel, SMALL, {}).candidates
    }  # fmt: skip
    assert list(found) == list(expected.CANDIDATES_WITH_7_PLACES)
    for kommunenr, values in expected.CANDIDATES_WITH_7_PLACES.items():
        assert found[kommunenr] == pytest.approx(values, rel=1e-12)


@pytest.mark.parametrize(
    ("priorities", "order"),
    [
        ({"6104": 1}, ["6104", "6106", "6107"]),
        ({"6104": 2, "6107": 1}, ["6107", "6104", "6106"]),
    ],
)
def test_the_statsforvalters_priority_goes_first(andel: Rows, priorities: dict[str, int], order: list[str]) -> None:
    found = decide(andel, SMALL, priorities).candidates
    assert [c.kommune.enhet for c in found] == order
    assert [c.valgt for c in found] == [True, True, False]


def test_the_carried_set_is_the_one_that_the_answers_are_worked_with() -> None:
    """A changed parameter must show here and not as 14 wrong municipalities."""
    rule_set = load_rule_set("np-skalapoeng")
    assert {item.absolutt_grense.verdi for item in rule_set.indikatorer} == {3}
    assert (rule_set.kategori1.antall.verdi, rule_set.kategori2.antall.verdi) == (30, 10)
    assert (rule_set.min_dekning.verdi, rule_set.min_aar.verdi, rule_set.kategori2.spredning.nivaa.verdi) == (
        SMALL.min_dekning.verdi, SMALL.min_aar.verdi, SMALL.kategori2.spredning.nivaa.verdi,
    )  # fmt: skip
