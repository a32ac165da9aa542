"""Each way in which Great Expectations lets bad data through, shown closed: what could not be checked is no pass."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from great_expectations.datasource.fluent.interfaces import Batch

from checks.catalogue import Beside, Facts
from checks.errors import CheckError
from checks.runner import _exception, run_checks
from checks.suite import ROWS, Check, Helper, over_table, rows_check
from oppfolging_pipeline.tables.model import table
from tests.support.declared import write_parquet
from tests.unit.checks.conftest import TABLE, hidden, one, query, shown, target

# Ends in no lifetime: a cross join of 10^20 rows that nothing can be known about beforehand.
ENDLESS = over_table(
    "SELECT kommunenr FROM tabellen, range(10000000000) a(i), range(10000000000) b(j) WHERE hash(i, j) = 1"
)
SOON = 3.0


# An exception inside a metric


def test_an_exception_that_is_keyed_by_its_metric_is_an_error_of_the_check(tmp_path, seen):
    broken = Check("borte", "expect_column_values_to_not_be_null", "Borte.", {"column": "finnes_ikke"})
    with pytest.raises(CheckError, match="borte"):
        run_checks([one(tmp_path, broken)], tmp_path / "neste")
    (result,) = seen[0].results
    assert "raised_exception" not in result.exception_info, "this is the keyed shape"


def test_an_exception_that_is_flat_is_an_error_of_the_check(tmp_path, seen):
    # The metric is there, and comparing it with the bound raises.
    broken = Check("største", "expect_column_max_to_be_between", "Største.", {"column": "kommunenr", "max_value": 3})
    with pytest.raises(CheckError, match="største"):
        run_checks([one(tmp_path, broken)], tmp_path / "neste")
    (result,) = seen[0].results
    assert result.exception_info["raised_exception"] is True, "this is the flat shape"


@pytest.mark.parametrize("info", [{}, {"metric": "no more than a text"}, {"metric": {"message": "x"}}])
def test_an_exception_info_of_another_shape_is_no_pass(info):
    assert _exception(info)


@pytest.mark.parametrize(
    "info",
    [
        {"raised_exception": False, "exception_message": None},
        {"m": {"raised_exception": False, "exception_message": ""}},
    ],
)
def test_no_exception_in_either_shape_is_none(info):
    assert _exception(info) is None


def test_one_broken_check_takes_the_good_ones_with_it(tmp_path):
    good = rows_check("god", TABLE, "verdi > 100", "God.")
    broken = rows_check("ødelagt", TABLE, "ingen_slik_funksjon(verdi)", "Ødelagt.")
    with pytest.raises(CheckError, match=r"1 checks could not be run \(ødelagt\)"):
        run_checks([one(tmp_path, good, broken)], tmp_path / "neste")


# Fewer results than checks


def test_a_result_that_does_not_come_back_is_no_pass(tmp_path, monkeypatch):
    real = Batch.validate

    def losing(self, *args, **kwargs):
        validation = real(self, *args, **kwargs)
        validation.results = validation.results[1:]
        return validation

    monkeypatch.setattr(Batch, "validate", losing)
    checks = [rows_check(name, TABLE, "verdi > 100", "God.") for name in ("en", "to")]
    with pytest.raises(CheckError, match="found no result of"):
        run_checks([one(tmp_path, *checks)], tmp_path / "neste")


def test_a_target_without_a_check_is_no_pass(tmp_path):
    with pytest.raises(CheckError, match="found no check to run"):
        run_checks([one(tmp_path)], tmp_path / "neste")


@pytest.mark.parametrize(
    ("check", "named"),
    [
        (Check("navn", "expect_column_values_to_be_beetween", "Stavet feil.", {"column": "verdi"}), "navn"),
        (Check("argument", "expect_column_values_to_be_between", "x", {"column": "verdi", "max": 1}), "max"),
        (Check("grad", "expect_column_values_to_be_unique", "x", {"column": "verdi"}, "viktig"), "grad"),  # type: ignore[arg-type]
        (Check("uten", ROWS, "x", {"unexpected_rows_query": "SELECT 1 AS kommunenr WHERE false"}), "uten"),
        (Check("klamme", ROWS, "x", {"unexpected_rows_query": "SELECT '{4}' FROM {batch}"}), "klamme"),
    ],
    ids=["a misspelt expectation", "a misspelt argument", "a misspelt severity", "no table", "a brace of its own"],
)  # fmt: skip
def test_a_check_that_is_not_well_formed_is_an_error(tmp_path, check, named):
    with pytest.raises(CheckError, match=named):
        run_checks([one(tmp_path, rows_check("god", TABLE, "verdi > 100", "God."), check)], tmp_path / "neste")


# Nothing to check


@pytest.mark.parametrize("empty_ok", [False, True])
def test_an_empty_table_passes_only_where_it_may_be_empty(tmp_path, empty_ok):
    declared = TABLE.model_copy(update={"empty_ok": empty_ok})
    audited = [target(tmp_path, [], table=declared)]
    if not empty_ok:
        with pytest.raises(CheckError, match="found no row"):
            run_checks(audited, tmp_path / "neste")
    else:
        assert all(outcome.passed for outcome in run_checks(audited, tmp_path / "neste")[0])


def test_great_expectations_lets_an_all_null_column_pass_so_a_suite_must_not(tmp_path):
    # The trap itself: every bound holds on nothing. The suites close it (see tests/mutation/spoiled_nulls.py).
    bound = Check("grense", "expect_column_values_to_be_between", "x", {"column": "verdi", "min_value": 99})
    audited = replace(target(tmp_path, [hidden()]), checks=(bound,))
    assert run_checks([audited], tmp_path / "neste")[0][0].passed


def damaged(file: Path, way: str) -> None:
    """The Parquet file spoilt: without its end, with another end, or with other bytes where its figures stand."""
    content = file.read_bytes()
    match way:
        case "cut off":
            file.write_bytes(content[: len(content) // 2])
        case "no Parquet":
            file.write_bytes(b"a;b;c\n" * 50)
        case "nothing":
            file.write_bytes(b"")
        case "other bytes within":
            file.write_bytes(content[:4] + b"\xff" * 60 + content[64:])


@pytest.mark.parametrize("way", ["cut off", "no Parquet", "nothing", "other bytes within"])
@pytest.mark.parametrize("where", ["audited", "second of the audited", "beside"])
def test_a_damaged_file_is_an_error(tmp_path, way, where):
    audited = target(tmp_path, [shown(), hidden()])
    second = target(tmp_path, [shown("6103")], number=1)
    observed = write_parquet(
        tmp_path / "observert.parquet", table("skole").columns, [dict.fromkeys(table("skole").column_names)]
    )
    reading = query("leser", "SELECT kommunenr FROM tabellen JOIN skole USING (kommunenr)", "skole")
    audited = replace(audited, files=(*audited.files, *second.files), checks=(*audited.checks, reading))
    run_checks([audited], tmp_path / "neste", Beside({"skole": [observed]}))
    damaged({"audited": audited.files[0], "second of the audited": audited.files[1], "beside": observed}[where], way)
    with pytest.raises(CheckError, match="skole|leser" if where == "beside" else "prove"):
        run_checks([audited], tmp_path / "neste", Beside({"skole": [observed]}))


FACT = Facts({"kommunenr": "VARCHAR"}, [("6101",), ("6102",)])
IN_FACT = query("i_fakta", "SELECT kommunenr FROM tabellen ANTI JOIN ventet USING (kommunenr)", "ventet")
OF_SCHOOLS = query("av_skoler", "SELECT kommunenr FROM skole ANTI JOIN tabellen USING (kommunenr)", "skole")


def test_a_fact_that_is_there_is_compared_with(tmp_path):
    assert run_checks([one(tmp_path, IN_FACT)], tmp_path / "neste", Beside({}, {"ventet": FACT}))[0][0].passed


@pytest.mark.parametrize(
    ("check", "beside", "named"),
    [
        (IN_FACT, Beside(), "ventet: found no such table or facts"),
        (IN_FACT, Beside({}, {"ventet": replace(FACT, rows=[])}), "ventet: found no row of these facts"),
        (OF_SCHOOLS, Beside(), "skole: found no such table or facts"),
        (OF_SCHOOLS, Beside({"skole": []}), "skole: found no file"),
        (OF_SCHOOLS, Beside({"skole": [Path("borte.parquet")]}), r"skole: found no file borte\.parquet"),
    ],
    ids=["no such fact", "a fact without rows", "no such table", "a table without files", "a file that is not there"],
)
def test_what_a_query_reads_beside_the_table_must_be_there(tmp_path, check, beside, named):
    with pytest.raises(CheckError, match=named):
        run_checks([one(tmp_path, check)], tmp_path / "neste", beside)


def test_rows_of_one_year_do_not_hide_that_the_file_of_another_is_empty(tmp_path):
    whole = target(tmp_path, [shown()])
    empty = write_parquet(tmp_path / "tomt-aar.parquet", whole.table.columns, [])
    with pytest.raises(CheckError, match=f"{whole.table.key}: found no row in tomt-aar.parquet"):
        run_checks([replace(whole, files=(*whole.files, empty))], tmp_path / "arbeid")


@pytest.mark.parametrize("columns", [table("skole").columns, table("skole").columns[1:]], ids=["no row", "no column"])
def test_a_table_beside_without_a_row_or_a_column_is_an_error(tmp_path, columns):
    file = write_parquet(tmp_path / "skole.parquet", columns, [])
    with pytest.raises(CheckError, match=r"skole: found no (row|column)"):
        run_checks([one(tmp_path, OF_SCHOOLS)], tmp_path / "neste", Beside({"skole": [file]}))


def test_facts_that_may_be_empty_may(tmp_path):
    none = query("ingen", "SELECT kommunenr FROM tabellen SEMI JOIN utenfor USING (kommunenr)", "utenfor")
    beside = Beside({}, {"utenfor": Facts({"kommunenr": "VARCHAR"}, [], empty_ok=True)})
    assert run_checks([one(tmp_path, none)], tmp_path / "neste", beside)[0][0].passed


# Time


@pytest.mark.parametrize("where", ["a check", "a helper", "one of two tables"])
def test_an_endless_query_is_interrupted_soon_after_its_time(tmp_path, where):
    audited = {
        "a check": [one(tmp_path, Check("evig", ROWS, "x", {"unexpected_rows_query": ENDLESS}))],
        "a helper": [
            one(tmp_path, query("leser", "SELECT kommunenr FROM evig", "evig"), helpers=(Helper("evig", ENDLESS),))
        ],
        "one of two tables": [
            one(tmp_path, rows_check("god", TABLE, "verdi > 100", "God.")),
            replace(one(tmp_path, Check("evig", ROWS, "x", {"unexpected_rows_query": ENDLESS})), view="sjekk_1"),
        ],
    }[where]
    run_checks([one(tmp_path, rows_check("god", TABLE, "verdi > 100", "God."))], tmp_path / "neste")  # imports
    started = time.perf_counter()
    with pytest.raises(CheckError, match=r"time|seconds"):
        run_checks(audited, tmp_path / "neste", timeout=0.5)
    assert 0.5 <= time.perf_counter() - started < 0.5 + SOON
    # The process goes on as if nothing had been.
    assert run_checks([target(tmp_path, [shown(), hidden()])], tmp_path / "neste")[0][0].passed
    assert list((tmp_path / "neste").iterdir()) == []


def test_every_check_of_the_suite_shares_the_time(tmp_path):
    # Interrupting the first alone would leave the second to run for ever.
    endless = [Check(name, ROWS, "x", {"unexpected_rows_query": ENDLESS}) for name in ("en", "to", "tre")]
    started = time.perf_counter()
    with pytest.raises(CheckError, match="the time was up"):
        run_checks([one(tmp_path, *endless)], tmp_path / "neste", timeout=0.5)
    assert time.perf_counter() - started < 0.5 + SOON
