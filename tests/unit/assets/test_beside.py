"""What an audit may read beside its files: the right files of each table, and facts of the right partitions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assets.beside import _MAKERS, _MAY_BE_EMPTY, UTTREKK, beside
from assets.resources import HomeResource
from checks.catalogue import Beside
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.tables.model import all_tables, table
from tests.support.sets import made_with
from tests.unit.staging.country import AFTER, BEFORE, changing_country

TESTS = "nasjonale_prover"
SET, OTHER = "np-skalapoeng", "udir-2020"
RESULTS = [key for key, declared in all_tables().items() if declared.partition_by == UTTREKK]


@pytest.fixture
def home(tmp_path) -> HomeResource:
    """A home whose lake holds observations of two years and results of three partitions. Nothing reads the files but
    those that say which set a result was made with."""
    resource = HomeResource(home=str(tmp_path), inbox="")
    for key, parts in {
        "observasjon": [(TESTS, BEFORE), (TESTS, "2023-24")],
        **{key: [(2025, SET), (2025, OTHER), (2024, SET)] for key in RESULTS},
    }.items():
        for values in parts:
            file = target(resource, key, *values)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    for year, name in ((2025, SET), (2025, OTHER), (2024, SET)):
        made_with(resource.lake, year, load_rule_set(name))
    target(resource, "kommune").parent.mkdir(parents=True)
    target(resource, "kommune").touch()
    return resource


def target(home: HomeResource, key: str, *values: object) -> Path:
    return home.lake.target(key, dict(zip(table(key).partition_by, values, strict=True)))


def staged(home: HomeResource, key: str, *values: object) -> StagedFile:
    partition = dict(zip(table(key).partition_by, values, strict=True))
    return StagedFile(table(key), home.lake.staged(key, partition), home.lake.target(key, partition), 1)


def names(found: Beside, home: HomeResource, key: str) -> list[str]:
    """The files as `lager/…` and `neste/…`."""
    return [path.relative_to(home.root).as_posix() for path in found.tables[key]]


def test_an_audited_partition_stands_in_the_place_of_the_one_it_replaces(home):
    files = [staged(home, "observasjon", TESTS, "2023-24")]
    assert names(beside(home, files, {"observasjon"}), home, "observasjon") == [
        "lager/observasjon/nasjonale_prover/2022-23.parquet",
        "neste/observasjon/nasjonale_prover/2023-24.parquet",
    ]


def test_an_audited_partition_that_is_new_is_read_beside_the_ones_there(home):
    files = [staged(home, "observasjon", TESTS, AFTER)]
    assert names(beside(home, files, {"observasjon"}), home, "observasjon") == [
        "lager/observasjon/nasjonale_prover/2022-23.parquet",
        "lager/observasjon/nasjonale_prover/2023-24.parquet",
        "neste/observasjon/nasjonale_prover/2024-25.parquet",
    ]


def test_a_partition_that_is_to_go_is_read_by_nobody_and_expected_by_nobody(home):
    """Spoiled beyond reading it stopped every audit, and so the very run that was to take it away."""
    gone = [target(home, "observasjon", TESTS, "2019-20")]
    gone[0].touch()
    files = [staged(home, "observasjon", TESTS, "2023-24")]
    found = beside(home, files, {"observasjon", "ventet_enhet"}, changing_country(), gone=gone)
    assert names(found, home, "observasjon") == [
        "lager/observasjon/nasjonale_prover/2022-23.parquet",
        "neste/observasjon/nasjonale_prover/2023-24.parquet",
    ]
    assert (TESTS, "2019-20") not in {row[:2] for row in found.facts["ventet_enhet"].rows}


def test_of_a_table_by_uttrekk_only_the_audited_partitions_are_read(home):
    # The shares of 2025 are not the sums of another year's or another set's points.
    found = beside(home, [staged(home, "andel", 2025, SET)], {"vurdering", "observasjon"})
    assert names(found, home, "vurdering") == ["lager/vurdering/2025/np-skalapoeng.parquet"]
    assert len(found.tables["observasjon"]) == 2, "observations are of no uttrekk"


def test_tables_that_are_staged_together_are_read_together(home):
    files = [staged(home, "rangering_kommune", 2025, SET), staged(home, "vurdering", 2025, SET)]
    assert names(beside(home, files, {"vurdering"}), home, "vurdering") == [
        "neste/vurdering/2025/np-skalapoeng.parquet"
    ]


def test_a_table_of_the_whole_home_is_compared_with_every_partition(home):
    found = beside(home, [staged(home, "vurdering_kommune")], {"vurdering"})
    assert len(found.tables["vurdering"]) == 3


def test_committed_files_are_audited_where_they_are(home):
    # `oppfolging check` audits what is in place: staged and target are one.
    file = target(home, "vurdering", 2025, SET)
    found = beside(home, [StagedFile(table("vurdering"), file, file, 1)], {"vurdering", "grense"})
    assert names(found, home, "vurdering") == ["lager/vurdering/2025/np-skalapoeng.parquet"]
    assert names(found, home, "grense") == ["lager/grense/2025/np-skalapoeng.parquet"]


def test_only_what_is_read_is_handed_over(home):
    found = beside(home, [staged(home, "andel", 2025, SET)], {"vurdering", "sett"})
    assert (set(found.tables), set(found.facts)) == ({"vurdering"}, {"sett"})
    assert beside(home, [staged(home, "andel", 2025, SET)], set()) == Beside({}, {})


def test_a_name_that_is_no_table_and_no_fact_is_handed_over_by_nobody(home):
    found = beside(home, [staged(home, "andel", 2025, SET)], {"finnes_ikke"})
    assert (found.tables, found.facts) == ({}, {}), "and the catalogue refuses it by name"


def test_a_table_that_is_not_in_the_lake_has_no_file(home):
    assert beside(home, [staged(home, "andel", 2025, SET)], {"skole"}).tables["skole"] == []


def test_a_result_that_a_run_left_half_made_is_compared_with_only_where_it_is_made(home):
    """Never published, it is in no release; the checks of a release asked for it all the same."""
    target(home, "grense", 2026, SET).parent.mkdir()
    target(home, "grense", 2026, SET).touch()
    of_release = beside(home, [staged(home, "vurdering_kommune")], {"grense", "sett"})
    assert len(of_release.tables["grense"]) == len(uttrekk_of(of_release, "sett")) == 3
    itself = beside(home, [staged(home, "harmonisert", 2026, SET)], {"grense", "sett"})
    assert names(itself, home, "grense") == ["lager/grense/2026/np-skalapoeng.parquet"]
    assert uttrekk_of(itself, "sett") == {(2026, SET)}


def uttrekk_of(found: Beside, fact: str) -> set[tuple[object, ...]]:
    return {row[:2] for row in found.facts[fact].rows}


def test_facts_are_of_the_audited_uttrekk_or_else_of_every_one_in_the_lake(home):
    of_one = beside(home, [staged(home, "andel", 2024, SET)], {"sett"})
    assert uttrekk_of(of_one, "sett") == {(2024, SET)}
    of_all = beside(home, [staged(home, "vurdering_kommune")], {"sett"})
    assert uttrekk_of(of_all, "sett") == {(2025, SET), (2025, OTHER), (2024, SET)}


def test_units_are_expected_of_every_partition_there_staged_or_asked_for(home):
    files = [staged(home, "observasjon", TESTS, AFTER)]
    found = beside(home, files, {"ventet_enhet"}, changing_country())
    years = {row[:2] for row in found.facts["ventet_enhet"].rows}
    assert {(TESTS, BEFORE), (TESTS, "2023-24"), (TESTS, AFTER)} <= years
    # A window's year that is in no file is expected as well, or a missing year would be a smaller table.
    harmonised = beside(home, [staged(home, "harmonisert", 2025, SET)], {"ventet_enhet"}, changing_country())
    assert (TESTS, AFTER) in {row[:2] for row in harmonised.facts["ventet_enhet"].rows}


def test_the_register_that_was_read_goes_before_the_homes(home, monkeypatch):
    def never(*_: object) -> Register:
        raise AssertionError("the figures were read against another")

    monkeypatch.setattr("assets.beside.intake.read_register", never)
    found = beside(home, [staged(home, "observasjon", TESTS, AFTER)], {"ventet_enhet"}, changing_country())
    assert "6101" in {row[3] for row in found.facts["ventet_enhet"].rows}


def test_what_a_municipality_has_become_is_of_the_runs_day_or_of_every_day_that_may_be_it(home):
    files = [staged(home, "pulje_kommune")]
    of_run = beside(home, files, {"etterfolger"}, changing_country(), date(2026, 5, 1)).facts["etterfolger"]
    assert {row[0] for row in of_run.rows} == {date(2026, 5, 1)}
    # The uttrekk of 2024 was made after the change of 1 January: by hand its own day is the only one.
    by_hand = beside(home, files, {"etterfolger"}, changing_country()).facts["etterfolger"]
    assert {row[0] for row in by_hand.rows} == {date(2024, 3, 1)}
    assert {row[1:3] for row in by_hand.rows} == {(2025, SET), (2025, OTHER), (2024, SET)}


def test_the_register_is_not_read_where_no_fact_is_of_it(home, monkeypatch):
    monkeypatch.setattr("assets.beside.intake.read_register", lambda *_: pytest.fail("read for nothing"))
    assert beside(home, [staged(home, "andel", 2025, SET)], {"sett", "katalog_maal"}).facts.keys() == {
        "sett",
        "katalog_maal",
    }


def test_every_fact_must_have_rows_but_codes_outside_the_municipalities_breaks_and_corrections(home):
    found = beside(home, [staged(home, "harmonisert", 2025, SET)], set(_MAKERS), changing_country())
    assert found.facts.keys() == _MAKERS.keys()
    assert (
        {name for name, fact in found.facts.items() if fact.empty_ok}
        == {"utenfor", "brudd_celle", "vindusbrudd", "rettet_antall", "rettet_bare_antall", "utelatt_tall"}
        == _MAY_BE_EMPTY
    )
    assert all(fact.rows for fact in found.facts.values() if not fact.empty_ok)
