"""The second computation against the run on the golden country: it agrees, and a rule that is spoilt is found.

The job's own tables with the carried set, and a set with 8 and 2 places, where the cut goes through a tie.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from oppfolging_pipeline.engine import Engine, Lake, open_engine
from oppfolging_pipeline.identification import aapne, kategori1, kategori2, spredning, units
from oppfolging_pipeline.identification.etterregning.etterregn import Etterregnet
from oppfolging_pipeline.identification.etterregning.sammenligning import NOEKLER, sammenlign
from oppfolging_pipeline.identification.etterregning_inndata import avvik_of
from oppfolging_pipeline.indicators import andel, grense, vurdering
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging import harmonisering, ombygging, skole_plassering
from oppfolging_pipeline.staging.harmonisering import Request
from tests.golden import expected
from tests.golden.country import orgnr
from tests.support.decision import Inputs, decide_again, differences, spoil
from tests.support.golden_sets import Item, small_set

# 8 and 2 places; in one of them lesing on trinn 5 weighs double, so that a weight that is forgotten shows.
WEIGHED = small_set([Item(vekt=2), Item("regning"), Item(trinn=8), Item("regning", trinn=8)], antall=7, antall_2=2)
PLAIN = small_set([Item(), Item("regning"), Item(trinn=8), Item("regning", trinn=8)], antall=7, antall_2=2)


@pytest.fixture(scope="module")
def again(job: Inputs) -> Etterregnet:
    return decide_again(job)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


def test_the_job_and_the_second_computation_agree(job: Inputs, again: Etterregnet) -> None:
    tables = {name: job.lake.existing(name, [job.request.partition]) for name in NOEKLER}
    assert sammenlign(again, tables) == []
    assert avvik_of(job.lake, job.request, {}, {}) == []


def test_a_file_that_is_staged_is_compared_and_not_the_one_in_place(job: Inputs, tmp_path: Path) -> None:
    staged = tmp_path / "staged.parquet"
    with closing(duckdb.connect()) as connection:
        (source,) = job.lake.existing("identifisert_kommune", [job.request.partition])
        query = f"SELECT * REPLACE (rangering + 1 AS rangering) FROM read_parquet('{source}') WHERE kommunenr = '6101'"
        connection.execute(f"COPY ({query}) TO '{staged}' (FORMAT parquet)")
    found = avvik_of(job.lake, job.request, {"identifisert_kommune": [staged]}, {})
    assert found[0].tekst == "kommunenr=6102: rad er ikke der i løpet og der i etterregningen"
    assert found[-1].tekst == "kommunenr=6101: rangering er 2 i løpet og 1 i etterregningen"
    assert {one.tabell for one in found} == {"identifisert_kommune"}


def test_the_second_computation_gives_the_hand_worked_answers(again: Etterregnet) -> None:
    """Agreement alone would hold for two computations that make the same mistake."""
    ranking = again.tabeller["rangering_kommune"].set_index("kommunenr")
    for kommunenr, (_, points, possible, _, _, place) in expected.KOMMUNER.items():
        row = ranking.loc[kommunenr]
        assert (row["risikopoeng"], row["mulige_risikopoeng"]) == (points, possible)
        assert row["vurdert"] == (place is not None)
        assert place is None or row["rangering"] == place
    cells = again.tabeller["vurdering"].set_index(["enhet", "indikator", "trinn", "skoleaar"])
    for key, (verdi, status, _, rebuilt, _) in expected.CELLS.items():
        row = cells.loc[key]
        assert (row["verdistatus"], row["beregnet"]) == (status, rebuilt)
        assert verdi is None or row["verdi"] == verdi * 1000
    schools = again.tabeller["rangering_skole"].set_index("orgnr")
    assert set(schools.index) == {orgnr(number) for number in expected.SKOLER}
    for number, (kommunenr, points, possible, _, place, upper) in expected.SKOLER.items():
        row = schools.loc[orgnr(number)]
        assert (row["kommunenr"], row["risikopoeng"], row["mulige_risikopoeng"]) == (kommunenr, points, possible)
        assert place is None or (row["rangering"], row["i_ovre_kvartil"]) == (place, upper)


def test_the_second_computation_gives_the_hand_worked_answers_where_the_cut_goes_through_a_tie(job: Inputs) -> None:
    found = decide_again(Inputs(job.lake, Request(2025, PLAIN, default_catalog()))).tabeller
    ranking = found["rangering_kommune"].set_index("kommunenr")
    for kommunenr, (selected, shared, near, margin) in expected.WITH_7_PLACES.items():
        row = ranking.loc[kommunenr]
        assert (row["delt_plassering"], row["naer_grensen"]) == (shared, near)
        kategori = 2 if kommunenr == "6107" else 1 if selected else None
        assert (None if row.isna()["kategori"] else row["kategori"]) == kategori
        assert row["margin"] == pytest.approx(margin, rel=1e-12)
    candidates = found["kandidat_kategori2"].set_index("kommunenr")
    assert list(candidates.index) == list(expected.CANDIDATES_WITH_7_PLACES)
    names = ["spredning", "antall_skoler", "antall_skoler_vurdert", "antall_skoler_i_ovre_kvartil", "rangering"]
    for kommunenr, (*values, chosen, margin) in expected.CANDIDATES_WITH_7_PLACES.items():
        row = candidates.loc[kommunenr]
        assert [row[name] for name in names] == values
        assert row["valgt"] == chosen
        if chosen:
            identified = found["identifisert_kommune"].set_index("kommunenr").loc[kommunenr]
            assert identified["margin"] == pytest.approx(margin, rel=1e-12)


@pytest.mark.parametrize("rule_set", [WEIGHED, PLAIN], ids=["weighed", "plain"])
@pytest.mark.parametrize("prioritet", [{}, {"6104": 2, "6107": 1}], ids=["spread", "priority"])
def test_the_steps_and_the_second_computation_agree(
    engine: Engine, job: Inputs, register: Register, tmp_path: Path, rule_set: object, prioritet: dict[str, int]
) -> None:
    inputs = Inputs(job.lake, Request(2025, rule_set, default_catalog()))  # type: ignore[arg-type]
    assert differences(engine, inputs, register, Lake(tmp_path / "lager"), prioritet) == []


# A rule turned in the pipeline's own source, and the table and column in which the difference must show.
RULES: dict[str, tuple[ModuleType, list[tuple[str, str]], str, str]] = {
    "equal to the absolute limit is worse": (
        vurdering, [("verdi < s.fortegn * g.absolutt", "verdi <= s.fortegn * g.absolutt")],
        "vurdering", "forbi_absolutt",
    ),
    "equal to the national limit is worse": (
        vurdering, [("verdi < s.fortegn * g.nasjonal", "verdi <= s.fortegn * g.nasjonal")], "vurdering", "risikopoeng",
    ),
    "the weight ignored in points": (
        vurdering, [("THEN vekt * $absolutt\n", "THEN $absolutt\n")], "vurdering", "risikopoeng",
    ),
    "the weight ignored in possible points": (
        vurdering, [("vist THEN vekt * $absolutt ELSE", "vist THEN $absolutt ELSE")], "vurdering", "mulige_risikopoeng",
    ),
    "higher is worse": (vurdering, [('"hoyere_er_bedre": 1', '"hoyere_er_bedre": -1')], "vurdering", "risikopoeng"),
    "points of both limits": (
        vurdering, [("THEN vekt * $absolutt\n", "THEN vekt * ($absolutt + $nasjonal)\n")], "vurdering", "risikopoeng",
    ),
    "a shielded cell counts as possible": (
        vurdering,
        [("WHEN vist THEN vekt * $absolutt ELSE 0", "WHEN verdistatus <> 'mangler' THEN vekt * $absolutt ELSE 0")],
        "vurdering", "mulige_risikopoeng",
    ),
    "another distance of the absolute limit": (
        grense, [("national - limit.verdi if", "national - limit.verdi - 1 if")], "vurdering", "absolutt_grense",
    ),
    "coverage by shown cells alone": (
        andel,
        [("FILTER (verdistatus IN ('vist', 'skjermet', 'kan_ikke_bygges')), 0)", "FILTER (verdistatus = 'vist'), 0)")],
        "andel", "vekt_finnes",
    ),
    "what cannot be built is no figure": (
        andel,
        [("sum(vekt) FILTER (verdistatus IN ('vist', 'skjermet', 'kan_ikke_bygges')",
          "sum(vekt) FILTER (verdistatus IN ('vist', 'skjermet')")],
        "andel", "vekt_finnes",
    ),
    "years counted with shielded cells": (
        andel, [("count(DISTINCT vindusaar) FILTER (verdistatus = 'vist') AS", "count(DISTINCT vindusaar) AS")],
        "andel", "aar_med_tall",
    ),
    "half is too little": (
        units, [("Fraction(rule_set.min_dekning.verdi)", "Fraction(rule_set.min_dekning.verdi) + Fraction(1, 10**9)")],
        "rangering_kommune", "vurdert",
    ),
    "one year is enough": (
        units, [("aar_med_tall < needed", "aar_med_tall + 1 < needed")], "rangering_kommune", "vurdert",
    ),
    "the lowest share first": (kategori1, [("(-unit.andel, *", "(unit.andel, *")], "rangering_kommune", "rangering"),
    "fewest beyond the limit first": (
        kategori1, [("unit: -unit.celler_forbi_absolutt", "unit: unit.celler_forbi_absolutt")], "rangering_kommune",
        "rangering",
    ),
    "fewest possible points first": (
        kategori1, [("unit: -unit.mulige_risikopoeng", "unit: unit.mulige_risikopoeng")], "rangering_kommune",
        "rangering",
    ),
    "the highest number first": (
        kategori1, [("unit: unit.enhet", "unit: -int(unit.enhet)")], "rangering_kommune", "rangering",
    ),
    "one place too few": (
        kategori1, [("rule_set.kategori1.antall.verdi\n", "rule_set.kategori1.antall.verdi - 1\n")],
        "rangering_kommune", "kategori",
    ),
    "margin from the second": (
        kategori1, [("- first_out.andel,", "- ordered[1].andel,")], "rangering_kommune", "margin",
    ),
    "nothing is near": (kategori1, [("other_side.andel) <= near", "other_side.andel) < 0")], "rangering_kommune",
                        "naer_grensen"),
    "open points are weights": (
        aapne, [("vekt_ikke_bygd * rule_set.poeng.absolutt.verdi", "vekt_ikke_bygd")], "rangering_kommune",
        "aapne_poeng",
    ),
    "the quarter rounded down": (kategori2, [("math.ceil(", "math.floor(")], "rangering_skole", "i_ovre_kvartil"),
    "category 1 are candidates too": (
        kategori2, [("kommune.enhet in in_category_1 or limit", "limit")], "kandidat_kategori2", "rad",
    ),
    "exactly at the level is too little": (
        kategori2, [("spread.squared >= ", "spread.squared > ")], "kandidat_kategori2", "rad",
    ),
    "the spread of a sample": (
        spredning, [("Fraction(0)) / len(shares))", "Fraction(0)) / (len(shares) - 1))")],
        "kandidat_kategori2", "spredning",
    ),
    "the least spread first": (
        kategori2, [("one: -one.spread.squared", "one: one.spread.squared")], "kandidat_kategori2", "rangering",
    ),
    "one candidate too many": (
        kategori2,
        [("found[: rules.antall.verdi], found[rules.antall.verdi :]",
          "found[: rules.antall.verdi + 1], found[rules.antall.verdi + 1 :]")],
        "kandidat_kategori2", "valgt",
    ),
    "a mean rounded down": (
        ombygging, [("(2 * teller + elever) // (2 * elever)", "teller // elever")], "vurdering", "verdi",
    ),
    "a mean of what is shown": (
        ombygging, [("CASE WHEN hinder IS NOT NULL THEN 'kan_ikke_bygges' WHEN", "CASE WHEN")], "vurdering",
        "verdistatus",
    ),
    "what cannot be built is shielded": (
        ombygging, [("THEN 'kan_ikke_bygges' WHEN", "THEN 'skjermet' WHEN")], "vurdering", "verdistatus",
    ),
    "a closed school is left out": (
        ombygging, [("WHERE utenfor IS NOT NULL", "WHERE false")], "vurdering", "verdistatus",
    ),
    "a division is a renumbering": (
        harmonisering, [('                maate = "delt"', '                maate = "flyttet"')], "vurdering",
        "beregnet",
    ),
    "missing is not a grade's": (
        harmonisering, [("THEN 'mangler' ELSE 'ikke_aktuelt'", "THEN 'ikke_aktuelt' ELSE 'ikke_aktuelt'")], "vurdering",
        "verdistatus",
    ),
    "schools of every year are judged": (
        skole_plassering, [("row.skoleaar == request.newest_skoleaar and ", "")], "rangering_skole", "rad",
    ),
}  # fmt: skip


def test_a_window_that_the_run_took_wrong_is_a_difference(
    engine: Engine, job: Inputs, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second computation takes its window from all observations: handed the run's, it could only fail with it."""
    right = RuleSet.vindu
    monkeypatch.setattr(RuleSet, "vindu", lambda *asked: right(*asked)[1:])
    inputs = Inputs(job.lake, Request(2025, PLAIN, default_catalog()))
    found = differences(engine, inputs, register, Lake(tmp_path / "lager"))
    forgotten = "kommunenr=6101: mulige_risikopoeng er 24 i løpet og 36 i etterregningen"
    assert forgotten in {one.tekst for one in found if one.tabell == "rangering_kommune"}
    assert {one.enhet[-7:] for one in found if one.tabell == "vurdering" and one.felt == "rad"} == {"2022-23"}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_spoilt_in_the_pipeline_is_found(
    engine: Engine, job: Inputs, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, changes, table, column = RULES[name]
    spoil(monkeypatch, module, changes)
    inputs = Inputs(job.lake, Request(2025, WEIGHED if "weight" in name else PLAIN, default_catalog()))
    found = differences(engine, inputs, register, Lake(tmp_path / "lager"))
    assert (table, column) in {(one.tabell, one.felt) for one in found}
