"""The archive: what came in, kept as it came, by content hash, before anything is read from it.

Belongs here: the store (`<home>/arkiv/innhold/<sha256>`), its ledger (SQLite through SQLAlchemy) and which snapshots
are in force. Does not belong here: parsing. A file that is refused stays in the archive as evidence.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import move_into_place, sha256_of

_METADATA = sa.MetaData()

_SNAPSHOT = sa.Table(
    "snapshot",
    _METADATA,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("file", sa.String, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("archived_at", sa.DateTime, nullable=False),
)
_INTAKE = sa.Table(
    "intake",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin", sa.String, sa.CheckConstraint("origin IN ('fil', 'eksempel')"), nullable=False),
    sa.Column("archived_at", sa.DateTime, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False, default=False),
)
_INTAKE_SNAPSHOT = sa.Table(
    "intake_snapshot",
    _METADATA,
    sa.Column("intake_id", sa.ForeignKey("intake.id"), primary_key=True),
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256"), primary_key=True),
)
_READING = sa.Table(
    "reading",
    _METADATA,
    sa.Column("sha256", sa.ForeignKey("snapshot.sha256"), primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("kilde", sa.String, nullable=False),
    sa.Column("period", sa.String),
    sa.Column("rows", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class Reading:
    """What an archived content was read as: its kind, source, the school years it covers and its number of rows."""

    sha256: str
    kind: str
    kilde: str
    period: str | None
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """One archived content. `file` is the name that it first came with, relative to the inbox; `path` its place here."""

    sha256: str
    file: str
    size: int
    archived_at: datetime
    path: Path


@dataclass(frozen=True)
class Intake:
    """One set of snapshots that came in together. `origin` is `fil` (an inbox) or `eksempel` (the invented country)."""

    id: int
    origin: str
    snapshots: tuple[Snapshot, ...]


class Archive:
    """The archive of one home."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._content = root / "innhold"

    @contextmanager
    def _ledger(self) -> Iterator[sa.Connection]:
        self.root.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self.root / "protokoll.sqlite")))
        try:
            with engine.begin() as connection:
                _METADATA.create_all(connection)
                yield connection
        finally:
            engine.dispose()

    def take_in(self, folder: Path, files: Sequence[Path], origin: str, now: datetime) -> Intake:
        """Archive the files and register them as one intake, not yet accepted.

        The same content twice, or under another name, is one snapshot. Raises `PermanentError` when the home already
        holds accepted snapshots of another origin: the invented country never mixes with real figures.
        """
        other = self.origin()
        if other is not None and other != origin:
            held, offered = _ORIGIN_TEXT[other], _ORIGIN_TEXT[origin]
            raise PermanentError(
                f"home {self.root.parent}: found {held} in the archive; expected the same kind, and was offered "
                f"{offered}. The two never mix: use another --home."
            )
        digests: dict[str, Path] = {}
        for file in files:
            digests.setdefault(sha256_of(file), file)
        for digest, file in digests.items():
            self._keep(digest, file)
        with self._ledger() as ledger:
            for digest, file in digests.items():
                known = ledger.execute(sa.select(_SNAPSHOT.c.sha256).where(_SNAPSHOT.c.sha256 == digest)).first()
                if known is None:
                    ledger.execute(
                        _SNAPSHOT.insert().values(
                            sha256=digest,
                            file=file.relative_to(folder).as_posix(),
                            size=file.stat().st_size,
                            archived_at=now.replace(tzinfo=None),
                        )
                    )
            inserted = ledger.execute(
                _INTAKE.insert().values(origin=origin, archived_at=now.replace(tzinfo=None), accepted=False)
            )
            intake_id = int(inserted.inserted_primary_key[0])
            ledger.execute(
                _INTAKE_SNAPSHOT.insert(), [{"intake_id": intake_id, "sha256": digest} for digest in digests]
            )
        return self._intake(intake_id)

    def renew(self, intake: Intake, now: datetime) -> Intake:
        """Register the contents of an earlier intake as a new one: the archive itself is the basis of the next run."""
        with self._ledger() as ledger:
            inserted = ledger.execute(
                _INTAKE.insert().values(origin=intake.origin, archived_at=now.replace(tzinfo=None), accepted=False)
            )
            intake_id = int(inserted.inserted_primary_key[0])
            ledger.execute(
                _INTAKE_SNAPSHOT.insert(),
                [{"intake_id": intake_id, "sha256": snapshot.sha256} for snapshot in intake.snapshots],
            )
        return self._intake(intake_id)

    def accept(self, intake: Intake, readings: Sequence[Reading]) -> None:
        """Mark an intake as read without fault, with what each of its contents was read as: it is now in force."""
        with self._ledger() as ledger:
            for reading in readings:
                ledger.execute(_READING.delete().where(_READING.c.sha256 == reading.sha256))
                ledger.execute(_READING.insert().values(**asdict(reading)))
            ledger.execute(_INTAKE.update().where(_INTAKE.c.id == intake.id).values(accepted=True))

    def readings(self) -> dict[str, Reading]:
        """What every accepted content was read as, by digest."""
        with self._ledger() as ledger:
            return {row.sha256: Reading(*row) for row in ledger.execute(sa.select(_READING)).all()}

    def newest(self) -> Intake:
        """The newest intake, accepted or not. Raises `PermanentError` when nothing has come in."""
        with self._ledger() as ledger:
            newest = ledger.execute(sa.select(sa.func.max(_INTAKE.c.id))).scalar()
        if newest is None:
            raise PermanentError(
                f"home {self.root.parent}: found an empty archive; expected an intake. Materialize raw_innboks first."
            )
        return self._intake(int(newest))

    def newest_accepted(self) -> Intake | None:
        """The newest intake that was read without fault, or None."""
        with self._ledger() as ledger:
            newest = ledger.execute(sa.select(sa.func.max(_INTAKE.c.id)).where(_INTAKE.c.accepted)).scalar()
        return None if newest is None else self._intake(int(newest))

    def origin(self) -> str | None:
        """`fil` or `eksempel`: what the accepted snapshots of this home are; None before the first."""
        if not (self.root / "protokoll.sqlite").exists():
            return None
        with self._ledger() as ledger:
            return ledger.execute(sa.select(_INTAKE.c.origin).where(_INTAKE.c.accepted).limit(1)).scalar()

    def snapshots(self) -> dict[str, Snapshot]:
        """Every snapshot of the archive by digest."""
        with self._ledger() as ledger:
            rows = ledger.execute(sa.select(_SNAPSHOT)).all()
        return {row.sha256: self._snapshot(row) for row in rows}

    def _keep(self, digest: str, file: Path) -> None:
        target = self._content / digest
        if target.exists() and sha256_of(target) == digest:
            return
        self._content.mkdir(parents=True, exist_ok=True)
        staged = self._content / f".{digest}.next"
        shutil.copyfile(file, staged)
        if sha256_of(staged) != digest:
            staged.unlink()
            raise PermanentError(f"{file.name}: found a file that changed while it was read; expected it at rest. Run again.")
        move_into_place(staged, target)

    def _snapshot(self, row: sa.Row[tuple[object, ...]]) -> Snapshot:
        return Snapshot(row.sha256, row.file, row.size, row.archived_at, self._content / row.sha256)

    def _intake(self, intake_id: int) -> Intake:
        with self._ledger() as ledger:
            origin = ledger.execute(sa.select(_INTAKE.c.origin).where(_INTAKE.c.id == intake_id)).scalar_one()
            rows = ledger.execute(
                sa.select(_SNAPSHOT)
                .join(_INTAKE_SNAPSHOT, _INTAKE_SNAPSHOT.c.sha256 == _SNAPSHOT.c.sha256)
                .where(_INTAKE_SNAPSHOT.c.intake_id == intake_id)
                .order_by(_SNAPSHOT.c.file, _SNAPSHOT.c.sha256)
            ).all()
        return Intake(intake_id, origin, tuple(self._snapshot(row) for row in rows))


_ORIGIN_TEXT = {"fil": "files from an inbox", "eksempel": "the invented example country"}
