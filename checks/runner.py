"""The one place that runs Great Expectations: on staged Parquet files, through SQLAlchemy on DuckDB, pushed down.

Belongs here: building the small catalogue of views, running a suite and reading its results, failing closed. Does not
belong here: which checks a table has (`suite`). A check that could not be run is an error of the check (`CheckError`),
never a pass and never a fault of the data.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from checks.suite import Check
from oppfolging_pipeline.core.duckdb_session import QUIET, open_duckdb
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.tables.model import Table

MAX_OFFENDERS = 20


class CheckError(PermanentError):
    """A check could not be run: it says nothing about the data, and nothing may pass on it."""


@dataclass(frozen=True)
class Outcome:
    """One check's verdict. Offenders are keys of rows (`column=value` of the grain), at most 20, never figures."""

    tabell: str
    kontroll: str
    passed: bool
    alvorlighet: str
    avvik: tuple[str, ...]
    antall_avvik: int | None
    veiledning: str
    varighet: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


@dataclass(frozen=True)
class Target:
    """Staged files of one table, checked together through the view `view`."""

    table: Table
    files: tuple[Path, ...]
    view: str
    checks: tuple[Check, ...]


def run_checks(targets: Sequence[Target], folder: Path) -> list[list[Outcome]]:
    """Run the checks of staged files; outcomes by target, in the order of its checks.

    `folder` is where the small catalogue of views may stand while the checks run; nothing of it is left. Raises
    `CheckError` when any check could not be run, or fewer outcomes came back than checks were given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="sjekk-") as place:
        catalogue = Path(place) / "katalog.duckdb"
        from sqlalchemy import event

        _make_catalogue(catalogue, targets)
        context, expectation_suite = _great_expectations()
        source = context.data_sources.add_or_update_sql(
            "lager",
            connection_string=f"duckdb:///{catalogue}",
            # Without these three the result is lost when SQLAlchemy rolls the connection back.
            kwargs={
                "isolation_level": "AUTOCOMMIT",
                "skip_autocommit_rollback": True,
                "connect_args": {"read_only": True},
            },
        )
        event.listen(source.get_execution_engine().engine, "connect", _quiet)
        try:
            return [_run_target(target, source, expectation_suite) for target in targets]
        finally:
            source.get_engine().dispose()


def _quiet(connection: Any, _: Any) -> None:
    connection.execute(QUIET)


def view_name(number: int) -> str:
    """The name of the view that a target is read through."""
    return f"sjekk_{number}"


def _make_catalogue(catalogue: Path, targets: Sequence[Target]) -> None:
    with open_duckdb(database=str(catalogue)) as connection:
        for target in targets:
            absent = [file.name for file in target.files if not file.exists()]
            if absent or not target.files:
                raise CheckError(f"{target.table.key}: found no staged file {absent or ''}; expected one to check")
            paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in target.files)
            connection.execute(
                f"CREATE VIEW {target.view} AS SELECT * FROM read_parquet([{paths}], hive_partitioning = false)"  # noqa: S608
            )


def _run_target(target: Target, source: Any, expectation_suite: Any) -> list[Outcome]:
    started = time.perf_counter()
    results = _validate(target, source, expectation_suite)
    seconds = (time.perf_counter() - started) / max(len(target.checks), 1)
    return [_outcome(target.table, check, results, seconds) for check in target.checks]


def _validate(target: Target, source: Any, expectation_suite: Any) -> dict[str, Any]:
    """Results by check name."""
    key = target.table.key
    try:
        asset = source.add_table_asset(target.view, table_name=target.view)
        batch = asset.add_batch_definition_whole_table("alt").get_batch()
        suite = expectation_suite(
            name=target.view,
            expectations=[
                {
                    "type": check.expectation,
                    "kwargs": check.kwargs,
                    "severity": check.severity,
                    "meta": {"kontroll": check.name},
                }
                for check in target.checks
            ],
        )
        # An unknown expectation in a suite of dicts is dropped with a log line: the count is the guard.
        if len(suite.expectations) != len(target.checks):
            known = {expectation.meta["kontroll"] for expectation in suite.expectations}
            dropped = [check.name for check in target.checks if check.name not in known]
            raise CheckError(f"{key}: found checks that Great Expectations does not know: {dropped}")
        validation = batch.validate(
            suite,
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(target.table.grain)},
        )
    except CheckError:
        raise
    except Exception as error:
        raise CheckError(f"{key}: the checks could not be run: {error}") from error
    return {result.expectation_config.meta["kontroll"]: result for result in validation.results}


@cache
def _great_expectations() -> tuple[Any, Any]:
    """An ephemeral context without progress bars, and the suite class. Imported here: it costs seconds."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context, gx.ExpectationSuite


def _outcome(table: Table, check: Check, results: dict[str, Any], seconds: float) -> Outcome:
    result = results.get(check.name)
    if result is None:
        raise CheckError(f"{table.key}: found no result of the check {check.name}; expected one for each check")
    raised = _exception(result.exception_info)
    if raised:
        raise CheckError(f"{table.key}: the check {check.name} could not be run: {raised}")
    offenders, count = _offenders(table, result)
    return Outcome(
        tabell=table.key,
        kontroll=check.name,
        passed=bool(result.success),
        alvorlighet="kritisk" if check.severity == "critical" else "varsel",
        avvik=offenders,
        antall_avvik=count,
        veiledning=check.guidance,
        varighet=seconds,
    )


def _exception(info: dict[str, Any]) -> str | None:
    """The message when an exception was raised inside. The info is flat, or keyed by metric."""
    if "raised_exception" in info:
        return info["exception_message"] if info["raised_exception"] else None
    for one in info.values():
        if one["raised_exception"]:
            return str(one["exception_message"])
    return None


def _offenders(table: Table, result: Any) -> tuple[tuple[str, ...], int | None]:
    if result.success:
        return (), 0
    found = result.result
    rows = found.get("partial_unexpected_index_list") or found.get("details", {}).get("unexpected_rows") or []
    keys = [
        ", ".join(f"{name}={row[name]}" for name in (*table.grain, "column_name") if name in row)
        for row in rows[:MAX_OFFENDERS]
    ]
    count = found.get("unexpected_count", found.get("observed_value"))
    return tuple(sorted(set(keys))), int(count) if isinstance(count, int) else None


def as_json(outcomes: Sequence[Outcome]) -> bytes:
    """The outcomes as a small report."""
    return json.dumps([outcome.as_dict() for outcome in outcomes], ensure_ascii=False, indent=1).encode()
