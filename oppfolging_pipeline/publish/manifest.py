"""The releases of a home: which there have been, and where the files that are kept lie.

Belongs here: `manifest.json`, and bringing it in step with the files after a run that was killed. Does not belong
here: building a release (`release`).

`manifest.json` is written after the file is in place, so a killed run can leave a file that the manifest does not know.
The file then tells what is missing: its table `drift.utgivelse` holds every release up to its own.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import sha256_of, write_atomically
from oppfolging_pipeline.publish.content import content_sha256, identity_of
from oppfolging_pipeline.publish.database import CATALOG, open_read_only

PUBLISHED_FILE = "oppfolging.duckdb"
MANIFEST_FILE = "manifest.json"
EARLIER_FOLDER = "tidligere"


class ReleaseRecord(BaseModel):
    """One release: a row of `drift.utgivelse`, and its file: relative to the folder, None when it is not kept.

    `trukket`: when it was taken out of reach, and `trukket_fordi` why; no file of it is kept then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    utgivelse: str
    versjon: int = Field(ge=1)
    kontraktversjon: str
    kodeversjon: str
    regelsett_sha256: dict[str, str]
    innhold_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    opprettet: AwareDatetime
    per: date | None = None
    gjelder_til: date | None = None
    kjent_per: date | None = None
    merknad: str | None = None
    fil: str | None = None
    bytes: int | None = Field(default=None, ge=0)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    trukket: AwareDatetime | None = None
    trukket_fordi: str | None = None

    def row(self) -> tuple[object, ...]:
        """The values of `drift.utgivelse`, in declared order."""
        return (
            self.utgivelse,
            self.versjon,
            self.kontraktversjon,
            self.kodeversjon,
            json.dumps(self.regelsett_sha256, ensure_ascii=False, sort_keys=True),
            self.innhold_sha256,
            self.opprettet.astimezone(UTC).replace(tzinfo=None),
            self.per,
            self.gjelder_til,
            self.kjent_per,
            self.merknad,
        )

    @property
    def identity(self) -> str:
        """As `identity_of`."""
        return identity_of(self.kodeversjon, self.kontraktversjon, self.regelsett_sha256, self.kjent_per, self.merknad)

    def lying_at(self, folder: Path, file: str) -> ReleaseRecord:
        """The same release with the facts of its file."""
        path = folder / file
        return self.model_copy(update={"fil": file, "bytes": path.stat().st_size, "sha256": sha256_of(path)})


class Manifest(BaseModel):
    """Every release, oldest first. A `versjon` stands once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    utgivelser: tuple[ReleaseRecord, ...] = ()

    @model_validator(mode="after")
    def _versions_rise(self) -> Manifest:
        versions = [record.versjon for record in self.utgivelser]
        if versions != sorted(set(versions)):
            raise ValueError(f"utgivelser: found versjon {versions}; expected each once, rising")
        return self

    @property
    def newest(self) -> ReleaseRecord | None:
        """The release with the highest version, or None when there is none."""
        return self.utgivelser[-1] if self.utgivelser else None


@dataclass(frozen=True)
class Known:
    """The manifest in step with the files, and the release that is published: None when its file is gone or broken."""

    manifest: Manifest
    current: ReleaseRecord | None


def archived_name(record: ReleaseRecord) -> str:
    """Where an earlier release is kept, relative to the folder."""
    return f"{EARLIER_FOLDER}/oppfolging-{record.utgivelse}.duckdb"


def read_manifest(folder: Path) -> Manifest:
    """The manifest as it stands; an empty one when there is no file. Raises `PermanentError` when it cannot be read."""
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Manifest()
    except (IsADirectoryError, ValidationError) as error:
        found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise PermanentError(
            f"{MANIFEST_FILE}: found content that is no manifest ({found}); expected the releases "
            "of this home. Remove the file and run again: it is made anew from the published file."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace `manifest.json`."""
    write_atomically(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2).encode() + b"\n")


def reconcile(folder: Path, manifest: Manifest) -> Known:
    """The manifest with what the files in `folder` say that it lacks. Writes nothing.

    A published file that does not open, whose bytes are not those that were published, or that has been withdrawn,
    gives `current` None: the next release replaces it. Of a file that the manifest does not know, the content must be
    what its release says that it is: whatever has been changed in it since is not taken for published. Raises
    `PermanentError` for a whole DuckDB file that is none of this home's releases.
    """
    published = folder / PUBLISHED_FILE
    current: ReleaseRecord | None = None
    if published.exists():
        digest = sha256_of(published)
        current = next((record for record in manifest.utgivelser if record.sha256 == digest), None)
        if current is None:
            manifest, current = _adopt(manifest, _releases_in(published), published)
    located = tuple(_locate(folder, record, current) for record in manifest.utgivelser)
    by_name = {record.utgivelse: record for record in located}
    if current is not None and current.trukket:
        current = None
    return Known(Manifest(utgivelser=located), by_name[current.utgivelse] if current else None)


