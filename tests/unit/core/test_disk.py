"""Faults of the disk are told in our words, whoever found them; other faults are left as they are."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from oppfolging_pipeline.core.disk import disk_fault, disk_faults_told
from oppfolging_pipeline.core.errors import PermanentError

HOME = Path("/et/hjem")
TOLD = {
    "no space": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "takes no more"),
    "quota": (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), "takes no more"),
    "no leave": (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/et/hjem/x"), "cannot be written to"),
    "read-only": (OSError(errno.EROFS, os.strerror(errno.EROFS)), "cannot be written to"),
    "a folder for a file": (IsADirectoryError(errno.EISDIR, "x", "/et/hjem/.laas"), "a folder where a file should be"),
    "a file for a folder": (FileExistsError(errno.EEXIST, "x", "/et/hjem/publisert"), "a file where a folder should"),
    "DuckDB": (ValueError('IO Error: Could not write file "x": No space left on device'), "takes no more"),
    "SQLite, full": (ValueError("(sqlite3.OperationalError) database or disk is full"), "takes no more"),
    "SQLite, shut": (ValueError("attempt to write a readonly database"), "cannot be written to"),
}


@pytest.mark.parametrize(("error", "found"), TOLD.values(), ids=TOLD)
def test_a_fault_of_the_disk_names_the_folder_and_what_to_do(error, found):
    told = disk_fault(error, HOME)
    assert isinstance(told, PermanentError)
    assert str(told).startswith("/et/hjem: found") and found in str(told)
    assert str(told).count(". ") >= 1, "and what to do"


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "gone"), ValueError("Binder Error: no column x")])
def test_another_fault_goes_on_as_it_is(error):
    with pytest.raises(type(error)) as raised, disk_faults_told(HOME, ValueError):
        raise error
    assert raised.value is error


def test_a_type_that_was_not_named_is_not_looked_at():
    with pytest.raises(ValueError, match=r"^No space left on device$"), disk_faults_told(HOME):
        raise ValueError("No space left on device")
