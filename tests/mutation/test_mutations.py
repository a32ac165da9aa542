"""Good data spoiled in many ways: every way is caught by a check that is named, and every check catches one.

The tables of what catches what are the modules `spoiled_…`; `python -m tests.mutation.report` prints them with
everything that failed. What slips is listed here with its reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.catalogue import Beside, Target, make_catalogue
from checks.errors import CheckError
from checks.runner import TIMEOUT
from checks.suite import derived_checks, merge
from checks.suite_files import suite_of
from oppfolging_pipeline.tables.model import all_tables
from tests.mutation import (
    spoiled_corrections,
    spoiled_decisions,
    spoiled_files,
    spoiled_nulls,
    spoiled_observasjon,
    spoiled_published,
    spoiled_results,
    spoiled_sources,
    spoiled_texts,
)
from tests.mutation.mutation import Mutation, audit_of, caught, failing, where
from tests.mutation.spoiled_observasjon import CELL, NEW
from tests.support.declared import write_parquet

PARTS = (
    spoiled_observasjon.CELLS, spoiled_files.ALL, spoiled_results.ALL, spoiled_decisions.ALL, spoiled_texts.ALL,
    spoiled_published.ALL, spoiled_corrections.ALL, spoiled_nulls.NULLS,
)  # fmt: skip
MUTATIONS: dict[str, Mutation] = {name: one for part in PARTS for name, one in part.items()}
SUITES = sorted(key for key in all_tables() if suite_of(key).checks)

# Known to slip: nothing in the figures of one home tells them from good ones.
SLIPS = {
    # Both are tests of the same grade, scale and pupils, with the same national mean by construction of the scale.
    "lesing and regning swapped in one year": caught(
        "observasjon",
        where(
            "observasjon",
            "skoleaar = '2024-25' AND maal = 'skalapoeng'",
            indikator="CASE indikator WHEN 'lesing' THEN 'regning' ELSE 'lesing' END",
        ),
    ),
    # The same register, and neighbours in time: only the file's own heading says which year is which.
    "two years of one register swapped": caught(
        "observasjon",
        where(
            "observasjon",
            "skoleaar IN ('2022-23', '2023-24')",
            skoleaar="CASE skoleaar WHEN '2022-23' THEN '2023-24' ELSE '2022-23' END",
        ),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_spoiled_is_caught_by_its_check(good_home: Path, tmp_path: Path, name: str) -> None:
    mutation = MUTATIONS[name]
    found = failing(audit_of(mutation, good_home, tmp_path, mutation.caught_by))
    assert found == set(mutation.caught_by)


@pytest.mark.parametrize("name", spoiled_sources.ALL)
def test_what_is_spoiled_of_another_source_is_caught_by_its_check(
    home_of_other_sources: Path, tmp_path: Path, name: str
) -> None:
    mutation = spoiled_sources.ALL[name]
    found = failing(audit_of(mutation, home_of_other_sources, tmp_path, mutation.caught_by))
    assert found == set(mutation.caught_by)


def test_good_data_of_the_other_sources_pass_every_check(home_of_other_sources: Path, tmp_path: Path) -> None:
    good = Mutation("observasjon", "SELECT * FROM observasjon", ())
    assert [one.line for one in audit_of(good, home_of_other_sources, tmp_path) if not one.passed] == []


def test_no_two_mutations_have_one_name_and_each_names_its_check() -> None:
    assert len(MUTATIONS) == sum(len(part) for part in PARTS) >= 60
    assert all(mutation.caught_by for mutation in MUTATIONS.values())


@pytest.mark.parametrize("key", SUITES)
def test_every_check_of_a_suite_is_named_by_a_mutation_that_it_must_catch(key: str) -> None:
    mutations = [*MUTATIONS.values(), *spoiled_sources.ALL.values()]
    named = {check for mutation in mutations if mutation.table == key for check in mutation.caught_by}
    assert {check.name for check in suite_of(key).checks} - named == set()


@pytest.mark.parametrize("key", SUITES)
def test_every_column_that_may_be_null_is_shown_null_in_every_row_or_may_be(key: str) -> None:
    nullable = {(key, column.name) for column in all_tables()[key].columns if column.nullable}
    assert nullable == {pair for pair in spoiled_nulls.COLUMNS if pair[0] == key}


@pytest.mark.parametrize("key", SUITES)
def test_good_data_pass_every_check(good_home: Path, tmp_path: Path, key: str) -> None:
    # Without this a check that always fails would catch everything.
    outcomes = audit_of(Mutation(key, f"SELECT * FROM {key}", ()), good_home, tmp_path)
    assert [one.line for one in outcomes if not one.passed] == []


def test_years_across_a_declared_break_are_not_compared(
    good_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_scale = caught("observasjon", where("observasjon", f"{NEW} AND {CELL}", verdi="verdi + 8"))
    undeclared = tmp_path / "uten"
    undeclared.mkdir()
    assert "landet_endrer_seg_lite" in failing(audit_of(new_scale, good_home, undeclared))
    own = tmp_path / "oppsett"
    own.mkdir()
    (own / "brudd.yaml").write_text(
        "brudd:\n  - {id: ny-skala, kilde: nasjonale_prover, indikatorer: [lesing], slag: ny_skala, "
        "fra_skoleaar: 2024-25, tekst: Skalaen er ny., referanse: Meldt av Udir.}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("OPPFOLGING_OPPSETT", str(own))
    assert failing(audit_of(new_scale, good_home, tmp_path)) == set()


@pytest.mark.parametrize(
    ("check", "corrected"),
    [
        ("landet_mot_fylkene", f"{NEW} AND {CELL} AND nivaa = 'nasjonalt'"),
        ("landet_mot_fylkene", f"{NEW} AND {CELL} AND nivaa = 'fylke' AND enhet = '66'"),
        ("eneste_skole_er_kommunen", f"{NEW} AND {CELL} AND nivaa = 'kommune'"),
        ("eneste_skole_er_kommunen", f"{NEW} AND {CELL} AND nivaa = 'skole'"),
    ],
)
def test_a_corrected_figure_is_not_held_against_what_the_source_made_of_its_own(
    good_home: Path, tmp_path: Path, check: str, corrected: str
) -> None:
    # Twenty more in the largest county alone is more than one in the country.
    for folder, mark in (("uten", "rettelse"), ("med", "'x'")):
        (tmp_path / folder).mkdir()
        spoiled = caught("observasjon", where("observasjon", corrected, verdi="verdi + 20", rettelse=mark))
        assert bool(failing(audit_of(spoiled, good_home, tmp_path / folder, (check,)))) == (folder == "uten")


@pytest.mark.parametrize("name", SLIPS)
def test_what_is_known_to_slip_still_slips(good_home: Path, tmp_path: Path, name: str) -> None:
    # When one of these fails, a check has learned to see it: move it to the mutations.
    assert failing(audit_of(SLIPS[name], good_home, tmp_path)) == set()


@pytest.mark.parametrize("key", [key for key, declared in all_tables().items() if not declared.empty_ok])
def test_no_suite_passes_on_an_empty_or_an_absent_table(tmp_path: Path, key: str) -> None:
    declared = all_tables()[key]
    checks = tuple(merge(derived_checks(declared, "sjekk_0"), suite_of(key).checks))
    empty = write_parquet(tmp_path / "tom.parquet", declared.columns, [])
    for files, found in (((empty,), "found no row"), ((tmp_path / "borte.parquet",), "found no file"), ((), "no file")):
        with pytest.raises(CheckError, match=found):
            place = tmp_path / f"{len(files)}-{found}.duckdb"
            make_catalogue(place, [Target(declared, files, "sjekk_0", checks)], Beside(), TIMEOUT)
