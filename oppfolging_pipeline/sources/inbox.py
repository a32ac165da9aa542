"""The inbox: a folder of files that a person downloaded.

Belongs here: which files lie there. Does not belong here: what they are (`recognise`) or keeping them (`archive`).
"""

from __future__ import annotations

from pathlib import Path

from oppfolging_pipeline.core.errors import Finding, InvalidInput


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder, sorted by path; hidden files and folders are left out.

    Raises `InvalidInput` when the folder is not there or holds no file.
    """
    if not folder.is_dir():
        raise _refused(folder, "no such folder", "a folder of files", "Give its path as --inbox.")
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        raise _refused(folder, "an empty inbox", "files from Udir", "Put the downloads there.")
    return files


def _refused(folder: Path, found: str, expected: str, action: str) -> InvalidInput:
    return InvalidInput([Finding(file=str(folder), found=found, expected=expected, action=action)])
