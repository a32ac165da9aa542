"""A release: the whole published file, built beside the last one, verified, and moved into its place in one step.

Belongs here: the order of the steps, and what is left when one of them fails. Does not belong here: what the tables
hold (they come as Parquet files), or the writer's lock (the caller holds it).

Readers open the old file or the new one, never a part: the build goes on in `oppfolging.duckdb.next`, and only a file
that has been opened again and verified is renamed. Whatever a killed run left is removed by the next one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from oppfolging_pipeline.core.disk import disk_fault
from oppfolging_pipeline.core.errors import PermanentError, shown
from oppfolging_pipeline.core.files import move_into_place
from oppfolging_pipeline.publish import manifest as manifests
from oppfolging_pipeline.publish.content import OPERATIONAL_SCHEMA, content_sha256, identity_of
from oppfolging_pipeline.publish.database import CATALOG, open_for_build
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, Known, Manifest, ReleaseRecord
from oppfolging_pipeline.publish.parquet_sources import FILLED_IN, RELEASE_TABLE, TableSource, check_sources
from oppfolging_pipeline.publish.verify import verify_file
from oppfolging_pipeline.tables import ddl
from oppfolging_pipeline.tables.model import published_tables, table

if TYPE_CHECKING:
    import duckdb

KEEP = 5  # earlier releases
NEXT_FILE = f"{PUBLISHED_FILE}.next"
_TEMPORARY_FOLDER = f"{NEXT_FILE}.tmp"


class ReleaseInfo(BaseModel):
    """What a release says about itself. `rule_sets` is name → sha256; `created_at` has a time zone.

    `per` is the day that the states of the cohorts are of, `gjelder_til` the last one on which they are the same (None:
    they never change again): neither makes a release of its own. `kjent_per`: the run used only what had been fetched
    by the end of that day in Norway (None: everything). `merknad` is what a reader must know of the basis, in
    Norwegian; `merknad_som_ny` is that of one that takes the place of the published one (None: the same), of which
    there may be something to say: that makes no release by itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code_version: str = Field(min_length=1)
    contract_version: str = Field(min_length=1)
    rule_sets: Mapping[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]
    created_at: AwareDatetime
    per: date | None = None
    gjelder_til: date | None = None
    kjent_per: date | None = None
    merknad: Annotated[str, Field(min_length=1)] | None = None
    merknad_som_ny: str | None = None

    @property
    def identity(self) -> str:
        """As `identity_of`."""
        return identity_of(self.code_version, self.contract_version, self.rule_sets, self.kjent_per, self.merknad)


@dataclass(frozen=True)
class Release:
    """The release that now is the published one. `changed` is False when it already was; `rows` is what was
    handed in, by table key."""

    utgivelse: str
    versjon: int
    innhold_sha256: str
    file: Path
    changed: bool
    rows: Mapping[str, int]


def publish_release(
    sources: Mapping[str, Sequence[Path]], folder: Path, info: ReleaseInfo, keep: int = KEEP
) -> Release:
    """Publish `<folder>/oppfolging.duckdb` from the Parquet files of every published table except `utgivelse`.

    The files of `kontroll` come without the column `utgivelse`. When the content (every table outside schema `drift`,
    the contract, the code, the rule sets and the basis) is that of the newest release and its file is whole, nothing is
    replaced. Otherwise the last file is kept in `<folder>/tidligere`, where the `keep` newest earlier ones remain.

    Raises `InvalidInput` with every fault of the sources, `PermanentError` when the file cannot be built or is not as
    declared; the last published file is then as it was. What fails after the new file is in place is a `PermanentError`
    that says that it is published. The caller holds the home's writer lock.
    """
    import duckdb

    if keep < 0:
        raise ValueError(f"keep: found {keep}; expected 0 or more")
    folder.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    before = manifests.read_manifest(folder)
    known = manifests.reconcile(folder, before)
    try:
        record, rows, checked = _build(sources, folder, info, known)
        changed = record is not known.current
        if changed:
            verify_file(folder / NEXT_FILE, rows, checked)
            _put_in_place(folder, known, record, keep)
    except (duckdb.Error, OSError) as error:
        raise disk_fault(error, folder) or PermanentError(
            f"{PUBLISHED_FILE}: found that it could not be built ({error}); expected a whole file. "
            "See that every table was written by this version, and run again."
        ) from error
    finally:
        _remove_leftovers(folder)
    with after_publication(record.utgivelse, manifests.MANIFEST_FILE):
        if changed:
            known = _recorded(folder, known, record, keep)
        if known.manifest != before:
            manifests.write_manifest(folder, known.manifest)
    return Release(record.utgivelse, record.versjon, record.innhold_sha256, folder / PUBLISHED_FILE, changed, rows)


