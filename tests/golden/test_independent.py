"""The pipeline against a second, independent computation: every municipality, every school, every cell.

On the six real downloads of national tests, and on the example country under both carried rule sets; and on the same
the second computation that every run makes (`identification.etterregning`), which reads the lake and not the files.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.identification.etterregning.sammenligning import Avvik
from oppfolging_pipeline.identification.etterregning_inndata import avvik_of
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.sources.example.final_marks import final_marks as example_marks
from oppfolging_pipeline.sources.example.national_tests import national_tests as example_tests
from oppfolging_pipeline.sources.example.register_files import register_files
from oppfolging_pipeline.sources.example.survey import survey as example_survey
from oppfolging_pipeline.staging.harmonisering import Request
from tests.golden import independent_read as read
from tests.golden.independent import Asked, Result, identify
from tests.support.golden import Query, open_published
from tests.support.run import failures, run_job

SHARED = Path(__file__).parents[2] / ".." / "shared"
REAL = SHARED / "data" / "udir-eksport" / "nasjonale-prover"
CHANGES_OF_2024 = SHARED / "data" / "klass" / "kommune_2023_to_2024.csv"
needs_real_files = pytest.mark.skipif(not REAL.is_dir(), reason="the shared folder with Udir's downloads is not here")

AUTUMN = ["2022-23", "2023-24", "2024-25"]
SPRING = ["2021-22", "2022-23", "2023-24"]


def item(
    kilde: str, distance: int, *, years: list[str], lower: bool = False, weight: int = 1, decimals: int = 1
) -> Any:
    """`distance` is that of the absolute limit from the national one, in thousandths."""
    return {
        "kilde": kilde, "years": years, "weight": weight, "lower": lower, "distance": distance, "decimals": decimals,
    }  # fmt: skip


# The two carried sets, written down a second time.
NP_SKALAPOENG: Asked = {
    (indikator, trinn): item("np", 3000, years=AUTUMN, decimals=0)
    for indikator in ("lesing", "regning")
    for trinn in (5, 8)
}
UDIR_2020: Asked = {
    **{("mobbing", trinn): item("eu", 5000, years=AUTUMN, lower=True) for trinn in (7, 10)},
    **{
        (name, trinn): item("eu", 300, years=AUTUMN) for name in ("stotte_fra_larer", "motivasjon") for trinn in (7, 10)
    },
    **{
        (name, trinn): item("np", 10000 if trinn == 5 else 7000, years=AUTUMN, lower=True)
        for name in ("lesing", "regning")
        for trinn in (5, 8)
    },
    ("grunnskolepoeng", 10): item("gsp", 2500, years=SPRING, weight=3),
}


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ekte")
    result = run_job(home, REAL, rules="np-skalapoeng", years=[2025], skoleaar=AUTUMN)
    assert result.success, failures(result)
    return home


@pytest.fixture(scope="module")
def real(real_home: Path) -> tuple[Query, Result, pd.DataFrame]:
    changes = pd.read_csv(CHANGES_OF_2024, dtype=str).query("code_2024 != '9999'")  # unknown, no municipality
    figures = read.national_tests(REAL, "Skalapoeng")
    # Downloads of before 2024 hold the old codes and the newest one the new, so one map serves for all of them.
    became = changes.groupby("code_2023").code_2024.apply(sorted).to_dict()
    found = identify(figures, figures, NP_SKALAPOENG, became, set(changes.code_2024))
    return open_published(real_home), found, changes


@pytest.fixture(scope="module")
def example_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's files of the two windows, run under both sets in one home; the inbox lies beside it."""
    folder = tmp_path_factory.mktemp("eksempel")
    inbox = folder / "innboks"
    inbox.mkdir()
    files = {**register_files(), **example_marks()}
    for skoleaar in AUTUMN:
        files |= example_tests(skoleaar) | example_survey(skoleaar)
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    for rules in ("udir-2020", "np-skalapoeng"):
        result = run_job(folder / "hjem", inbox, rules=rules, years=[2025], skoleaar=[SPRING[0], AUTUMN[-1]])
        assert result.success, failures(result)
    return folder / "hjem"


@pytest.fixture(scope="module")
def example(example_home: Path) -> tuple[Query, dict[str, Result]]:
    """The example computed a second time from its files, under both sets."""
    inbox = example_home.parent / "innboks"
    codes = pd.read_csv(inbox / "kommune_koder.csv", dtype=str, keep_default_na=False)
    changes = pd.read_csv(inbox / "kommune_endringer.csv", dtype=str)
    # Both windows lie after the changes of 2020: those of 2024 are the only ones inside them.
    became = changes[changes.changeOccurred == "2024-01-01"].groupby("oldCode").newCode.apply(sorted).to_dict()
    kommuner = set(codes[codes.validTo == ""].code)
    scores = read.national_tests(inbox, "Skalapoeng")
    lowest = read.national_tests(inbox, "Andel på mestringsnivå 1")
    answers = read.survey(inbox)
    marks = read.final_marks(inbox / "Grunnskolepoeng.xlsx", [*SPRING, AUTUMN[-1]], codes)
    everywhere = pd.concat([scores, answers, marks])
    window = pd.concat([lowest, answers, marks[marks.aar != AUTUMN[-1]]], ignore_index=True)
    return open_published(example_home), {
        "np-skalapoeng": identify(scores, everywhere, NP_SKALAPOENG, became, kommuner),
        "udir-2020": identify(window, everywhere, UDIR_2020, became, kommuner),
    }


