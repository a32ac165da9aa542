"""The whole graph on the tiny country, and single assets as the UI materializes them."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.partitions import partition_key, range_tags
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.definitions import JOB, build_definitions
from oppfolging_pipeline.tables.model import table
from tests.graph.test_definitions import FILES_ONLY, GROUPS
from tests.support.run import NOON, failures
from tests.support.tiny import KOMMUNER, MERGED, PROVER, SKOLEAAR, SKOLER

YEARS = len(SKOLEAAR)
CELLS = len(PROVER) * YEARS
# Rows of each table by hand: five municipalities and twelve schools, four indicators, three years; and the units that
# a file has rows for: the country, two counties, the municipalities of the year (six before the merger) and schools.
ROWS = {
    "observasjon": len(PROVER) * sum(1 + 2 + kommuner + len(SKOLER) for kommuner in (6, 6, 5)),
    "kommune": len(KOMMUNER) + len(MERGED),
    "skole": len(SKOLER),
    "harmonisert": (len(KOMMUNER) + len(SKOLER)) * CELLS,
    "grense": CELLS,
    "vurdering": (len(KOMMUNER) + len(SKOLER)) * CELLS,
    "andel": len(KOMMUNER) + len(SKOLER),
    "rangering_kommune": len(KOMMUNER),
    "rangering_skole": len(SKOLER),
    "kandidat_kategori2": 0,  # the five municipalities are all among the thirty
    "identifisert_kommune": len(KOMMUNER),
    "pulje_kommune": len(KOMMUNER),
    "pulje_faseplan": 6,
    "vurdering_kommune": len(KOMMUNER) * CELLS,
    "vurdering_skole": len(SKOLER) * CELLS,
}


def lake(home: Path, key: str) -> duckdb.DuckDBPyRelation:
    return duckdb.read_parquet(str(home / "lager" / key / "**" / "*.parquet"), hive_partitioning=False)


def resources(home: Path, inbox: Path) -> dict[str, dg.ConfigurableResource]:
    return {
        "home": HomeResource(home=str(home), inbox=str(inbox)),
        "uttrekk": UttrekkResource(rules="np-skalapoeng", years=[2025], per="2025-03-01"),
        "clock": ClockResource(fixed=NOON),
    }


@pytest.mark.parametrize("name", GROUPS)
def test_every_asset_is_materialized_and_says_how_many_rows_it_has(run, name):
    found = run.result.asset_materializations_for_node(name)
    assert len(found) == (YEARS if name == "observasjon" else 1), "once, or once for each partition"
    for materialization in found:
        assert materialization.metadata["dagster/row_count"].value > 0 or name == "kandidat"


def test_every_check_was_evaluated_and_none_warns_of_what_the_source_gives_away(run):
    evaluations = run.result.get_asset_check_evaluations()
    assert {one.asset_key.to_user_string() for one in evaluations} == GROUPS.keys() - FILES_ONLY
    assert all(one.metadata["kontroller"].value >= 5 for one in evaluations)
    assert [one.check_name for one in evaluations if not one.passed] == []


@pytest.mark.parametrize(("key", "rows"), ROWS.items(), ids=ROWS)
def test_a_table_holds_the_expected_set(run, published, key, rows):
    declared = table(key)
    if declared.db_schema == "lager":
        assert lake(run.home, key).count("*").fetchone() == (rows,)
    else:
        assert published.execute(f"SELECT count(*) FROM {declared.qualified_name}").fetchone() == (rows,)


def test_the_merger_is_one_municipality_with_rebuilt_figures(published):
    # 20 pupils at 46 and 20 at 50, in 2022-23 (an even year adds nothing to lesing): 48 of 40.
    row = published.execute(
        "SELECT verdi, verdistatus, antall, beregnet FROM mart.vurdering_kommune "
        "WHERE kommunenr = '6205' AND indikator = 'lesing' AND trinn = 5 AND skoleaar = '2022-23'"
    ).fetchone()
    assert row == (48.0, "vist", 40, True)
    assert published.execute("SELECT count(*) FROM mart.rangering_kommune WHERE kommunenr = '6203'").fetchone() == (0,)


def test_a_shielded_cell_is_null_and_gives_nothing(published):
    rows = published.execute(
        "SELECT DISTINCT verdi, verdistatus, risikopoeng, mulige_risikopoeng FROM intern.vurdering_skole "
        "WHERE orgnr = '100000008' AND indikator = 'regning'"
    ).fetchall()
    assert rows == [(None, "skjermet", None, 0)]


def test_nothing_lies_about_after_a_run(run):
    left = {path.name for path in run.home.iterdir()}
    assert left == {".laas", "arkiv", "kontroll", "lager", "publisert"}
    assert {path.name for path in (run.home / "publisert").iterdir()} == {
        "oppfolging.duckdb",
        "manifest.json",
        "kontroll.html",
    }


@pytest.fixture(scope="module")
def stepwise(tmp_path_factory, tiny_inbox):
    """A home in which one asset after the other is materialized with Dagster's own call, as the UI does."""
    return tmp_path_factory.mktemp("stegvis"), tiny_inbox


