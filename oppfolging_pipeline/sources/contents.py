"""The contents of the archive: bytes by the sha256 of what they are uncompressed, each whole or absent.

Belongs here: the folder `<home>/arkiv/innhold`. Does not belong here: names, times and requests (`archive`, `evidence`,
in the ledger), or what the bytes say.

A content is a gzip file `<sha256>.gz`. Homes made before contents were compressed hold it as `<sha256>`; it stays as it
is and is read as it is. What is on its way in has a name that begins with a dot, and no reader ever looks at it.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.core.files import COMPRESSED, move_into_place, open_content, sha256_of

HEAD = 1 << 16  # bytes that are kept for error texts
_CHUNK = 1 << 18
_LEVEL = 3  # measured on export rows: a thirteenth of the size; above 3 twice the time saves five per cent
_BACK = "Bring it back from a copy of the home, or let the same content come in again."
_number = itertools.count()


@dataclass(frozen=True)
class Kept:
    """A content that is in the store. `size` is in bytes, uncompressed."""

    sha256: str
    size: int
    path: Path


class Incoming:
    """A content on its way in. Memory is bounded: what is written goes to a file of its own."""

    def __init__(self, store: ContentStore, staged: Path, handle: BinaryIO) -> None:
        self._store, self._staged, self._handle = store, staged, handle
        # No name and no time in the file: the same content gives the same file.
        self._gzip = gzip.GzipFile(filename="", fileobj=handle, mode="wb", compresslevel=_LEVEL, mtime=0)
        self._digest = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, chunk: bytes) -> None:
        """Add to the content. `size` counts its bytes so far, and `head` holds the first 64 kB of them.

        Raises `PermanentError` when the disk does not take it.
        """
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        self.size += len(chunk)
        self._digest.update(chunk)
        with _told(self._store.root):
            self._gzip.write(chunk)

    @property
    def sha256(self) -> str:
        """The digest of what has been written so far."""
        return self._digest.hexdigest()

    def keep(self) -> Kept:
        """Make it a content of the store, now that it is whole. To be called once, after the last `write`.

        Raises `PermanentError` when the disk does not take it.
        """
        with _told(self._store.root):
            self._gzip.close()
            self._handle.close()
            return Kept(self.sha256, self.size, self._store._settle(self._staged, self.sha256))

    def discard(self) -> None:
        """No more is written, and nobody will read it: whether the end of it fits on the disk does not matter."""
        try:
            with suppress(OSError):
                self._gzip.close()
        finally:
            with suppress(OSError):
                self._handle.close()


class ContentStore:
    """The folder of contents. One writer at a time (the home's lock); readers need no lock."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, sha256: str) -> Path:
        """Where the content is, for `core.files.open_content`. Raises `PermanentError` when it is gone."""
        path = self._found(sha256)
        if path is None:
            raise PermanentError(
                f"archive: found no content {sha256} in {self.root}; expected what the ledger says has come in. {_BACK}"
            )
        return path

    def has(self, sha256: str) -> bool:
        """Whether the content is there and gives its digest."""
        path = self._found(sha256)
        return path is not None and _digest_of(path) == sha256

    def verify(self, sha256: str, file: str) -> None:
        """Raise `InvalidInput` when the content is gone or no longer gives its digest. `file` is the user's name."""
        if self.has(sha256):
            return
        gone = self._found(sha256) is None
        found = "no content in the archive" if gone else "a content in the archive that no longer gives its digest"
        raise InvalidInput([Finding(file=file, found=found, expected=f"what came in as {sha256}", action=_BACK)])

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """A new content. Only `keep()` brings it into the store; without it nothing is left, however this ends.

        Raises `PermanentError` when the folder cannot be written to.
        """
        staged = self.root / f".{os.getpid()}.{next(_number)}.next"
        with _told(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            handle = staged.open("wb")
        try:
            incoming = Incoming(self, staged, handle)
            try:
                yield incoming
            finally:
                incoming.discard()
        finally:
            staged.unlink(missing_ok=True)

    def keep_file(self, path: Path) -> Kept:
        """Bring a file in. Raises `PermanentError` when it changes while it is read, or the disk does not take it."""
        digest = sha256_of(path)
        if self.has(digest):
            return Kept(digest, path.stat().st_size, self.path_of(digest))
        with path.open("rb") as source, self.incoming() as incoming:
            while chunk := source.read(_CHUNK):
                incoming.write(chunk)
            if incoming.sha256 == digest:
                return incoming.keep()
        raise PermanentError(
            f"{path.name}: found a file that changed while it was read; expected it at rest. Run again."
        )

    def sweep(self) -> None:
        """Remove what earlier processes left half written. Only under the writer lock, before anything comes in."""
        if self.root.is_dir():
            for staged in self.root.glob(".*.next"):
                staged.unlink(missing_ok=True)

    def _found(self, sha256: str) -> Path | None:
        return next((path for path in self._places(sha256) if path.exists()), None)

    def _places(self, sha256: str) -> tuple[Path, Path]:
        return self.root / f"{sha256}{COMPRESSED}", self.root / sha256

    def _settle(self, staged: Path, sha256: str) -> Path:
        """The place of a whole content, which mends one that is spoiled there."""
        if not self.has(sha256):
            compressed, plain = self._places(sha256)
            move_into_place(staged, compressed)
            plain.unlink(missing_ok=True)
        return self.path_of(sha256)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What a disk says when it does not take what is written, as an error that a person can do something about."""
    try:
        yield
    except OSError as error:
        raise PermanentError(
            f"{folder}: found a folder that does not take a new content ({error.strerror or error}); expected room on "
            "the disk and leave to write. Make room or correct the rights, and run again: nothing half is left."
        ) from error


def _digest_of(path: Path) -> str | None:
    """Digest of the content at a place; None when it cannot be decompressed."""
    digest = hashlib.sha256()
    try:
        with open_content(path) as handle:
            while chunk := handle.read(_CHUNK):
                digest.update(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return None
    return digest.hexdigest()