def agree(published: Query, found: Result, indikatorsett: str) -> None:
    """Every municipality, school and cell of the published file is as the second computation has it."""
    of_set = f"WHERE indikatorsett = '{indikatorsett}' AND uttrekksaar = 2025"
    names = ("risikopoeng", "mulige_risikopoeng", "dekningsgrad", "vurdert", "andel_risikopoeng", "rangering")
    ranking = {row["kommunenr"]: row for row in published(f"SELECT * FROM mart.rangering_kommune {of_set}")}
    place = {code: number for number, code in enumerate(found.order, start=1)}
    category_2 = [code for code, _ in found.candidates[:10]]
    first_out = found.kommuner[found.order[30]].share
    cut = found.kommuner[found.order[29]].share
    expected = {}
    for code, unit in found.kommuner.items():
        selected = place.get(code, 99) <= 30
        expected[code] = {
            **dict(zip(names, _sums(unit, place.get(code)), strict=True)),
            "kategori": 1 if selected else 2 if code in category_2 else None,
            "margin": float(unit.share - first_out) if unit.judged else None,
            "delt_plassering": selected and unit.share == cut == first_out,
            "naer_grensen": unit.judged and abs(unit.share - (first_out if selected else cut)) <= 2,
        }
    assert {code: {name: row[name] for name in expected[code]} for code, row in ranking.items()} == expected

    candidates = published(f"SELECT * FROM mart.kandidat_kategori2 {of_set} ORDER BY rangering")
    assert [(row["kommunenr"], row["valgt"]) for row in candidates] == [
        (code, number < 10) for number, (code, _) in enumerate(found.candidates)
    ]
    assert [row["spredning"] for row in candidates] == [
        pytest.approx(math.sqrt(squared), abs=0.0500001) for _, squared in found.candidates
    ]

    judged = sorted(-unit.share for unit in found.skoler.values() if unit.judged)
    school_expected = {}
    for orgnr, unit in found.skoler.items():
        number = bisect_left(judged, -unit.share) + 1 if unit.judged else None
        school_expected[orgnr] = {
            **dict(zip(names, _sums(unit, number), strict=True)),
            "kommunenr": unit.kommune,
            "i_ovre_kvartil": unit.share >= found.upper if unit.judged else None,
        }
    schools = {row["orgnr"]: row for row in published(f"SELECT * FROM intern.rangering_skole {of_set}")}
    assert {
        nr: {name: row[name] for name in (*names, "kommunenr", "i_ovre_kvartil")} for nr, row in schools.items()
    } == (school_expected)
    assert _cells(published, "mart.vurdering_kommune", "kommunenr", of_set) == _expected(found.kommuner)
    assert _cells(published, "intern.vurdering_skole", "orgnr", of_set) == _expected(found.skoler)


def _cells(published: Query, table: str, key: str, of_set: str) -> dict[tuple[Any, ...], tuple[str, int]]:
    rows = published(f"SELECT {key} AS enhet, indikator, trinn, skoleaar, verdistatus, verdi FROM {table} {of_set}")
    return {
        (row["enhet"], row["indikator"], row["trinn"], row["skoleaar"]): (
            row["verdistatus"],
            0 if row["verdi"] is None else round(row["verdi"] * 1000),
        )
        for row in rows
    }


def _expected(units: dict[str, Any]) -> dict[tuple[Any, ...], tuple[str, int]]:
    return {
        (code, *cell): (status, verdi if status == "vist" else 0)
        for code, unit in units.items()
        for cell, (status, verdi) in unit.cells.items()
    }


def _sums(unit: Any, number: int | None) -> tuple[Any, ...]:
    coverage = unit.shown / unit.exist if unit.exist else None
    share = float(unit.share) if unit.possible else None
    return unit.points, unit.possible, coverage, unit.judged, share, number


@needs_real_files
def test_real_files_agree_for_every_municipality_school_and_cell(real: tuple[Query, Result, pd.DataFrame]) -> None:
    published, found, _ = real
    assert len(found.kommuner) == 357
    assert len(found.skoler) > 2500
    agree(published, found, "np-skalapoeng")