def materialize(home: Path, inbox: Path, names: list[str], **how: object) -> dg.ExecuteInProcessResult:
    """The selected assets alone, outside the job."""
    definitions = build_definitions(**resources(home, inbox))
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [definitions.get_assets_def(name) for name in GROUPS],
            selection=dg.AssetSelection.assets(*names),
            resources=resources(home, inbox),
            instance=instance,
            raise_on_error=False,
            **how,
        )


def test_single_assets_one_after_the_other(stepwise):
    home, inbox = stepwise
    assert materialize(home, inbox, ["raw_innboks"]).success
    one = materialize(home, inbox, ["observasjon"], partition_key=partition_key("2023-24"))
    assert one.success, failures(one)
    # New files are staged with every year that they hold: one year alone would leave the others older than the archive.
    files = {path.stem: path for path in (home / "lager" / "observasjon").rglob("*.parquet")}
    assert sorted(files) == sorted(SKOLEAAR)

    # Once they are in force, a partition is that year and no other.
    untouched = {year: path.stat().st_mtime_ns for year, path in files.items() if year != "2022-23"}
    files["2022-23"].unlink()
    other = materialize(home, inbox, ["observasjon"], partition_key=partition_key("2022-23"))
    assert other.success, failures(other)
    assert files["2022-23"].exists()
    assert {year: files[year].stat().st_mtime_ns for year in untouched} == untouched

    whole = materialize(home, inbox, ["observasjon"], tags=range_tags(SKOLEAAR))
    assert whole.success, failures(whole)
    assert lake(home, "observasjon").count("*").fetchone() == (ROWS["observasjon"],)

    rest = materialize(home, inbox, ["kommune", "harmonisert", "grense"])
    assert rest.success, failures(rest)
    assert lake(home, "harmonisert").count("*").fetchone() == (ROWS["harmonisert"],)


def test_an_asset_before_what_it_reads_says_what_is_missing(tmp_path, tiny_inbox):
    for name, missing in (
        ("kommune", "no intake that was read without fault"),
        ("skole", "table observasjon: found no file"),
    ):
        result = materialize(tmp_path, tiny_inbox, [name])
        assert not result.success
        assert missing in failures(result)


def test_a_partition_without_figures_fails_instead_of_passing_empty(stepwise):
    home, inbox = stepwise
    assert materialize(home, inbox, ["raw_innboks"]).success
    result = materialize(home, inbox, ["observasjon"], partition_key=partition_key("2012-13"))
    assert not result.success
    assert "found no figure of 2012-13" in failures(result)


def test_resources_come_from_the_environment_when_the_launchpad_gives_none(tmp_path, tiny_inbox, monkeypatch):
    # The launchpad of a fresh `dagster dev`: resources from the environment, no config.
    monkeypatch.setenv("OPPFOLGING_HOME", str(tmp_path))
    monkeypatch.setenv("OPPFOLGING_INBOX", str(tiny_inbox))
    definitions = build_definitions()
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            tags=range_tags(SKOLEAAR),
            raise_on_error=False,
            asset_selection=[dg.AssetKey("raw_innboks")],
        )
    assert result.success
    assert (tmp_path / "arkiv" / "protokoll.sqlite").exists()