def published_release(folder: Path) -> str:
    """The release that the published file itself says that it is; empty where no file that opens says one."""
    import duckdb

    newest = "SELECT utgivelse FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1"
    if not (folder / PUBLISHED_FILE).is_file():
        return ""
    try:
        with closing(open_read_only(folder / PUBLISHED_FILE)) as connection:
            row = connection.execute(newest).fetchone()
    except duckdb.Error:
        return ""
    return str(row[0]) if row else ""


def prune(folder: Path, manifest: Manifest, keep: int) -> Manifest:
    """Remove all but the `keep` newest earlier files, and those of withdrawn releases. Files that are none of the
    manifest's releases are left alone."""
    earlier = [record for record in manifest.utgivelser if record.fil and record.fil != PUBLISHED_FILE]
    removed = {record.utgivelse for record in earlier[: max(len(earlier) - keep, 0)]}
    for record in manifest.utgivelser:
        if record.utgivelse in removed or record.trukket:
            (folder / archived_name(record)).unlink(missing_ok=True)
    return Manifest(
        utgivelser=tuple(
            record.model_copy(update={"fil": None}) if record.utgivelse in removed else record
            for record in manifest.utgivelser
        )
    )


# Columns of `drift.utgivelse` that came after contract 1.0: a file of that version is understood without them.
_ADDED = ("per", "gjelder_til", "kjent_per", "merknad")


def _releases_in(published: Path) -> list[ReleaseRecord]:
    """The releases that the file knows, oldest first; none when the file does not open."""
    import duckdb

    try:
        with closing(open_read_only(published)) as connection:
            there = {row[0] for row in connection.execute("DESCRIBE drift.utgivelse").fetchall()}
            added = ", ".join(name if name in there else f"NULL AS {name}" for name in _ADDED)
            rows = connection.execute(
                "SELECT utgivelse, versjon, kontraktversjon, kodeversjon, regelsett_sha256, innhold_sha256, "  # noqa: S608
                f"opprettet, {added} FROM drift.utgivelse ORDER BY versjon"
            ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise _foreign("without the table drift.utgivelse") from error
    except duckdb.Error:
        return []  # no whole DuckDB file: nothing to learn from it, and nothing to keep
    return [
        ReleaseRecord(
            utgivelse=row[0],
            versjon=row[1],
            kontraktversjon=row[2],
            kodeversjon=row[3],
            regelsett_sha256=json.loads(row[4]),
            innhold_sha256=row[5],
            opprettet=_utc(row[6]),
            **dict(zip(_ADDED, row[7:], strict=True)),
        )
        for row in rows
    ]


def _adopt(manifest: Manifest, found: list[ReleaseRecord], published: Path) -> tuple[Manifest, ReleaseRecord | None]:
    known = {record.versjon: record for record in manifest.utgivelser}
    for record in found:
        if known.setdefault(record.versjon, record).utgivelse != record.utgivelse:
            raise _foreign(f"whose release {record.versjon} is {record.utgivelse}")
    is_new = bool(found) and (manifest.newest is None or found[-1].versjon > manifest.newest.versjon)
    merged = Manifest(utgivelser=tuple(known[versjon] for versjon in sorted(known)))
    return merged, found[-1] if is_new and _holds(published, found[-1]) else None


def _holds(published: Path, record: ReleaseRecord) -> bool:
    """Whether the file's content is the one that the release was published with. That of another contract, whose tables
    are not those of this one, cannot be told to be: the next release replaces it in any case."""
    import duckdb

    try:
        with closing(open_read_only(published)) as connection:
            return content_sha256(connection, CATALOG, record.identity) == record.innhold_sha256
    except duckdb.Error:
        return False


def _locate(folder: Path, record: ReleaseRecord, current: ReleaseRecord | None) -> ReleaseRecord:
    if record.trukket:
        return record.model_copy(update={"fil": None})
    is_current = current is not None and record.utgivelse == current.utgivelse
    file = PUBLISHED_FILE if is_current else archived_name(record)
    if not (folder / file).exists():
        return record.model_copy(update={"fil": None})
    return record.model_copy(update={"fil": file}) if record.sha256 else record.lying_at(folder, file)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _foreign(what: str) -> PermanentError:
    return PermanentError(
        f"{PUBLISHED_FILE}: found a DuckDB file {what}; expected one that this home has published. "
        "Move it to another folder, or choose another home, and run again."
    )
