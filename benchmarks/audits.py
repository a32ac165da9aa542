"""Ten million observations: the real suite through the real runner, against the same checks in hand-written SQL.

The observations are of an invented country that satisfies the suite: sources, indicators and grades of the catalogue,
ten school years, one municipality in nine and three schools in ten shielded. By hand each check is one query, counted;
the helpers are made once; memory and threads are the runner's. Each side runs in processes of its own, in turn.

Belongs here: one measurement, printed. Run it with `python -m benchmarks.audits [ROWS] [FOLDER]`; it writes about 10
bytes for each row.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.observations import facts, write_observations
from checks.catalogue import Beside, Target, session_settings, view_name
from checks.runner import run_checks
from checks.suite import ROWS, Check, derived_checks, merge
from checks.suite_files import suite_of
from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.tables.ddl import quoted
from oppfolging_pipeline.tables.model import table

ROUNDS = 3
KEY = "observasjon"


def main() -> None:
    """Write the observations, and print seconds, ratio and peak memory of both sides for each round."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        sys.stdout.write(f"{_child('write', folder, str(rows))}\n")
        taken: dict[str, list[float]] = {"runner": [], "by_hand": []}
        for _ in range(ROUNDS):
            for who, seconds in taken.items():
                said = _child(who, folder)
                seconds.append(float(said.split()[1]))
                sys.stdout.write(f"{said}\n")
                sys.stdout.flush()
    best, median = (of(taken["runner"]) / of(taken["by_hand"]) for of in (min, statistics.median))
    sys.stdout.write(f"{rows:,} observations: ratio of the best {best:.2f}, of the medians {median:.2f}\n")


def _child(who: str, folder: str, *more: str) -> str:
    command = [sys.executable, "-m", "benchmarks.audits", who, folder, *more]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 (ourselves)


def child() -> None:
    """Do one part and print what it took, and the most memory that this process held."""
    who, folder = sys.argv[1], Path(sys.argv[2])
    steps: dict[str, Callable[[Path], str]] = {
        "write": lambda place: f"{write_observations(place, int(sys.argv[3])):,} rows written",
        "runner": _runner,
        "by_hand": _by_hand,
    }
    started = time.perf_counter()
    said = steps[who](folder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{who} {seconds:.1f} s, peak {peak:,.0f} MB: {said}")


def _target(folder: Path) -> Target:
    declared, suite = table(KEY), suite_of(KEY)
    checks = merge(derived_checks(declared, view_name(0)), suite.checks)
    return Target(declared, tuple(_files(folder)), view_name(0), tuple(checks), suite.helpers)


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "lager" / KEY).rglob("*.parquet"))


def _runner(folder: Path) -> str:
    (outcomes,) = run_checks([_target(folder)], folder / "neste", Beside({KEY: _files(folder)}, facts(folder)))
    failed = [outcome.line for outcome in outcomes if not outcome.passed]
    return f"{len(outcomes)} checks, failed: {failed}"


def _by_hand(folder: Path) -> str:
    """The same checks, each written out as one query."""
    target = _target(folder)
    files = ", ".join(quoted(str(file)) for file in target.files)
    failed = []
    with open_duckdb(session_settings(folder / "by_hand")) as connection:
        for view in (target.view, KEY):
            connection.execute(f"CREATE VIEW {view} AS FROM read_parquet([{files}], hive_partitioning = false)")
        for name, fact in facts(folder).items():
            columns = ", ".join(f"{column} {kind}" for column, kind in fact.columns.items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
            given = [dict(zip(fact.columns, row, strict=True)) for row in fact.rows]
            connection.execute(
                f"INSERT INTO {name} SELECT unnest(CAST($1 AS STRUCT({columns})[]), recursive := true)",
                [given],
            )
        for helper in target.helpers:
            connection.execute(f"CREATE TABLE {helper.name} AS {helper.sql.format(batch=target.view)}")
        for check in target.checks:
            (count,) = connection.sql(_query(check, target.view)).count("*").fetchone() or (0,)
            failed += [check.name] if count else []
    return f"{len(target.checks)} queries, failed: {failed}"


def _query(check: Check, view: str) -> str:
    """The rows that break the check, by hand."""
    if check.expectation == ROWS:
        return str(check.kwargs["unexpected_rows_query"]).format(batch=view)
    column = f'"{check.kwargs["column"]}"'
    match check.expectation:
        case "expect_column_values_to_not_be_null":
            wrong = f"{column} IS NULL"
        case "expect_column_values_to_be_in_set":
            allowed = ", ".join(quoted(one) if isinstance(one, str) else str(one) for one in check.kwargs["value_set"])
            wrong = f"{column} NOT IN ({allowed})"
        case "expect_column_values_to_be_between":
            low, high = check.kwargs["min_value"], check.kwargs["max_value"]
            wrong = " OR ".join([f"{column} < {low}"] * (low is not None) + [f"{column} > {high}"] * (high is not None))
        case _:
            raise NotImplementedError(f"no query by hand for {check.expectation}")
    return f"SELECT 1 FROM {view} WHERE {wrong}"  # noqa: S608 (declared names)


if __name__ == "__main__":
    child() if sys.argv[1:2] in (["write"], ["runner"], ["by_hand"]) else main()
