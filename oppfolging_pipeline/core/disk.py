"""What a disk says when it takes no more, or lets nobody write, as an error that a person can do something about.

Belongs here: telling such faults from others, and wording them. Does not belong here: writing (`files`, the lake), or
how much room there is.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oppfolging_pipeline.core.errors import PermanentError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SHUT = (errno.EACCES, errno.EPERM, errno.EROFS)
_OF_ANOTHER_KIND = (errno.EISDIR, errno.ENOTDIR, errno.EEXIST)
# SQLite has words of its own for a full disk and for a folder that cannot be written to;
# of a quota that is used up it says only that there was an I/O error.
_FULL_TEXTS = (*(os.strerror(code) for code in _FULL), "disk is full", "disk I/O error")
_SHUT_TEXTS = (*(os.strerror(code) for code in _SHUT), "readonly database", "unable to open database file")


def disk_fault(error: BaseException, folder: Path) -> PermanentError | None:
    """The error to raise instead, naming the folder; None when it is no fault of the disk.

    Libraries pass the operating system's words on, not its number: those are looked for in what is no `OSError`.
    """
    if isinstance(error, OSError) and error.errno is not None:
        full, shut = error.errno in _FULL, error.errno in _SHUT
        another = error.errno in _OF_ANOTHER_KIND
    else:
        another = False
        full, shut = (any(text in str(error) for text in texts) for texts in (_FULL_TEXTS, _SHUT_TEXTS))
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if full:
        return PermanentError(
            f"{folder}: found a disk that takes no more ({reason}); expected room for what a run writes. Make room and "
            "run again: nothing half is left."
        )
    if shut:
        return PermanentError(
            f"{folder}: found a folder that cannot be written to ({reason}); expected leave to write. Correct the "
            "rights of the folder and what is in it, or choose another --home. What was published can still be read."
        )
    if another:
        return PermanentError(
            f"{folder}: found a folder where a file should be, or a file where a folder should be ({reason}); expected "
            "a home as runs leave it. Move it out of the home, and run again."
        )
    return None


@contextmanager
def disk_faults_told(folder: Path, *others: type[Exception]) -> Iterator[None]:
    """Raise `PermanentError` for faults of the disk under the folder; every other error goes on as it is.

    `others` are error types of libraries that write for us, beside `OSError`.
    """
    kinds: tuple[type[Exception], ...] = (OSError, *others)
    try:
        yield
    except kinds as error:
        told = disk_fault(error, folder)
        if told is None:
            raise
        raise told from error
