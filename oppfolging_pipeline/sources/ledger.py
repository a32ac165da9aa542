"""The ledger: a database that says what is in the archive and how it got there.

Belongs here: the connection, its transactions, and errors that give no secret away. Does not belong here: the tables
(`ledger_tables`), older forms (`ledger_version`), or what is written (`archive`, `evidence`, `source_memory`).

SQLite in the home by default; another database by URL. The URL may hold a password: it stands in no error, and what a
driver says is not passed on, because drivers quote it. A URL is one home's: its contents lie in that home.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from oppfolging_pipeline.core.disk import disk_fault, disk_faults_told
from oppfolging_pipeline.core.errors import OppfolgingError, PermanentError, TransientError
from oppfolging_pipeline.core.files import LEFTOVER, move_into_place
from oppfolging_pipeline.sources.ledger_loss import has_contents, lost
from oppfolging_pipeline.sources.ledger_tables import METADATA
from oppfolging_pipeline.sources.ledger_version import bring_up_to_date, is_current

LEDGER_FILE = "protokoll.sqlite"
COPY_FILE = "protokoll.kopi.sqlite"
_WAIT = 30.0  # seconds for another process to finish its transaction
_KNOWN = {"sqlite", "postgresql", "oracle", "mssql"}
_UNABLE = {"mysql", "mariadb"}  # texts without a length are no columns there
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_EXPECTED = "an SQLAlchemy URL such as postgresql+psycopg://user:password@host/database"
_ACTION = "Correct OPPFOLGING_PROTOKOLL_URL."
_ASK = "Run `oppfolging doctor`: it says how to mend it."
Begin = Literal["BEGIN", "BEGIN IMMEDIATE"]


class Ledger:
    """The ledger of one home. Raises `PermanentError` for a URL that is none."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._folder = folder
        self._file = folder / LEDGER_FILE if url is None else None
        self._url = _parsed(url) if url is not None else sa.URL.create("sqlite", database=str(self._file))
        self._where = f"ledger {self._file}" if self._file is not None else f"ledger at {_named(self._url)}"
        self._checked = False

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that may change the ledger. What does not exist is made, what is older is brought up to date.

        Raises `PermanentError` when there is something else than a ledger of ours or an older one, or one that has lost
        what it knew, `TransientError` when another process holds it or the database does not answer.
        """
        self._expect_there()
        if self._file is not None:
            with disk_faults_told(self._file.parent):
                self._file.parent.mkdir(parents=True, exist_ok=True)
        self._check()
        # The write lock is taken at once: two that have read and then want to write would wait for each other.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads. A home without a ledger answers as an empty one, and still has none. Raises as
        `writing` does."""
        self._expect_there()
        if self._file is not None and not self._file.exists():
            with _engine(sa.URL.create("sqlite")) as engine, engine.begin() as connection:
                METADATA.create_all(connection)
                yield connection
            return
        self._check()
        with self._transaction("BEGIN") as connection:
            yield connection

    def is_current(self) -> bool:
        """Whether the ledger is whole and has today's form; False for one that is empty or of an older form, which the
        next run brings up to date. Changes nothing. Raises as `writing` does."""
        with self._transaction("BEGIN") as connection:
            if self._url.get_backend_name() == "sqlite":
                self._expect_whole(connection)
            return is_current(connection, self._where)

    def lost(self) -> str | None:
        """What the ledger no longer knows of what has come in, in words; None when it has lost nothing. Nothing is
        changed. Raises as `writing` does."""
        with self._transaction("BEGIN") as connection:
            return lost(connection, self._folder, self._folder / COPY_FILE)

    def keep_copy(self) -> None:
        """Keep a whole copy of the ledger beside it, to go on from when it is spoiled. Only of one in the home; another
        database has its own copies. Only under the writer lock. Raises `PermanentError` when the disk does not take
        it, and when the copy that is there knows more than the ledger."""
        if self._file is None:
            return
        self._expect_nothing_lost()
        staged = self._file.with_name(f".{COPY_FILE}{LEFTOVER}")
        with disk_faults_told(self._file.parent):
            staged.unlink(missing_ok=True)
            try:
                with self._transaction(None) as connection:
                    connection.exec_driver_sql("VACUUM INTO ?", (str(staged),))
                move_into_place(staged, self._file.with_name(COPY_FILE))
            finally:
                staged.unlink(missing_ok=True)

    def _check(self) -> None:
        if self._checked:
            return
        current = self.is_current()
        self._expect_nothing_lost()
        if not current:
            with self._transaction("BEGIN IMMEDIATE", foreign_keys=False) as connection:
                bring_up_to_date(connection, self._where)
        self._checked = True

    def _expect_there(self) -> None:
        """A home whose ledger has gone is no new one: taken for one, it would be given the invented example."""
        if self._file is None or self._file.is_file():
            return
        if self._file.exists():
            raise PermanentError(self._unusable("it is no file"))
        beside = "the copy of it" if self._file.with_name(COPY_FILE).exists() else "the contents of the archive"
        if self._file.with_name(COPY_FILE).exists() or has_contents(self._folder):
            raise PermanentError(f"{self._where}: found no ledger beside {beside}; expected both. {_ASK}")

    def _expect_nothing_lost(self) -> None:
        gone = self.lost()
        if gone is not None:
            raise PermanentError(f"{self._where}: found {gone}; expected all that has come in. {_ASK}")

    def _expect_whole(self, connection: sa.Connection) -> None:
        """A spoiled page may never be read, or be read as something else: every one is looked at before any is used."""
        faults = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
        if faults != ["ok"]:
            raise PermanentError(self._unusable(str(faults[0]).replace("\n", " ")))

    def _unusable(self, found: str) -> str:
        mend = _ASK if self._file else "Bring it back from a copy."
        return f"{self._where}: found a file that cannot be used ({found}); expected an SQLite database. {mend}"

    @contextmanager
    def _transaction(self, begin: Begin | None, *, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        try:
            with _engine(self._url, begin, foreign_keys=foreign_keys) as engine, engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError:
            raise  # a fault of ours, and none of the connection's
        except sa.exc.DBAPIError as error:
            raise self._fault(error) from None

    def _fault(self, error: sa.exc.DBAPIError) -> OppfolgingError:
        """What may be told: of a file everything, of a server its kind of error alone."""
        raised = error.orig
        code = getattr(raised, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _BUSY:
            return TransientError(
                f"{self._where}: found it locked by another process for {_WAIT:.0f} s; expected it free. Run again."
            )
        if self._url.drivername == "sqlite":
            place = self._file or Path(str(self._url.database))
            return disk_fault(error, place.parent) or PermanentError(self._unusable(str(raised)))
        state = getattr(raised, "sqlstate", None) or getattr(raised, "pgcode", None)
        found = type(raised).__name__ + (f" {state}" if state else "")
        text = f"{self._where}: found {found}; expected the database to do as asked. "
        if isinstance(error, sa.exc.OperationalError) and state is None:
            return TransientError(f"{text}Run again when it answers, or correct OPPFOLGING_PROTOKOLL_URL.")
        return PermanentError(f"{text}See the database's own log for what it says.")


@contextmanager
def _engine(url: sa.URL, begin: Begin | None = "BEGIN", *, foreign_keys: bool = True) -> Iterator[sa.Engine]:
    engine = _created(url)
    if url.get_backend_name() == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def connected(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # else the driver commits before every change of a table
            connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
            connection.execute(f"PRAGMA busy_timeout = {_WAIT * 1000:.0f}")

        @sa.event.listens_for(engine, "begin")
        def begun(connection: sa.Connection) -> None:
            if begin is not None:
                connection.exec_driver_sql(begin)

    try:
        yield engine
    finally:
        engine.dispose()


def _created(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(url)
    except ModuleNotFoundError as error:
        missing = error.name
    except (sa.exc.ArgumentError, TypeError, ValueError):
        missing = None
    if missing is None:
        raise PermanentError(f"ledger: found an address that its driver does not take; expected {_EXPECTED}. {_ACTION}")
    raise PermanentError(
        f"ledger at {_named(url)}: found no driver; expected the Python package {missing}. Install it, or name another "
        "driver in OPPFOLGING_PROTOKOLL_URL."
    )


def _parsed(text: str) -> sa.URL:
    """The URL. What is wrong with it is not quoted: a part of the password may stand in the wrong place."""
    try:
        url = sa.make_url(text)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        backend = ""
    if backend in _UNABLE:
        raise PermanentError(
            f"ledger: found an address of {backend}, which cannot hold the ledger's tables; expected {_EXPECTED}, or "
            f"none for SQLite in the home. {_ACTION}"
        )
    if backend not in _KNOWN:
        raise PermanentError(f"ledger: found an address that is none; expected {_EXPECTED}. {_ACTION}")
    # A second one may be a part of the password, and what follows the first would be shown as the host.
    if url.host is not None and text.count("@") > 1:
        raise PermanentError(
            f"ledger: found an address with two @; expected {_EXPECTED}, with %40 for any other @. {_ACTION}"
        )
    if backend == "sqlite" and url.query:
        raise PermanentError(f"ledger: found an SQLite address with options; expected sqlite:///file. {_ACTION}")
    if url.database in (None, "", ":memory:"):
        raise PermanentError(f"ledger: found an address without a database; expected {_EXPECTED}. {_ACTION}")
    return url


def _named(url: sa.URL) -> str:
    """The backend and its host, and nothing that may be secret."""
    backend = url.get_backend_name()
    return f"{backend} on {url.host}" if url.host else backend


def utc(instant: datetime) -> datetime:
    """The instant as the ledger keeps it: UTC, without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def with_zone(kept: datetime) -> datetime:
    """A time of the ledger as an instant."""
    return kept.replace(tzinfo=UTC)
