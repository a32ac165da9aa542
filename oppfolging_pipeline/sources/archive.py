"""The archive: what came in, kept as it came, by content hash, before anything is read from it.

Belongs here: the store (`<home>/arkiv/innhold/<sha256>`), its ledger (SQLite through SQLAlchemy) and which snapshots
are in force. Does not belong here: parsing. A file that is refused stays in the archive as evidence.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    sa.Column("file", sa.String, nullable=False),
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
    """One archived content. `path` is its place here; `file` its name, relative to the inbox.

    The snapshots of an intake have the names that they last came with, as the user knows them; those of the whole
    archive the names that they first came with. `intake` is the newest intake that brought the content, and `accepted`
    whether any that brought it was read without fault.
    """

    sha256: str
    file: str
    size: int
    archived_at: datetime
    path: Path
    intake: int = 0
    accepted: bool = False


@dataclass(frozen=True)
class Intake:
    """An intake and everything that it is read together with.

    `snapshots` are its own and, for files (`origin` is `fil`), those of every intake accepted before it: what came in
    later goes before what came in earlier, cell by cell, so the archive alone says what is in force. The invented
    country (`eksempel`) is whole in each intake.
    """

    id: int
    origin: str
    snapshots: tuple[Snapshot, ...]

    @property
    def own(self) -> tuple[Snapshot, ...]:
        """The snapshots that came in with this intake."""
        return tuple(snapshot for snapshot in self.snapshots if snapshot.intake == self.id)


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
            known = set(ledger.execute(sa.select(_SNAPSHOT.c.sha256)).scalars())
            for digest, file in digests.items():
                if digest not in known:
                    ledger.execute(
                        _SNAPSHOT.insert().values(
                            sha256=digest,
                            file=file.relative_to(folder).as_posix(),
                            size=file.stat().st_size,
                            archived_at=_utc(now),
                        )
                    )
            names = {digest: file.relative_to(folder).as_posix() for digest, file in digests.items()}
            intake_id = _register_intake(ledger, origin, names, now)
        return self._intake(intake_id)

    def renew(self, intake: Intake, now: datetime) -> Intake:
        """Register the contents of an earlier intake as a new one: the archive itself is the basis of the next run."""
        with self._ledger() as ledger:
            names = {snapshot.sha256: snapshot.file for snapshot in intake.own}
            intake_id = _register_intake(ledger, intake.origin, names, now)
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

    def in_force(self) -> Intake:
        """What results are computed from: the newest accepted intake. Raises `PermanentError` when there is none."""
        accepted = self.newest_accepted()
        if accepted is None:
            raise PermanentError(
                f"home {self.root.parent}: found no intake that was read without fault; expected one. "
                "Materialize observasjon first."
            )
        return accepted

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
            raise PermanentError(
                f"{file.name}: found a file that changed while it was read; expected it at rest. Run again."
            )
        move_into_place(staged, target)

    def _snapshot(self, row: Any) -> Snapshot:
        return Snapshot(row.sha256, row.file, row.size, row.archived_at, self._content / row.sha256)

    def _intake(self, intake_id: int) -> Intake:
        own = _INTAKE.c.id == intake_id
        with self._ledger() as ledger:
            origin = ledger.execute(sa.select(_INTAKE.c.origin).where(own)).scalar_one()
            read_together = own
            if origin == "fil":
                earlier = (_INTAKE.c.id < intake_id) & _INTAKE.c.accepted & (_INTAKE.c.origin == origin)
                read_together = own | earlier
            rows = ledger.execute(
                sa.select(
                    _SNAPSHOT.c.sha256,
                    _INTAKE_SNAPSHOT.c.file,
                    _SNAPSHOT.c.size,
                    _SNAPSHOT.c.archived_at,
                    _INTAKE.c.id,
                    _INTAKE.c.accepted,
                )
                .join(_INTAKE_SNAPSHOT, _INTAKE_SNAPSHOT.c.sha256 == _SNAPSHOT.c.sha256)
                .join(_INTAKE, _INTAKE.c.id == _INTAKE_SNAPSHOT.c.intake_id)
                .where(read_together)
                .order_by(_INTAKE.c.id)
            ).all()
        newest: dict[str, Snapshot] = {}
        for row in rows:
            accepted = row.accepted or (row.sha256 in newest and newest[row.sha256].accepted)
            newest[row.sha256] = replace(self._snapshot(row), intake=row.id, accepted=accepted)
        ordered = sorted(newest.values(), key=lambda snapshot: (snapshot.file, snapshot.sha256))
        return Intake(intake_id, origin, tuple(ordered))


def _register_intake(ledger: sa.Connection, origin: str, names: Mapping[str, str], now: datetime) -> int:
    """A new intake of those contents (digest → name), not yet accepted. Returns its number."""
    intake_id: int = ledger.execute(
        _INTAKE.insert().values(origin=origin, archived_at=_utc(now), accepted=False).returning(_INTAKE.c.id)
    ).scalar_one()
    ledger.execute(
        _INTAKE_SNAPSHOT.insert(),
        [{"intake_id": intake_id, "sha256": digest, "file": file} for digest, file in names.items()],
    )
    return intake_id


def _utc(now: datetime) -> datetime:
    """The instant as the ledger keeps it: UTC, without a zone."""
    return now.astimezone(UTC).replace(tzinfo=None)


_ORIGIN_TEXT = {"fil": "files from an inbox", "eksempel": "the invented example country"}
