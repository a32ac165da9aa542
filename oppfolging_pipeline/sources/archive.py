"""The archive: what came in, kept as it came, by content hash, before anything is read from it.

Belongs here: intakes, where each came from, and which are in force. Does not belong here: bytes (`contents`), the
database (`ledger`), requests (`evidence`), or parsing. A content that is refused stays in the archive as evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.skoleaar import span
from oppfolging_pipeline.sources.archive_order import Read, news
from oppfolging_pipeline.sources.archived import OWN_SETTINGS, Intake, Reading, Snapshot
from oppfolging_pipeline.sources.contents import ContentStore
from oppfolging_pipeline.sources.intake_rows import register_contents, register_intake, register_snapshot
from oppfolging_pipeline.sources.ledger import Ledger, utc, with_zone
from oppfolging_pipeline.sources.ledger_loss import CONTENT_FOLDER
from oppfolging_pipeline.sources.ledger_tables import (
    ANSWER,
    FETCH,
    FETCH_UNIT,
    INTAKE,
    INTAKE_SNAPSHOT,
    READING,
    SNAPSHOT,
)
from oppfolging_pipeline.sources.origins import ORIGIN_TEXT, WHOLE, Origin, may_be_with


class Archive:
    """The archive of one home. `ledger_url` is another database than the SQLite file of the home."""

    def __init__(self, root: Path, ledger_url: str | None = None) -> None:
        self.root = root
        self.contents = ContentStore(root / CONTENT_FOLDER)
        self.ledger = Ledger(root, ledger_url)

    def expect_origin(self, origin: Origin) -> None:
        """Raise `PermanentError` when the home already holds accepted snapshots that this origin never mixes with."""
        held = self.origin()
        if held is not None and origin not in may_be_with(held):
            raise PermanentError(
                f"home {self.root.parent}: found {ORIGIN_TEXT[held]} in the archive; expected the same kind, and was "
                f"offered {ORIGIN_TEXT[origin]}. The two never mix: use another --home."
            )

    def take_in(
        self, folder: Path, files: Sequence[Path], origin: Origin, now: datetime, egne: Sequence[Path] = ()
    ) -> Intake:
        """Archive the files and register them as one intake, not yet accepted. Only under the writer lock.

        `egne`: files of the home's own settings, which are read with them. The same content twice, or under another
        name, is one snapshot. Raises `PermanentError` as `expect_origin` does, and when a file changes while it is
        read.
        """
        self.expect_origin(origin)
        self.contents.sweep()
        # Known before any content is kept: contents that no intake is of are those of a ledger that has gone.
        with self.ledger.writing() as ledger:
            intake_id = register_intake(ledger, origin, {}, now, basis=False)
        names: dict[str, str] = {}
        sizes: dict[str, int] = {}
        named = [(file, f"{OWN_SETTINGS}{file.name}") for file in egne]
        named += [(file, file.relative_to(folder).as_posix()) for file in files]
        for file, name in named:
            kept = self.contents.keep_file(file)
            names.setdefault(kept.sha256, name)
            sizes[kept.sha256] = kept.size
        with self.ledger.writing() as ledger:
            for digest, name in names.items():
                register_snapshot(ledger, digest, name, sizes[digest], now)
            register_contents(ledger, intake_id, names)
            ledger.execute(INTAKE.update().where(INTAKE.c.id == intake_id).values(basis=True))
        return self._intake(intake_id)

    def register_fetched(self, contents: Mapping[str, str], origin: Origin, now: datetime) -> Intake:
        """Register answers that have been kept (digest → name) as one intake, not yet accepted.

        Raises `PermanentError` as `expect_origin` does, and when a content is gone.
        """
        self.expect_origin(origin)
        for digest in contents:
            self.contents.path_of(digest)
        with self.ledger.writing() as ledger:
            intake_id = register_intake(ledger, origin, contents, now, basis=False)
        return self._intake(intake_id)

    def renew(self, now: datetime, known_at: datetime | None = None, egne: Sequence[Path] = ()) -> Intake:
        """A new intake without contents but the home's own settings (`egne`): the archive itself is the basis of the
        next run. Only under the writer lock.

        It is read together with every intake accepted and archived at or before `known_at` (None: all of them); that
        horizon is its own, and later intakes know nothing of it. Of the invented country, which is whole in each
        intake, it has the contents of the newest. Raises `PermanentError` when nothing had come in by then.
        """
        kept_own = {f"{OWN_SETTINGS}{file.name}": self.contents.keep_file(file) for file in egne}
        with self.ledger.writing() as ledger:
            accepted = sa.select(INTAKE.c.id, INTAKE.c.origin).where(INTAKE.c.accepted)
            by_then = accepted if known_at is None else accepted.where(INTAKE.c.archived_at <= utc(known_at))
            newest = ledger.execute(by_then.order_by(INTAKE.c.id.desc()).limit(1)).first()
            if newest is None:
                first = ledger.execute(sa.select(sa.func.min(INTAKE.c.archived_at)).where(INTAKE.c.accepted)).scalar()
                raise PermanentError(self._nothing_known(known_at, first))
            names: dict[str, str] = {}
            if newest.origin == WHOLE:
                own = sa.select(INTAKE_SNAPSHOT.c.sha256, INTAKE_SNAPSHOT.c.file)
                rows = ledger.execute(own.where(INTAKE_SNAPSHOT.c.intake_id == newest.id)).all()
                names = {row.sha256: row.file for row in rows if not row.file.startswith(OWN_SETTINGS)}
            for name, kept in kept_own.items():
                register_snapshot(ledger, kept.sha256, name, kept.size, now)
                names[kept.sha256] = name
            intake_id = register_intake(ledger, newest.origin, names, now, known_at)
        return self._intake(intake_id)

    def accept(self, intake: Intake, readings: Sequence[Reading]) -> None:
        """Mark an intake as read without fault, with what each of its contents was read as: it is now in force.

        A copy of the ledger is kept as it then is: what came in so far is known even when the ledger is spoiled.
        """
        with self.ledger.writing() as ledger:
            for reading in readings:
                ledger.execute(READING.delete().where(READING.c.sha256 == reading.sha256))
                ledger.execute(READING.insert().values(**asdict(reading)))
            ledger.execute(INTAKE.update().where(INTAKE.c.id == intake.id).values(accepted=True))
        self.ledger.keep_copy()

    def readings(self) -> dict[str, Reading]:
        """What every accepted content was read as, by digest."""
        with self.ledger.reading() as ledger:
            return {row.sha256: Reading(*row) for row in ledger.execute(sa.select(READING)).all()}

    def school_years(self) -> list[str]:
        """The school years from the first to the last of each accepted content, sorted."""
        periods = [reading.period.partition(" til ") for reading in self.readings().values() if reading.period]
        return sorted({year for first, _, last in periods for year in span(first, last or first)})

    def read(self, known_at: datetime | None = None) -> list[Read]:
        """What has been read without fault (by `known_at`, None: until now), in the order in which it came as news."""
        rows = (
            sa.select(
                INTAKE.c.id, INTAKE.c.origin, INTAKE.c.accepted, INTAKE.c.archived_at, READING.c.sha256,
                READING.c.kilde, READING.c.period,
            )
            .join(INTAKE_SNAPSHOT, INTAKE_SNAPSHOT.c.intake_id == INTAKE.c.id)
            .join(READING, READING.c.sha256 == INTAKE_SNAPSHOT.c.sha256)
            .where(INTAKE.c.accepted, INTAKE_SNAPSHOT.c.file.not_like(f"{OWN_SETTINGS}%"))
            .order_by(INTAKE.c.id)
        )  # fmt: skip
        if known_at is not None:
            rows = rows.where(INTAKE.c.archived_at <= utc(known_at))
        with self.ledger.reading() as ledger:
            found = ledger.execute(rows).all()
        as_news = news(found)
        return [
            Read(row.kilde, row.period, with_zone(row.archived_at), row.origin)
            for row in found
            if as_news[row.sha256] == row.id
        ]

    def everything(self) -> Intake | None:
        """All that is accepted, whatever a run was last asked to know; None before the first."""
        with self.ledger.reading() as ledger:
            newest = ledger.execute(sa.select(sa.func.max(INTAKE.c.id)).where(INTAKE.c.accepted)).scalar()
        return None if newest is None else replace(self._intake(int(newest), all_known=True), known_at=None)

    def newest(self) -> Intake:
        """The newest intake that a run is to stand on, accepted or not. Raises `PermanentError` when there is none.

        Not one of a fetch: what is fetched while a run goes on does not change what that run stands on.
        """
        with self.ledger.reading() as ledger:
            newest = ledger.execute(sa.select(sa.func.max(INTAKE.c.id)).where(INTAKE.c.basis)).scalar()
        if newest is None:
            raise PermanentError(
                f"home {self.root.parent}: found an empty archive; expected an intake. Materialize raw_innboks first."
            )
        return self._intake(int(newest))

    def newest_accepted(self) -> Intake | None:
        """The newest intake that a run stood on and that was read without fault, or None."""
        stood_on = sa.select(sa.func.max(INTAKE.c.id)).where(INTAKE.c.accepted, INTAKE.c.basis)
        with self.ledger.reading() as ledger:
            newest = ledger.execute(stood_on).scalar()
        return None if newest is None else self._intake(int(newest))

    def in_force(self) -> Intake:
        """What results are computed from: the newest intake that a run read without fault, and put in the lake.

        Raises `PermanentError` when there is none.
        """
        accepted = self.newest_accepted()
        if accepted is None:
            raise PermanentError(
                f"home {self.root.parent}: found no intake that was read without fault; expected one. "
                "Materialize observasjon first."
            )
        return accepted

    def origin(self) -> Origin | None:
        """Where the newest accepted intake of this home came from; None before the first."""
        newest = sa.select(INTAKE.c.origin).where(INTAKE.c.accepted).order_by(INTAKE.c.id.desc()).limit(1)
        with self.ledger.reading() as ledger:
            return ledger.execute(newest).scalar()

    def is_for_the_example(self) -> bool:
        """Whether nothing but the example has ever come in: no file of an inbox, and no answer, accepted or not."""
        other = sa.select(INTAKE.c.id).where(INTAKE.c.origin != WHOLE).limit(1)
        with self.ledger.reading() as ledger:
            asked = ledger.execute(sa.select(FETCH.c.id).limit(1)).first()
            return asked is None and ledger.execute(other).first() is None

    def newest_time(self) -> datetime | None:
        """The latest time that anything in the ledger carries; None in an empty one."""
        columns = (INTAKE.c.archived_at, SNAPSHOT.c.archived_at, FETCH.c.started_at, ANSWER.c.requested_at,
                   FETCH_UNIT.c.ended_at)  # fmt: skip
        with self.ledger.reading() as ledger:
            times = [ledger.execute(sa.select(sa.func.max(column))).scalar() for column in columns]
        return max((with_zone(time) for time in times if time is not None), default=None)

    def snapshots(self) -> dict[str, Snapshot]:
        """Every snapshot of the archive by digest."""
        with self.ledger.reading() as ledger:
            rows = ledger.execute(sa.select(SNAPSHOT)).all()
        return {row.sha256: self._snapshot(row) for row in rows}

    def _nothing_known(self, known_at: datetime | None, first: datetime | None) -> str:
        if known_at is None or first is None:
            then, action = "", "Fetch, or run with an inbox, first."
        else:
            then = f" of {date_in_norway(known_at)} or before"
            action = f"The first is of {date_in_norway(with_zone(first))}: ask for that day or a later one."
        where = f"home {self.root.parent}"
        return f"{where}: found no intake{then} that was read without fault; expected one. {action}"

    def _snapshot(self, row: Any) -> Snapshot:
        return Snapshot(row.sha256, row.file, row.size, row.archived_at, self.contents)

    def _intake(self, intake_id: int, *, all_known: bool = False) -> Intake:
        own = INTAKE.c.id == intake_id
        with self.ledger.reading() as ledger:
            intake = ledger.execute(sa.select(INTAKE).where(own)).one()
            read_together = own
            if intake.origin != WHOLE:
                earlier = (INTAKE.c.id < intake_id) & INTAKE.c.accepted
                earlier &= INTAKE.c.origin.in_(may_be_with(intake.origin))
                if intake.known_at is not None and not all_known:
                    earlier &= INTAKE.c.archived_at <= intake.known_at
                read_together = own | earlier
            rows = ledger.execute(
                sa.select(
                    SNAPSHOT.c.sha256, INTAKE_SNAPSHOT.c.file, SNAPSHOT.c.size, SNAPSHOT.c.archived_at,
                    INTAKE.c.id, INTAKE.c.origin, INTAKE.c.accepted,
                )
                .join(INTAKE_SNAPSHOT, INTAKE_SNAPSHOT.c.sha256 == SNAPSHOT.c.sha256)
                .join(INTAKE, INTAKE.c.id == INTAKE_SNAPSHOT.c.intake_id)
                .where(read_together)
                .order_by(INTAKE.c.id)
            ).all()  # fmt: skip
        rows = [row for row in rows if row.id == intake_id or not row.file.startswith(OWN_SETTINGS)]
        # The home's own settings come with every run, and say nothing of what lies in an inbox.
        own_settings = {row.sha256: row.id for row in rows if row.file.startswith(OWN_SETTINGS)}
        as_news = {**own_settings, **news([row for row in rows if not row.file.startswith(OWN_SETTINGS)])}
        last: dict[str, Snapshot] = {}
        for row in rows:
            accepted = row.accepted or (row.sha256 in last and last[row.sha256].accepted)
            last[row.sha256] = replace(
                self._snapshot(row), intake=as_news[row.sha256], brought_by=row.id, accepted=accepted
            )
        ordered = sorted(last.values(), key=lambda snapshot: (snapshot.file, snapshot.sha256))
        known_at = None if intake.known_at is None else with_zone(intake.known_at)
        return Intake(intake_id, intake.origin, tuple(ordered), known_at)
