"""The one place that runs Great Expectations: on staged Parquet files, through SQLAlchemy on DuckDB, pushed down.

Belongs here: running suites and reading their results, failing closed. Does not belong here: which checks a table has
(`suite`, `suite_files`), or the file that they read through (`catalogue`).

A check that could not be run is an error of the check (`CheckError`), never a pass and never a fault of the data: an
unknown expectation, fewer results than checks, an exception inside a metric, a query past its time, an empty table.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from checks.catalogue import Beside, Target, make_catalogue, session_settings
from checks.deadline import TIMEOUT, in_time
from checks.errors import CheckError, without_figures
from checks.suite import ROWS, Check
from oppfolging_pipeline.core.duckdb_session import QUIET
from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.tables.model import Table, all_tables

MAX_OFFENDERS = 20
# A verdict costs one query; the rows behind it are asked for only where it is a bad one.
_VERDICT = {"result_format": "BOOLEAN_ONLY"}
_ROWS_VERDICT = "unexpected_rows_verdict"


def run_checks(
    targets: Sequence[Target], folder: Path, beside: Beside | None = None, timeout: float = TIMEOUT
) -> list[list[Outcome]]:
    """Run the checks of staged files; outcomes by target, in the order of its checks.

    `folder` is where the small catalogue of views may stand while the checks run; nothing of it is left. Raises
    `CheckError` when any check could not be run, or fewer outcomes came back than checks were given.
    """
    from sqlalchemy import event

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="sjekk-") as place:
        catalogue = Path(place) / "katalog.duckdb"
        make_catalogue(catalogue, targets, beside or Beside(), timeout)
        context, _ = _great_expectations()
        source = context.data_sources.add_or_update_sql(
            "lager",
            connection_string=f"duckdb:///{catalogue}",
            # Without these three the result is lost when SQLAlchemy rolls the connection back.
            kwargs={
                "isolation_level": "AUTOCOMMIT",
                "skip_autocommit_rollback": True,
                "connect_args": {"read_only": True, "config": session_settings(catalogue)},
            },
        )
        opened: list[Any] = []

        def on_connect(connection: Any, _: Any) -> None:
            connection.execute(QUIET)
            opened.append(connection)

        event.listen(source.get_execution_engine().engine, "connect", on_connect)
        try:
            return [_run_target(target, source, opened, timeout) for target in targets]
        finally:
            source.get_engine().dispose()
            source.get_execution_engine().engine.dispose()


def _run_target(target: Target, source: Any, opened: Sequence[Any], timeout: float) -> list[Outcome]:
    if not target.checks:
        raise CheckError(f"{target.table.key}: found no check to run; expected some")
    elsewhere = [
        one.name for one in target.checks if "{batch}" not in one.kwargs.get("unexpected_rows_query", "{batch}")
    ]
    if elsewhere:
        raise CheckError(f"{target.table.key}: found queries that do not read {{batch}}, so not the table: {elsewhere}")
    started = time.perf_counter()
    asset = source.add_table_asset(target.view, table_name=target.view)
    batch = asset.add_batch_definition_whole_table("alt").get_batch()
    with in_time(target.table.key, opened, timeout) as is_time:
        results = _validate(target.table, batch, target.checks, _VERDICT, is_time, {ROWS: _ROWS_VERDICT})
        failed = [check for check in target.checks if not results[check.name].success]
        details = _details(target.table, batch, failed, is_time)
    seconds = (time.perf_counter() - started) / len(target.checks)
    return [_outcome(target.table, check, details.get(check.name), seconds) for check in target.checks]


def _details(table: Table, batch: Any, failed: Sequence[Check], is_time: Callable[[], bool]) -> dict[str, Any]:
    """The results of the checks that failed, with keys of the rows behind them; by the check's name."""
    by_rows = [check for check in failed if check.expectation == ROWS]
    by_column = [check for check in failed if check.expectation != ROWS]
    summary = {
        "result_format": "SUMMARY",
        "partial_unexpected_count": MAX_OFFENDERS,
        "unexpected_index_column_names": list(table.grain),
    }
    found: dict[str, Any] = {}
    for checks, wanted in ((by_rows, {"result_format": "COMPLETE"}), (by_column, summary)):
        if checks:
            found |= _validate(table, batch, checks, wanted, is_time)
    return found


