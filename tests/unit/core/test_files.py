"""Files that are whole or absent, and one writer at a time, also when a process is killed."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from oppfolging_pipeline.core import files
from oppfolging_pipeline.core.errors import PermanentError, TransientError
from oppfolging_pipeline.core.files import move_into_place, sha256_of, write_atomically, writer_lock
from tests.architecture.source import REPOSITORY

HOLDER = """
import sys, time
from pathlib import Path
from oppfolging_pipeline.core.files import writer_lock
with writer_lock(Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(60)
"""


@pytest.fixture
def held(tmp_path):
    """The lock, held by another process."""
    lock = tmp_path / "hjem" / ".laas"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield lock, process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_digest_is_of_the_bytes(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"abc" * 1_000_000)
    assert sha256_of(file) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path):
    target = tmp_path / "ny" / "mappe" / "a.json"
    write_atomically(target, b"en")
    write_atomically(target, b"to")
    assert target.read_bytes() == b"to"
    assert [path.name for path in target.parent.iterdir()] == ["a.json"]


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    target = tmp_path / "a.json"
    write_atomically(target, b"en")

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "fsync_path", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"to")
    assert target.read_bytes() == b"en"


def test_the_file_is_on_disk_before_it_is_renamed_and_the_folder_after(tmp_path, monkeypatch):
    # A rename that reaches the disk before the content does is an empty file after a power cut.
    steps: list[str] = []
    real = files.fsync_path
    monkeypatch.setattr(files, "fsync_path", lambda path: (steps.append(path.name), real(path)))
    rename = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, other: (steps.append("replace"), rename(self, other))[1])
    staged, target = tmp_path / "a.next", tmp_path / "til" / "a"
    staged.write_bytes(b"x")
    move_into_place(staged, target)
    assert steps == ["a.next", "replace", "til"]


def test_a_reader_that_has_the_old_file_open_keeps_it(tmp_path):
    target = tmp_path / "a"
    write_atomically(target, b"gammel")
    with target.open("rb") as reader:
        write_atomically(target, b"ny")
        assert reader.read() == b"gammel"


def test_a_second_process_is_told_that_there_is_a_writer(held):
    lock, _ = held
    with pytest.raises(TransientError, match="found another run writing to this home"), writer_lock(lock):
        pytest.fail("two writers")


def test_the_lock_of_a_killed_process_is_free(held):
    lock, process = held
    process.send_signal(signal.SIGKILL)
    process.wait()
    with writer_lock(lock):
        pass


def test_the_lock_can_be_taken_again_inside_and_is_held_to_the_outer_end(tmp_path):
    lock = tmp_path / ".laas"
    with writer_lock(lock):
        with writer_lock(lock):
            pass
        assert _another_process(lock) == 1, "the inner end does not give it away"
    assert _another_process(lock) == 0


def test_an_error_inside_releases_the_lock(tmp_path):
    lock = tmp_path / ".laas"
    with pytest.raises(RuntimeError), writer_lock(lock):
        raise RuntimeError
    assert _another_process(lock) == 0


def test_two_homes_have_a_lock_each(tmp_path):
    with writer_lock(tmp_path / "a" / ".laas"), writer_lock(tmp_path / "b" / ".laas"):
        pass


def _another_process(lock: Path) -> int:
    """Exit code of a process that takes the lock and ends."""
    code = HOLDER.replace("time.sleep(60)", "pass")
    done = subprocess.run([sys.executable, "-c", code, str(lock)], cwd=REPOSITORY, capture_output=True, check=False)
    return done.returncode


def test_a_folder_in_the_lock_s_place_is_told_of(tmp_path):
    (tmp_path / ".laas").mkdir()
    with (
        pytest.raises(PermanentError, match=r"a folder where a file should be.*\.laas"),
        writer_lock(tmp_path / ".laas"),
    ):
        pass
