"""What an audit says: keys and counts, never a figure, and nothing on stdout or in pages that are not ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest
from great_expectations.data_context import EphemeralDataContext

from checks.errors import CheckError, without_figures
from checks.runner import MAX_OFFENDERS, run_checks
from checks.suite import Check, Helper, over_table, rows_check
from tests.unit.checks.conftest import TABLE, hidden, one, query, shown, target


def test_nothing_is_written_to_stdout_and_no_data_docs_are_built(tmp_path, capfd, monkeypatch):
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("Data Docs load scripts from elsewhere and call home")

    monkeypatch.setattr(EphemeralDataContext, "build_data_docs", never)
    monkeypatch.setattr(EphemeralDataContext, "open_data_docs", never)
    before = {path for path in tmp_path.rglob("*") if path.suffix == ".html"}
    run_checks([target(tmp_path, [shown("61"), hidden()])], tmp_path / "neste")
    assert capfd.readouterr().out == ""
    assert {path for path in tmp_path.rglob("*") if path.suffix == ".html"} == before


def test_a_query_that_asks_for_figures_gives_none_away(tmp_path):
    rows = [shown(f"{number}") for number in range(6101, 6141)]
    asking = [
        query("tall", "SELECT kommunenr, verdi, risikopoeng, verdistatus FROM tabellen"),
        query("omdoept", "SELECT kommunenr, verdi AS skoleaar, CAST(verdi AS DOUBLE) AS enhet FROM tabellen"),
        Check("kolonne", "expect_column_values_to_be_between", "x", {"column": "verdi", "max_value": 1}),
        Check("sum", "expect_column_sum_to_be_between", "x", {"column": "verdi", "max_value": 1}),
    ]
    (outcomes,) = run_checks([replace(target(tmp_path, rows), checks=tuple(asking))], tmp_path / "neste")
    assert [(one.passed, len(one.avvik)) for one in outcomes] == [(False, MAX_OFFENDERS)] * 3 + [(False, 0)]
    assert "47" not in str([(one.avvik, one.line) for one in outcomes])


def test_what_the_engine_says_of_a_figure_is_left_out(tmp_path):
    # "Could not convert string '47.500x' to INT32": the figure would stand in the log and in the quarantine's page.
    broken = query("tall", "SELECT kommunenr FROM tabellen WHERE CAST(CAST(verdi AS VARCHAR) || 'x' AS INTEGER) > 0")
    helper = Helper("regnet", over_table("SELECT CAST(CAST(verdi AS VARCHAR) || 'x' AS INTEGER) AS x FROM tabellen"))
    for audited in (one(tmp_path, broken), one(tmp_path, query("a", "FROM regnet", "regnet"), helpers=(helper,))):
        with pytest.raises(CheckError) as raised:
            run_checks([audited], tmp_path / "neste")
        assert "Conversion Error" in str(raised.value)
        assert "47" not in str(raised.value) and "SELECT" not in str(raised.value)


@pytest.mark.parametrize(
    "failing", ["CAST('47x' AS INTEGER)", "CAST(474747 AS DECIMAL(3,2))", "CAST(100000 AS TINYINT)"]
)
def test_every_text_of_the_engine_that_quotes_a_value_is_known(failing):
    with pytest.raises(duckdb.Error) as raised:
        duckdb.sql(f"SELECT {failing}").fetchall()
    assert "47" not in without_figures(str(raised.value)) and "100000" not in without_figures(str(raised.value))


def test_the_result_format_is_the_runs_and_is_applied(tmp_path, seen):
    rows = [shown(f"{number}") for number in range(100, 130)]
    run_checks([target(tmp_path, rows)], tmp_path / "neste")
    verdicts, details = seen
    assert all(result.result == {} for result in verdicts.results), "a verdict carries nothing of the data"
    (form,) = details.results
    assert (len(verdicts.results) > 5, form.result["observed_value"]) == (True, 30)


def test_a_check_is_critical_unless_it_says_otherwise(tmp_path):
    critical = rows_check("kritisk", TABLE, "verdi IS NOT NULL", "x")
    warning = replace(critical, name="varsel", severity="warning")
    (outcomes,) = run_checks([one(tmp_path, critical, warning)], tmp_path / "neste")
    assert [(one.kontroll, one.alvorlighet, one.stops) for one in outcomes] == [
        ("kritisk", "kritisk", True),
        ("varsel", "varsel", False),
    ]
