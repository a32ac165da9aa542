"""Results of different runs are never published together, whichever table was left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.publish.consistency import (
    complete_results,
    incomplete_results,
    require_all_results,
    require_consistent_results,
    require_declared_results,
)
from oppfolging_pipeline.publish.marts import datagrunnlag, sources
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from tests.support.spoil import truncate

# What a table looks like when it stems from another run than its neighbours: table → the change of its rows.
LEFT_BEHIND = {
    "grense": "SELECT * REPLACE (nasjonal_grense + 1 AS nasjonal_grense) FROM rader",
    "harmonisert": "SELECT * REPLACE (CASE WHEN verdi IS NOT NULL THEN verdi + 1 END AS verdi) FROM rader",
    "vurdering": "SELECT * REPLACE (CASE WHEN risikopoeng IS NOT NULL THEN 3 END AS risikopoeng) FROM rader",
    "andel": "SELECT * REPLACE (risikopoeng + 1 AS risikopoeng) FROM rader",
    "rangering_kommune": "SELECT * REPLACE (risikopoeng + 1 AS risikopoeng) FROM rader",
    "rangering_skole": "SELECT * REPLACE (risikopoeng + 1 AS risikopoeng) FROM rader",
    "identifisert_kommune": "SELECT * FROM rader LIMIT 1",
    # The tiny country has no candidate: one that another run had chosen.
    "kandidat_kategori2": """
        SELECT * FROM rader UNION ALL
        SELECT 2025, 'np-skalapoeng', '6205', 'Navn', '62', 'Fylke', 'Embete', 1, 50, 30, 2, 2, 1, NULL, true, 'Valgt.',
          false, false
    """,
}


@pytest.fixture
def home(run, tmp_path) -> Path:
    """A copy of the home of a whole run, for a test to spoil."""
    return Path(shutil.copytree(run.home, tmp_path / "hjem"))


def rewrite(lake: Lake, key: str, query: str) -> None:
    (file,) = lake.files(key)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rader AS SELECT * FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")


def test_the_results_of_one_run_belong_together(home):
    with open_engine() as engine:
        require_consistent_results(engine, Lake(home / "lager"))


@pytest.mark.parametrize("key", LEFT_BEHIND)
def test_a_table_of_another_run_is_named_with_the_year_and_the_set(home, key):
    lake = Lake(home / "lager")
    rewrite(lake, key, LEFT_BEHIND[key])
    with open_engine() as engine, pytest.raises(InvalidInput) as refused:
        require_consistent_results(engine, lake)
    text = str(refused.value)
    assert key in text
    assert "uttrekk 2025, np-skalapoeng" in text
    assert "--uttrekk 2025 --rules np-skalapoeng" in text


def test_a_result_of_an_earlier_version_is_named_with_the_run_that_makes_it_anew(home):
    """A column that was not there yet was an error of a check, which named neither the file nor the run."""
    lake = Lake(home / "lager")
    with open_engine() as engine:
        require_declared_results(engine, lake)
        rewrite(lake, "regelsett_brukt", "SELECT * EXCLUDE (observasjoner_sha256) FROM rader")
        with pytest.raises(InvalidInput) as refused:
            require_declared_results(engine, lake)
    (fault,) = refused.value.findings
    assert (fault.file, fault.column) == ("lager/regelsett_brukt/2025/np-skalapoeng.parquet", "observasjoner_sha256")
    assert "oppfolging run --rules np-skalapoeng --uttrekk 2025" in fault.action


@pytest.mark.parametrize(
    "key", ["grense", "andel", "rangering_skole", "identifisert_kommune", "innhold_brukt", "sporing"]
)
def test_a_table_without_a_result_that_others_have_is_named(home, key):
    """A run of a second rule set that was killed half-way leaves some of its tables without a file."""
    lake = Lake(home / "lager")
    for other in sorted({path.parent.parent.name for path in (home / "lager").glob("*/2025/np-skalapoeng.parquet")}):
        if other not in (key, "kandidat_kategori2"):
            source = home / "lager" / other / "2025" / "np-skalapoeng.parquet"
            rewrite_as_other_set(source, source.with_name("udir-2020.parquet"))
    with open_engine() as engine, pytest.raises(InvalidInput, match=f"udir-2020.*no rows of {key}"):
        require_consistent_results(engine, lake)


@pytest.mark.parametrize("key", ["rettet_celle", "rettelse"])
def test_a_result_of_a_version_that_did_not_tell_of_corrections_is_made_again(home, key):
    (home / "lager" / key / "2025" / "np-skalapoeng.parquet").unlink()
    with open_engine() as engine, pytest.raises(InvalidInput, match=f"no file of {key}"):
        require_consistent_results(engine, Lake(home / "lager"))


def test_a_result_on_a_register_that_is_not_carried_any_more_is_named(home):
    """The program came with another register when one of the results was made."""
    lake = Lake(home / "lager")
    rewrite(lake, "innhold_brukt", f"SELECT * REPLACE ('{'0' * 64}' AS sha256) FROM rader LIMIT 1")
    with open_engine() as engine, pytest.raises(InvalidInput, match=r"uttrekk 2025.*neither in the archive"):
        datagrunnlag(engine, lake, Archive(home / "arkiv"), default_catalog())


def test_a_published_result_whose_files_are_gone_is_missing_whatever_the_reports_say(home):
    """The release left it out, and published its checks as passed."""
    lake, published = Lake(home / "lager"), home / "publisert"
    require_all_results(lake, published)
    shutil.rmtree(home / "lager")
    for reports in (True, False):
        if not reports:
            shutil.rmtree(home / "kontroll")
        with pytest.raises(
            InvalidInput, match=r"uttrekk 2025, np-skalapoeng.*run --rules np-skalapoeng --uttrekk 2025"
        ):
            require_all_results(lake, published)
    require_all_results(lake, home / "ingen")


def half_made(home: Path) -> list[Path]:
    """What a run of another identification year leaves that fails after its limits: those, with their reports."""
    files = [home / f"{folder}.{kind}" for kind, at in (("parquet", "lager"), ("json", "kontroll"))
             for folder in (f"{at}/grense/2026/np-skalapoeng", f"{at}/sporing/2026/np-skalapoeng")]  # fmt: skip
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes((file.parent.with_name("2025") / file.name).read_bytes())
    return files


def test_a_result_that_was_never_published_and_lacks_tables_holds_up_no_release(home):
    """Every later run of every year stopped at it, and the command that it was told to mend it by could not."""
    files, lake, published = half_made(home), Lake(home / "lager"), home / "publisert"
    assert {pair: sorted(of_pair) for pair, of_pair in incomplete_results(lake, published).items()} == {
        (2026, "np-skalapoeng"): sorted(files)
    }
    require_all_results(lake, published)
    complete = complete_results(lake, published)
    assert len(lake.files("grense")) == 2 and len(complete.files("grense")) == 1
    with open_engine() as engine:
        require_consistent_results(engine, complete)
        assert all("2026" not in str(file) for files in sources(engine, complete).values() for file in files)


def test_a_published_result_that_lacks_tables_is_left_out_by_nobody(home):
    (home / "lager/andel/2025/np-skalapoeng.parquet").unlink()
    lake, published = Lake(home / "lager"), home / "publisert"
    assert incomplete_results(lake, published) == {}
    assert complete_results(lake, published).files("grense") == lake.files("grense")
    with pytest.raises(InvalidInput, match="no file of andel"):
        require_all_results(lake, published)


@pytest.mark.parametrize("spoil", [Path.unlink, truncate])
def test_where_nobody_knows_what_was_published_nothing_is_left_out(home, spoil):
    half_made(home)
    spoil(home / "publisert/oppfolging.duckdb")
    lake, published = Lake(home / "lager"), home / "publisert"
    assert incomplete_results(lake, published) == {}
    with pytest.raises(InvalidInput, match=r"uttrekk 2026, np-skalapoeng.*If it was never published, remove it"):
        require_all_results(lake, published)


def test_a_report_without_its_file_is_published_with_nothing(home):
    """As after a version that left the report of a school year that had gone: 64 checks passed of no file."""
    lake = Lake(home / "lager")
    stale = home / "kontroll/observasjon/nasjonale_prover/2019-20.json"
    stale.write_bytes((home / "kontroll/observasjon/nasjonale_prover/2024-25.json").read_bytes())
    with open_engine() as engine:
        (kontroll,) = sources(engine, lake)["kontroll"]
    checks = {name for (name,) in duckdb.read_parquet(str(kontroll)).project("kontroll").fetchall()}
    assert any("2024-25" in name for name in checks) and not any("2019-20" in name for name in checks)


def rewrite_as_other_set(source: Path, target: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rader AS SELECT * FROM read_parquet(?)", [str(source)])
        query = "SELECT * REPLACE ('udir-2020' AS indikatorsett) FROM rader"
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
