"""Spoiling files as disks and people do.

Belongs here: what happens to bytes. Does not belong here: what is said of it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_PAGE = 4096


def flip(file: Path) -> None:
    """Other bytes in the middle."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(byte ^ 0xFF for byte in content[middle : middle + 64])
    file.write_bytes(content)


def truncate(file: Path) -> None:
    """The second half is gone."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwrite_pages(file: Path) -> None:
    """An SQLite file's pages after the first: its heading is whole, its tables are not."""
    with file.open("r+b") as handle:
        handle.seek(_PAGE)
        handle.write(b"\xa5" * _PAGE * 6)


def emptied_ledger(file: Path) -> None:
    """A ledger of today's form that knows of nothing."""
    with closing(sqlite3.connect(file)) as ledger:
        for table in ("intake_snapshot", "reading", "intake", "snapshot"):
            ledger.execute(f"DELETE FROM {table}")
        ledger.commit()
