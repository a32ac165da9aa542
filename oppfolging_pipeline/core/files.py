"""Files that are whole or absent, and one writer at a time.

Belongs here: digest, atomic replacement, the writer's lock. Does not belong here: what the files mean.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from oppfolging_pipeline.core.disk import disk_faults_told
from oppfolging_pipeline.core.errors import TransientError


def sha256_of(path: Path) -> str:
    """Digest of the file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


COMPRESSED = ".gz"
LEFTOVER = ".next"
LOCK_FILE = ".laas"


def open_content(path: Path) -> BinaryIO:
    """The bytes of a file as a stream; those of a file whose name ends in `.gz` as they were before compression."""
    if path.suffix == COMPRESSED:
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def read_content(path: Path) -> bytes:
    """All of a file's bytes, as `open_content` gives them."""
    with open_content(path) as handle:
        return handle.read()


def fsync_path(path: Path) -> None:
    """Force a file or a folder to disk, so that a rename that follows cannot outrun it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into_place(staged: Path, target: Path) -> None:
    """Replace `target` by `staged` in one step: a reader sees the old file or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fsync_path(staged)
    staged.replace(target)
    fsync_path(target.parent)


def write_atomically(target: Path, content: bytes) -> None:
    """Write a small file so that it is whole or absent. Raises `OSError`, and then leaves nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}{LEFTOVER}")
    try:
        staged.write_bytes(content)
        move_into_place(staged, target)
    finally:
        staged.unlink(missing_ok=True)


def leftovers(folder: Path) -> list[Path]:
    """What processes that were killed left half written in a folder and below it: no reader ever looks at these."""
    return sorted(folder.rglob(f".*{LEFTOVER}"))


_HELD: set[Path] = set()


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the home's writer lock. Raises `TransientError` when another process holds it, `PermanentError` when the
    home cannot be written to.

    An advisory lock of the operating system: it is released when the process ends, however it ends. Inside a process
    that holds it already, taking it again does nothing: a whole run holds it, and so does each asset on its own.
    """
    path = path.resolve()
    if path in _HELD:
        yield
        return
    with disk_faults_told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TransientError(
                f"{path.parent}: found another run writing to this home; expected to be the only writer. "
                "Wait until it has ended and run again."
            ) from error
        _HELD.add(path)
        try:
            yield
        finally:
            _HELD.discard(path)


def is_locked(path: Path) -> bool:
    """Whether somebody holds that writer lock now. Nothing is made or changed; the lock is asked for, shared
    and for an instant only. Raises `OSError` when the file is there and cannot be opened."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
