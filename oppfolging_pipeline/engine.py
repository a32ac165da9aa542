"""Where tables live and which engine computes them.

Belongs here: the lake (Parquet, one file per table and partition, replaced by rename) and the DuckDB connection.
Does not belong here: what a table means (`tables`), how it is computed, or the published file (`publish`). A table is
written in two steps, `Engine.write` and `Lake.commit`, so that an audit can stand between them.
"""

from __future__ import annotations

import itertools
import shlex
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.duckdb_session import open_duckdb
from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.core.files import move_into_place
from oppfolging_pipeline.core.outcome import is_as_audited
from oppfolging_pipeline.rules.loader import rule_set_names
from oppfolging_pipeline.rules.parts import names_a_part
from oppfolging_pipeline.tables.arrow import arrow_type
from oppfolging_pipeline.tables.ddl import select_declared
from oppfolging_pipeline.tables.model import Table, table

if TYPE_CHECKING:
    import duckdb

    Relation = duckdb.DuckDBPyRelation

RESULT_PARTITION = ("uttrekksaar", "indikatorsett")


@dataclass(frozen=True)
class StagedFile:
    """A Parquet file that has been written but not yet audited, and the place that it is meant for."""

    table: Table
    staged: Path
    target: Path
    rows: int


class Lake:
    """The working tables of one home: `<home>/lager/<table>/<partition values>/…​.parquet`.

    `left_out` are results (uttrekksaar, indikatorsett) whose files are not among any table's.
    """

    def __init__(self, root: Path, left_out: Collection[tuple[int, str]] = ()) -> None:
        self.root = root
        self._left_out = {(str(year), name) for year, name in left_out}

    def target(self, key: str, partition: Mapping[str, object] | None = None) -> Path:
        """The file of a table's partition. Raises `PermanentError` unless the partition is the declared one."""
        declared = table(key)
        values = dict(partition or {})
        if tuple(values) != declared.partition_by:
            raise PermanentError(f"table {key}: found partition {tuple(values)}; expected {declared.partition_by}")
        parts = [str(value) for value in values.values()] or ["alt"]
        for part in parts:
            if not part or part.startswith(".") or "/" in part or "\\" in part:
                raise PermanentError(f"table {key}: found partition value {part!r}; expected a plain name")
        return self.root.joinpath(key, *parts[:-1], f"{parts[-1]}.parquet")

    def files(self, key: str) -> list[Path]:
        """Every file of the table, sorted: all its partitions. What else lies in its folder (`strays`) nobody reads."""
        of_results = table(key).partition_by == RESULT_PARTITION
        return [
            file
            for file in self._found(key)
            if self._is_named_by_partition(key, file) and not (of_results and self.partition_of(file) in self._left_out)
        ]

    def strays(self, key: str) -> list[Path]:
        """Parquet files in the table's folder that are none of its partitions, such as a copy that a person made: their
        names are of no source or rule set that there is, or of no year."""
        return [file for file in self._found(key) if not self._is_named_by_partition(key, file)]

    def partition_of(self, file: Path) -> tuple[str, ...]:
        """The partition values that a table's file is named by, in declared order; `("alt",)` of a table without."""
        return file.relative_to(self.root).with_suffix("").parts[1:]

    def existing(self, key: str, partitions: Sequence[Mapping[str, object]]) -> list[Path]:
        """The files of those partitions that exist."""
        return [path for path in (self.target(key, partition) for partition in partitions) if path.exists()]

    def _found(self, key: str) -> list[Path]:
        return sorted((self.root / key).rglob("*.parquet"))

    def _is_named_by_partition(self, key: str, file: Path) -> bool:
        declared, parts = table(key), self.partition_of(file)
        if not declared.partition_by:
            return parts == ("alt",)
        named = len(parts) == len(declared.partition_by) and all(
            names_a_part(name, part) for name, part in zip(declared.partition_by, parts, strict=True)
        )
        # A home's own set may have any name, and be gone: the report of the audit tells its file from a copy.
        carried = declared.partition_by != RESULT_PARTITION or parts[-1] in rule_set_names()
        return named and (carried or self.report(file).is_file())

    @property
    def staging_root(self) -> Path:
        """Where files wait for their audit. Outside the tables' folders: no reader globs over it."""
        return self.root.parent / "neste"

    def report(self, file: Path) -> Path:
        """Where the report of the file's audit lies."""
        return self.root.parent / "kontroll" / file.relative_to(self.root).with_suffix(".json")

    def not_as_audited(self, files: Sequence[Path]) -> list[Path]:
        """Those of the table files whose bytes are not the ones that were audited: spoiled, or from a run that was
        killed between the file and its report."""
        return [file for file in files if not is_as_audited(file, self.report(file))]

    def require_audited(self, files: Sequence[Path]) -> None:
        """Raise `InvalidInput` that names every one of the table files that is not what was audited, with the run that
        makes it anew: one that is spoiled, or that a killed run left without its report."""
        changed = self.not_as_audited(files)
        if changed:
            again = rerun_options(self, changed)
            raise InvalidInput(
                Finding(
                    file=file.relative_to(self.root.parent).as_posix(),
                    found="a file that is not what was audited",
                    expected="the bytes whose digest stands in its audit's report",
                    action=f"Run `oppfolging run{again[file]}`: it is made anew.",
                )
                for file in changed
            )

    def reported(self, key: str) -> list[Path]:
        """The table files that there is a report of, whether they are there or not."""
        reports = self.root.parent / "kontroll"
        of_table = (report.relative_to(reports) for report in (reports / key).rglob("*.json"))
        files = sorted(self.root / report.with_suffix(".parquet") for report in of_table)
        return [file for file in files if self._is_named_by_partition(key, file)]

    def staged(self, key: str, partition: Mapping[str, object] | None = None) -> Path:
        """The place to write a partition before its audit."""
        target = self.target(key, partition)
        path = self.staging_root / target.relative_to(self.root)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def commit(self, files: Sequence[StagedFile]) -> None:
        """Move audited files into place."""
        for file in files:
            move_into_place(file.staged, file.target)

    def remove(self, files: Sequence[Path]) -> None:
        """Take away partitions that no longer hold anything, each with its report: nothing may be told of what is
        gone."""
        for file in files:
            file.unlink()
            self.report(file).unlink(missing_ok=True)

    def quarantine(self, files: Sequence[StagedFile], folder: Path) -> None:
        """Put files that failed their audit aside, outside every reader's reach, for a person to look at."""
        for file in files:
            aside = folder / file.target.relative_to(self.root)
            aside.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file.staged, aside)