def _validate(
    table: Table,
    batch: Any,
    checks: Sequence[Check],
    wanted: Mapping[str, Any],
    is_time: Callable[[], bool],
    instead: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Results by check name: one for each check, none of them with an exception inside. `instead` names the expectation
    that is asked in the place of another."""
    _, expectation_suite = _great_expectations()
    key = table.key
    try:
        suite = expectation_suite(
            name=key,
            expectations=[
                {
                    "type": instead.get(check.expectation, check.expectation),
                    "kwargs": check.kwargs,
                    "severity": check.severity,
                    "meta": {"kontroll": check.name},
                }
                for check in checks
            ],
        )
        # An unknown expectation in a suite of dicts is dropped with a log line: the count is the guard.
        if len(suite.expectations) != len(checks):
            known = {expectation.meta["kontroll"] for expectation in suite.expectations}
            dropped = [check.name for check in checks if check.name not in known]
            raise CheckError(f"{key}: found checks that Great Expectations does not know: {dropped}")
        validation = batch.validate(suite, result_format=dict(wanted))
    except CheckError:
        raise
    except Exception as error:
        raise CheckError(f"{key}: the checks could not be run: {without_figures(str(error))}") from error
    results = {result.expectation_config.meta["kontroll"]: result for result in validation.results}
    missing = [check.name for check in checks if check.name not in results]
    if missing:
        raise CheckError(f"{key}: found no result of {missing}; expected one for each check")
    raised = {name: text for name, result in results.items() if (text := _exception(result.exception_info))}
    if raised:
        why = "the time was up" if not is_time() else "; ".join(f"{name}: {text}" for name, text in raised.items())
        raise CheckError(f"{key}: {len(raised)} checks could not be run ({', '.join(raised)}): {why}")
    return results


@cache
def _great_expectations() -> tuple[Any, Any]:
    """An ephemeral context without progress bars, and the suite class. Imported here: it costs seconds."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    class UnexpectedRowsVerdict(gx.expectations.UnexpectedRowsExpectation):  # type: ignore[misc]
        """Whether the query gives a row, by how many there are: GX's own asks the query once more for the rows."""

        metric_dependencies = ("unexpected_rows_query.row_count",)

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
            count = metrics["unexpected_rows_query.row_count"]
            return {"success": count == 0, "result": {"observed_value": count}}

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context, gx.ExpectationSuite


def _outcome(table: Table, check: Check, result: Any, seconds: float) -> Outcome:
    """The verdict; `result` is there only for a check that failed."""
    offenders, count = _offenders(check, result) if result is not None else ((), 0)
    return Outcome(
        tabell=table.key,
        kontroll=check.name,
        passed=result is None,
        alvorlighet="kritisk" if check.severity == "critical" else "varsel",
        avvik=offenders,
        antall_avvik=count,
        veiledning=check.guidance,
        varighet=seconds,
        bare_antall=check.count_only,
    )


def _exception(info: Mapping[str, Any]) -> str | None:
    """The message when an exception was raised inside. The info is flat, or keyed by metric; another is no pass."""
    each = [info] if "raised_exception" in info else list(info.values())
    if not each or not all(isinstance(one, dict) and "raised_exception" in one for one in each):
        return "Great Expectations does not say whether an exception was raised"
    raised = [str(one["exception_message"]) for one in each if one["raised_exception"]]
    return without_figures(raised[0]) if raised else None


def _offenders(check: Check, result: Any) -> tuple[tuple[str, ...], int | None]:
    """Keys of the first offending rows, and how many rows there are; None when the check is of the table as a whole.

    Rows are named by the columns that are some table's key, whatever else a query gives: never by a figure, also when a
    query calls it by a key's name (no key is a decimal).
    """
    found = result.result
    rows = found.get("partial_unexpected_index_list") or found.get("details", {}).get("unexpected_rows") or []
    naming = _naming_columns()
    keys = {
        ", ".join(
            f"{name}={value}"
            for name, value in row.items()
            if name in naming and not isinstance(value, float | Decimal)
        )
        for row in rows
    }
    count = found["observed_value"] if check.expectation == ROWS else found.get("unexpected_count")
    return tuple(sorted(keys)[:MAX_OFFENDERS]), count


@cache
def _naming_columns() -> frozenset[str]:
    return frozenset({"column_name", *(name for table in all_tables().values() for name in table.grain)})
