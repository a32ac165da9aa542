"""Whether a ledger has lost what it knew: it is compared with its copy, and with the contents of the archive.

Belongs here: counting what a ledger knows, and saying what of it is gone. Does not belong here: the connection
(`ledger`), or a file whose pages are spoiled (SQLite itself sees those). A ledger that was emptied, or put back from an
old backup, is whole to every database; taken as it is, a home of real figures would be given the invented example.

An intake or a fetch is written in the ledger before the first of its contents is kept, and no row of either is ever
removed: contents without both, or a copy that knows more, are always a loss.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from oppfolging_pipeline.sources.ledger_tables import FETCH, INTAKE

CONTENT_FOLDER = "innhold"


class Known(NamedTuple):
    """How many intakes and fetches a ledger knows."""

    intakes: int
    fetches: int

    def __str__(self) -> str:
        return f"{self.intakes} intakes and {self.fetches} fetches"


NOTHING = Known(0, 0)


def lost(connection: sa.Connection, folder: Path, copy: Path) -> str | None:
    """What the ledger behind the connection no longer knows, in words; None when it has lost nothing.

    `folder`: the archive's; `copy`: the ledger's last whole copy. A copy that is not there or cannot be read says
    nothing.
    """
    known, copied = _known(connection), known_by(copy)
    if known.intakes < copied.intakes or known.fetches < copied.fetches:
        return f"a ledger of {known} beside a copy of it that knows {copied}"
    if known == NOTHING and has_contents(folder):
        return f"a ledger that knows of nothing, beside contents in {CONTENT_FOLDER}"
    return None


def has_contents(folder: Path) -> bool:
    """Whether anything has been kept in the archive. What a killed process left half written does not count."""
    root = folder / CONTENT_FOLDER
    return root.is_dir() and any(not path.name.startswith(".") for path in root.iterdir())


def known_by(file: Path) -> Known:
    """What an SQLite ledger in a file knows; nothing where the file is not there, or is no whole ledger: it is only
    ever looked at to learn more."""
    found = NOTHING
    if file.is_file():
        with (
            suppress(sqlite3.DatabaseError),
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as ledger,
        ):
            found = Known(*(_count_in(ledger, table.name) for table in (INTAKE, FETCH)))
    return found


def _count_in(ledger: sqlite3.Connection, name: str) -> int:
    there = ledger.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", [name]).fetchone()
    if not there[0]:
        return 0
    row = ledger.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 (a table of ours)
    return int(row[0])


def _known(connection: sa.Connection) -> Known:
    there = sa.inspect(connection)
    counts = (
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if there.has_table(table.name)
        else 0
        for table in (INTAKE, FETCH)
    )
    return Known(*counts)