def _build(
    sources: Mapping[str, Sequence[Path]], folder: Path, info: ReleaseInfo, known: Known
) -> tuple[ReleaseRecord, dict[str, int], list[TableSource]]:
    """Build the next file, closed and without a log; the current record itself when the content is the same. With the
    number of rows by table key, and what the tables were filled from."""
    path = folder / NEXT_FILE
    with closing(open_for_build(path, folder / _TEMPORARY_FOLDER)) as connection:
        checked = check_sources(connection, sources)
        # One transaction: a statement on its own would be logged and forced to disk, hundreds of times.
        connection.execute("BEGIN")
        _create(connection)
        for source in checked.values():
            if source.table.db_schema != OPERATIONAL_SCHEMA:
                _fill(connection, source)
        digest = content_sha256(connection, CATALOG, info.identity)
        current, newest = known.current, known.manifest.newest
        rows = {key: source.rows for key, source in checked.items()} | {RELEASE_TABLE: len(known.manifest.utgivelser)}
        if current and current == newest and current.innhold_sha256 == digest:
            return current, rows, list(checked.values())
        if info.merknad_som_ny is not None:
            info = info.model_copy(update={"merknad": info.merknad_som_ny or None})
            digest = content_sha256(connection, CATALOG, info.identity)
        record = _new_record(info, digest, newest.versjon + 1 if newest else 1)
        rows[RELEASE_TABLE] += 1
        for source in checked.values():
            if source.table.db_schema == OPERATIONAL_SCHEMA:
                _fill(connection, source, filled_in=record.utgivelse)
        _fill_releases(connection, [*known.manifest.utgivelser, record])
        connection.execute("COMMIT")
        connection.execute(f"CHECKPOINT {CATALOG}")
        connection.execute(f"DETACH {CATALOG}")
    log = path.with_name(f"{NEXT_FILE}.wal")
    if log.exists():
        raise PermanentError(
            f"{log.name}: found a log beside the built file; expected all of it in the file. Run again."
        )
    return record, rows, list(checked.values())


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    for schema in dict.fromkeys(declared.db_schema for declared in published_tables()):
        connection.execute(f"CREATE SCHEMA {CATALOG}.{schema}")
    for declared in published_tables():
        connection.execute(ddl.create_table(declared, CATALOG))
        for statement in ddl.comments(declared, CATALOG):
            connection.execute(statement)


def _fill(connection: duckdb.DuckDBPyConnection, source: TableSource, filled_in: str | None = None) -> None:
    if not source.files:
        return
    column = FILLED_IN.get(source.table.key)
    extra, values = (f'? AS "{column}", ', [filled_in]) if column else ("", [])
    rows = f"(SELECT {extra}* FROM read_parquet(?, hive_partitioning = false))"  # noqa: S608 (declared names)
    select = ddl.select_declared(source.table, rows)
    connection.execute(f"INSERT INTO {CATALOG}.{source.table.qualified_name} {select}", [*values, source.paths])


def _fill_releases(connection: duckdb.DuckDBPyConnection, records: Sequence[ReleaseRecord]) -> None:
    declared = table(RELEASE_TABLE)
    marks = ", ".join("?" for _ in declared.columns)
    insert = f"INSERT INTO {CATALOG}.{declared.qualified_name} VALUES ({marks})"  # noqa: S608 (declared names)
    connection.executemany(insert, [list(record.row()) for record in records])


def _new_record(info: ReleaseInfo, digest: str, version: int) -> ReleaseRecord:
    return ReleaseRecord(
        utgivelse=f"{version:04d}-{digest[:12]}",
        versjon=version,
        kontraktversjon=info.contract_version,
        kodeversjon=info.code_version,
        regelsett_sha256=dict(info.rule_sets),
        innhold_sha256=digest,
        opprettet=info.created_at.astimezone(UTC),
        per=info.per,
        gjelder_til=info.gjelder_til,
        kjent_per=info.kjent_per,
        merknad=info.merknad,
    )


@contextmanager
def after_publication(utgivelse: str, what: str) -> Iterator[None]:
    """While `what` is written beside the release that is published: what fails is a `PermanentError` that says so, and
    never that nothing was published."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error, PermanentError) as error:
        raise PermanentError(
            f"{PUBLISHED_FILE}: release {utgivelse} is published and whole; found that {what} could not be written "
            f"after it ({shown(str(error))}); expected it in step with the file. Mend that, and run again: it is then "
            "brought in step."
        ) from error


def _put_in_place(folder: Path, known: Known, record: ReleaseRecord, keep: int) -> None:
    """Keep the last file, and move the new one into place."""
    if known.current and keep:
        _archive(folder, known.current)
    try:
        move_into_place(folder / NEXT_FILE, folder / PUBLISHED_FILE)
    except OSError:
        if (folder / NEXT_FILE).exists():
            raise
        with after_publication(record.utgivelse, "the folder's entry"):
            raise  # it has been renamed: only forcing that to disk failed


def _recorded(folder: Path, known: Known, record: ReleaseRecord, keep: int) -> Known:
    """The manifest with the new file; the earlier files that are no longer kept are removed."""
    releases = list(known.manifest.utgivelser)
    placed = record.lying_at(folder, PUBLISHED_FILE)
    if known.current:
        kept = manifests.archived_name(known.current) if keep else None
        releases[releases.index(known.current)] = known.current.model_copy(update={"fil": kept})
    return Known(manifests.prune(folder, Manifest(utgivelser=(*releases, placed)), keep), placed)


def _archive(folder: Path, current: ReleaseRecord) -> None:
    """Give the published file a second name among the earlier ones: a link, or a copy where none can be made."""
    target = folder / manifests.archived_name(current)
    target.parent.mkdir(exist_ok=True)
    staged = target.with_name(f".{target.name}.next")
    try:
        os.link(folder / PUBLISHED_FILE, staged)
    except OSError:
        shutil.copyfile(folder / PUBLISHED_FILE, staged)
    move_into_place(staged, target)


def _remove_leftovers(folder: Path) -> None:
    """What a killed run can leave. The published file has no log of its own: one beside it is somebody else's."""
    for name in (NEXT_FILE, f"{NEXT_FILE}.wal", f"{PUBLISHED_FILE}.wal"):
        (folder / name).unlink(missing_ok=True)
    for pattern in (f".{manifests.MANIFEST_FILE}.*.next", f"{manifests.EARLIER_FOLDER}/.*.next"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.rmtree(folder / _TEMPORARY_FOLDER)