def rerun_options(lake: Lake, files: Sequence[Path]) -> dict[Path, str]:
    """Each of the table files → the options, as they stand after `oppfolging run`, of the run that makes it anew.

    Results of one rule set are made by one run for all their identification years; any run makes the other tables.
    """
    parts = {
        file: lake.partition_of(file) for file in files if table(_key(lake, file)).partition_by == RESULT_PARTITION
    }
    years: dict[str, set[str]] = {}
    for year, name in parts.values():
        years.setdefault(name, set()).add(year)
    return {
        file: f" --rules {shlex.quote(parts[file][1])} --uttrekk {','.join(sorted(years[parts[file][1]]))}"
        if file in parts
        else ""
        for file in files
    }


def _key(lake: Lake, file: Path) -> str:
    return file.relative_to(lake.root).parts[0]


class Engine:
    """DuckDB in the process. Every step is materialized at once: a relation never changes its meaning later.

    Of the files of `lake` it reads only those that are what was audited.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Lake | None = None) -> None:
        self.connection = connection
        self._lake = lake
        self._steps = itertools.count(1)

    def read(self, files: Sequence[Path], key: str) -> Relation:
        """The table's rows from those Parquet files. Raises `PermanentError` when there is no file, and `InvalidInput`
        for those of the lake that are not what was audited."""
        if not files:
            raise PermanentError(f"table {key}: found no file in the lake; expected it to have been materialized first")
        if self._lake is not None:
            self._lake.require_audited([file for file in files if file.is_relative_to(self._lake.root)])
        return self.connection.read_parquet([str(path) for path in files], hive_partitioning=False)

    def run(self, query: str, parameters: Mapping[str, object] | None = None, **inputs: Relation) -> Relation:
        """The query's rows as a relation of their own. `inputs` are what the query's table names stand for."""
        for name, relation in inputs.items():
            relation.create_view(name, replace=True)
        step = f"steg_{next(self._steps)}"
        self.connection.execute(f"CREATE TEMP TABLE {step} AS {query}", dict(parameters or {}))
        return self.connection.table(step)

    def frame(self, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> Relation:
        """A relation of helper rows. `columns` gives each name its SQL type; no row is a valid input."""
        import pyarrow as pa

        by_column = zip(*rows, strict=True) if rows else ([] for _ in columns)
        arrays = [
            pa.array(list(values), arrow_type(sql_type))
            for values, sql_type in zip(by_column, columns.values(), strict=True)
        ]
        return self.arrow(pa.table(dict(zip(columns, arrays, strict=True))))

    def rows(self, declared: Table, rows: Sequence[Mapping[str, object]]) -> Relation:
        """A relation of the declared columns from plain rows (dicts by column name)."""
        import pyarrow as pa

        return self.arrow(
            pa.table(
                {
                    column.name: pa.array([row[column.name] for row in rows], arrow_type(column.type))
                    for column in declared.columns
                }
            )
        )

    def arrow(self, table: Any) -> Relation:
        """A relation of an Arrow table's rows."""
        self.connection.register("oppfolging_kilde", table)
        try:
            return self.run("SELECT * FROM oppfolging_kilde")
        finally:
            self.connection.unregister("oppfolging_kilde")

    def write(
        self,
        source: Relation | Sequence[Mapping[str, object]],
        key: str,
        lake: Lake,
        partition: Mapping[str, object] | None = None,
        without: Sequence[str] = (),
    ) -> StagedFile:
        """Write the declared columns, in declared order and sorted by the grain, to the staging place of the partition.

        `source` is a relation or plain rows; `without` names columns that are filled in later. Nothing that a reader
        sees has changed until `Lake.commit`.
        """
        declared = table(key)
        if without:
            kept = tuple(column for column in declared.columns if column.name not in without)
            grain = tuple(name for name in declared.grain if name not in without)
            declared = declared.model_copy(update={"columns": kept, "grain": grain})
        relation = self.rows(declared, source) if isinstance(source, Sequence) else source
        relation.create_view("skrives", replace=True)
        path = lake.staged(key, partition)
        target = str(path).replace("'", "''")
        self.connection.execute(
            f"COPY ({select_declared(declared, 'skrives')}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )
        count = self.connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
        return StagedFile(declared, path, lake.target(key, partition), count[0] if count else 0)

    def fetch(self, source: Relation) -> list[dict[str, Any]]:
        """The relation's rows as plain dicts, in its order."""
        return [dict(zip(source.columns, row, strict=True)) for row in source.fetchall()]


@contextmanager
def open_engine(
    spill: Path | None = None, memory_limit: str = "200MB", threads: int = 2, lake: Lake | None = None
) -> Iterator[Engine]:
    """An engine with its own in-memory DuckDB: tables live in the lake, not in the connection.

    `spill` is the folder that DuckDB may write to when a step needs more than `memory_limit`; without one a step that
    does fails, rather than writing to whatever folder the process stands in. Of `lake` it reads audited files alone.
    """
    connection = open_duckdb(
        {"memory_limit": memory_limit, "threads": threads, "temp_directory": str(spill) if spill else ""}
    )
    try:
        yield Engine(connection, lake)
    finally:
        connection.close()