@needs_real_files
@pytest.mark.parametrize(
    ("kommunenr", "name", "points", "possible", "percent"),
    [
        ("1845", "Sørfold - Fuolldá", 29, 36, 80.56),
        ("5628", "Deatnu - Tana", 24, 33, 72.73),
        ("4005", "Notodden", 23, 36, 63.89),
    ],
)
def test_figures_of_the_issue(
    real: tuple[Query, Result, pd.DataFrame], kommunenr: str, name: str, points: int, possible: int, percent: float
) -> None:
    (row,) = real[0]("SELECT * FROM mart.identifisert_kommune WHERE kommunenr = ?", kommunenr)
    assert (row["kategori"], row["risikopoeng"], row["mulige_risikopoeng"]) == (1, points, possible)
    assert round(row["andel_risikopoeng"], 2) == percent
    assert row["kommunenavn"] == name
    assert f"{points} av {possible} mulige risikopoeng ({str(percent).replace('.', ',')} prosent)" in row["begrunnelse"]


@needs_real_files
def test_30_and_10_with_the_last_of_category_1_by_the_tie_rule(real: tuple[Query, Result, pd.DataFrame]) -> None:
    found = real[0]("SELECT * FROM mart.identifisert_kommune ORDER BY kategori, rangering")
    assert [(row["kategori"], row["rangering"]) for row in found] == [
        *((1, n) for n in range(1, 31)),
        *((2, n) for n in range(1, 11)),
    ]
    assert found[29]["delt_plassering"]
    assert "Andelen er lik på begge sider av grensen; " in found[29]["begrunnelse"]
    assert found[29]["margin"] == 0
    assert {row["status"] for row in found} == {"beregnet"}


@needs_real_files
def test_names_are_the_current_ones(real: tuple[Query, Result, pd.DataFrame]) -> None:
    """`Notodden (2020 - 2023)` is what the downloads of before 2024 call it."""
    published, _, changes = real
    names = {row["kommunenr"]: row["kommunenavn"] for row in published("SELECT * FROM mart.rangering_kommune")}
    assert names == dict(zip(changes.code_2024, changes.name_2024, strict=True))


@needs_real_files
@pytest.mark.parametrize("kommunenr", ["1508", "1580"])
def test_aalesund_and_haram_are_a_split(real: tuple[Query, Result, pd.DataFrame], kommunenr: str) -> None:
    """Rebuilt from the schools where all of the part's are shown; never the figure of the old municipality."""
    cells = real[0]("SELECT skoleaar, verdistatus, beregnet FROM mart.vurdering_kommune WHERE kommunenr = ?", kommunenr)
    assert {
        (row["beregnet"], row["verdistatus"] in ("vist", "kan_ikke_bygges"))
        for row in cells
        if row["skoleaar"] < "2024"
    } == {(True, True)}
    assert not any(row["beregnet"] for row in cells if row["skoleaar"] == "2024-25")


@pytest.mark.parametrize("rules", ["udir-2020", "np-skalapoeng"])
def test_the_example_agrees_for_every_municipality_school_and_cell(
    example: tuple[Query, dict[str, Result]], rules: str
) -> None:
    published, found = example
    assert len(found[rules].kommuner) > 300
    agree(published, found[rules], rules)


@pytest.mark.parametrize("rules", ["udir-2020", "np-skalapoeng"])
def test_the_second_computation_of_every_run_agrees_on_the_example(example_home: Path, rules: str) -> None:
    assert second_computation(example_home, rules) == []


@needs_real_files
def test_the_second_computation_of_every_run_agrees_on_real_files(real_home: Path) -> None:
    assert second_computation(real_home, "np-skalapoeng") == []


def second_computation(home: Path, rules: str) -> list[Avvik]:
    """Where the home's tables differ from what `identification.etterregning` finds from its observations."""
    return avvik_of(Lake(home / "lager"), Request(2025, load_rule_set(rules), default_catalog()), {}, {})


def test_the_example_has_what_makes_the_comparison_worth_something(example: tuple[Query, dict[str, Result]]) -> None:
    """Without a merger, a split, shielded, missing and absent cells, agreement would say little."""
    found = example[1]["udir-2020"]
    statuses = [
        status for unit in (*found.kommuner.values(), *found.skoler.values()) for status, _ in unit.cells.values()
    ]
    assert {"vist", "skjermet", "mangler", "ikke_aktuelt", "kan_ikke_bygges"} == set(statuses)
    (row,) = example[0](
        "SELECT count(DISTINCT kommunenr) FILTER (verdistatus = 'vist') AS vist, "
        "count(DISTINCT kommunenr) FILTER (verdistatus = 'kan_ikke_bygges') AS ikke_bygd "
        "FROM mart.vurdering_kommune WHERE beregnet"
    )
    assert row["vist"] >= 2
    assert row["ikke_bygd"] >= 1
    assert len(found.candidates) > 10
