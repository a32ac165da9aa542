"""The inbox: a folder of files that a person downloaded.

Belongs here: which files lie there, and which of them a program or the system has laid there for itself. Does not
belong here: what they are (`recognise`) or keeping them (`archive`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, InvalidInput

# Names of a workbook's owner file while it is open: Excel's, and LibreOffice's. The owner's name stands in them.
_OWNER_FILES = ("~$", ".~lock.")
# What a system lays in a folder that somebody has looked at.
_OF_THE_SYSTEM = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"})


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder, sorted by path. Hidden files and folders, owner files of workbooks that are open
    and what a system lays there are no input, and are left out.

    Raises `InvalidInput` when the folder is not there or holds no file.
    """
    if not folder.is_dir():
        raise _refused(folder, "no such folder", "a folder of files", "Give its path as --inbox.")
    files = sorted(path for path, parts in _all_files(folder) if not any(map(_is_no_input, parts)))
    if not files:
        raise _refused(folder, "an empty inbox", "files from Udir", "Put the downloads there.")
    return files


def open_workbooks(folder: Path) -> int:
    """How many workbooks of the folder a program has open, as their owner files tell. What was saved last is what is
    read of them."""
    return sum(parts[-1].startswith(_OWNER_FILES) for _, parts in _all_files(folder)) if folder.is_dir() else 0


def told_open(folder: Path) -> str | None:
    """What a person is told of workbooks that are open; no name is in it. None where none is."""
    count = open_workbooks(folder)
    if not count:
        return None
    one = "En arbeidsbok i innboksen er åpen" if count == 1 else f"{count} arbeidsbøker i innboksen er åpne"
    return f"{one} i et annet program: det som sist ble lagret, er det som leses."


def _all_files(folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    return ((path, path.relative_to(folder).parts) for path in folder.rglob("*") if path.is_file())


def _is_no_input(part: str) -> bool:
    return part.startswith((".", "~$")) or part.lower() in _OF_THE_SYSTEM


def _refused(folder: Path, found: str, expected: str, action: str) -> InvalidInput:
    return InvalidInput([Finding(file=str(folder), found=found, expected=expected, action=action)])
