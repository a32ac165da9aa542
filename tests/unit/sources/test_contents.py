"""The store of contents: whole or absent, whatever happens to the process that writes."""

from __future__ import annotations

import errno
import gzip
import os
import resource
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.sources import contents
from oppfolging_pipeline.sources.contents import HEAD, ContentStore, Kept

DIGEST = sha256(b"innhold").hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> ContentStore:
    return ContentStore(tmp_path / "innhold")


def kept(store: ContentStore, *chunks: bytes) -> Kept:
    with store.incoming() as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        return incoming.keep()


def names(store: ContentStore) -> list[str]:
    return sorted(path.name for path in store.root.iterdir())


def test_a_content_is_named_by_what_it_is_before_compression(store: ContentStore) -> None:
    got = kept(store, b"inn", b"hold")
    assert got == Kept(DIGEST, 7, store.root / f"{DIGEST}.gz")
    assert gzip.decompress(got.path.read_bytes()) == read_content(got.path) == b"innhold"
    assert (store.path_of(DIGEST), store.has(DIGEST), names(store)) == (got.path, True, [f"{DIGEST}.gz"])


def test_an_empty_content_is_a_content(store: ContentStore) -> None:
    got = kept(store)
    assert (got.sha256, got.size, read_content(got.path)) == (sha256(b"").hexdigest(), 0, b"")


def test_the_same_content_is_the_same_file_whenever_it_came(store: ContentStore, tmp_path: Path) -> None:
    first = kept(store, b"innhold")
    written = (first.path.read_bytes(), first.path.stat().st_mtime_ns)
    assert kept(store, b"in", b"nhold") == first
    assert (first.path.read_bytes(), first.path.stat().st_mtime_ns) == written  # not written again
    os.utime(first.path, (0, 0))
    assert kept(ContentStore(tmp_path / "annet"), b"innhold").path.read_bytes() == written[0]


def test_what_is_not_kept_leaves_nothing(store: ContentStore) -> None:
    with store.incoming() as incoming:
        incoming.write(b"inn")
        assert len(names(store)) == 1
    with pytest.raises(KeyboardInterrupt), store.incoming() as incoming:
        incoming.write(b"inn")
        raise KeyboardInterrupt
    assert names(store) == []


def test_contents_that_come_at_the_same_time_do_not_touch_each_other(store: ContentStore) -> None:
    with store.incoming() as one, store.incoming() as other:
        one.write(b"a")
        other.write(b"b")
        assert {read_content(one.keep().path), read_content(other.keep().path)} == {b"a", b"b"}


def test_the_head_is_kept_for_error_texts_and_no_more(store: ContentStore) -> None:
    with store.incoming() as incoming:
        for _ in range(3):
            incoming.write(b"x" * (HEAD // 2 + 1))
        assert (incoming.head, incoming.size) == (b"x" * HEAD, 3 * (HEAD // 2 + 1))


def test_a_large_content_takes_bounded_memory(store: ContentStore) -> None:
    chunk = os.urandom(1 << 20)
    tracemalloc.start()
    try:
        got = kept(store, *(chunk for _ in range(32)))
        assert store.has(got.sha256)
        assert store.keep_file(got.path).size > 30 << 20
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


KILLED = """
import os, signal, sys
from pathlib import Path
from oppfolging_pipeline.sources.contents import ContentStore
with ContentStore(Path(sys.argv[1])).incoming() as incoming:
    incoming.write(os.urandom(1 << 20))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_leaves_only_what_no_reader_looks_at(store: ContentStore) -> None:
    before = kept(store, b"innhold")
    done = subprocess.run([sys.executable, "-c", KILLED, str(store.root)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    left = [name for name in names(store) if name != before.path.name]
    assert len(left) == 1 and left[0].startswith(".")
    store.sweep()
    assert names(store) == [before.path.name]


def test_there_is_nothing_to_sweep_before_anything_has_come(store: ContentStore) -> None:
    store.sweep()
    assert not store.root.exists()


def test_contents_of_older_homes_stay_as_they_are_and_are_read(store: ContentStore) -> None:
    store.root.mkdir()
    (store.root / DIGEST).write_bytes(b"innhold")
    assert kept(store, b"innhold").path == store.path_of(DIGEST) == store.root / DIGEST
    assert (read_content(store.path_of(DIGEST)), names(store)) == (b"innhold", [DIGEST])


SPOILED = {
    "other bytes": gzip.compress(b"annet"),
    "no gzip": b"innhold",
    "cut off": gzip.compress(b"innhold")[:-9],
    "its checksum is another": gzip.compress(b"innhold")[:-8] + bytes(8),
    "nothing": b"",
}


@pytest.mark.parametrize("name", [f"{DIGEST}.gz", DIGEST])
@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_content_is_named_and_mended_when_it_comes_again(
    store: ContentStore, name: str, spoiled: bytes
) -> None:
    store.root.mkdir()
    (store.root / name).write_bytes(spoiled if name != DIGEST else b"annet")
    assert not store.has(DIGEST)
    with pytest.raises(InvalidInput, match=rf"a\.json: found a content .* no longer gives its digest.* {DIGEST}"):
        store.verify(DIGEST, "a.json")
    kept(store, b"innhold")
    store.verify(DIGEST, "a.json")
    assert names(store) == [f"{DIGEST}.gz"]


def test_a_content_that_is_gone_is_named(store: ContentStore) -> None:
    assert not store.has(DIGEST)
    with pytest.raises(PermanentError, match=f"found no content {DIGEST}"):
        store.path_of(DIGEST)
    with pytest.raises(InvalidInput, match=rf"a\.json: found no content in the archive; expected .* {DIGEST}"):
        store.verify(DIGEST, "a.json")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, as on a disk that is full: the system's own refusal."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def is_told(error: PermanentError, store: ContentStore, told: str) -> bool:
    text = str(error)
    return text.startswith(f"{store.root}: found") and f"({told})" in text and "Make room" in text


@pytest.mark.parametrize("size", [3 << 20, 2000], ids=["while it is written", "at its end"])
def test_a_full_disk_is_named_and_nothing_half_is_left(store: ContentStore, tmp_path: Path, size: int) -> None:
    before, content = kept(store, b"innhold"), os.urandom(size)
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    for write in (lambda: kept(store, content), lambda: store.keep_file(file)):
        with room_for(1000), pytest.raises(PermanentError) as caught:
            write()
        assert is_told(caught.value, store, "File too large")
    assert names(store) == [before.path.name]


def test_a_disk_that_does_not_take_the_name_leaves_nothing(
    store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(staged: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(contents, "move_into_place", full)
    with pytest.raises(PermanentError) as caught:
        kept(store, b"innhold")
    assert is_told(caught.value, store, "No space left on device")
    assert names(store) == []


def test_a_folder_that_cannot_be_is_named(store: ContentStore) -> None:
    store.root.write_bytes(b"")
    with pytest.raises(PermanentError) as caught:
        kept(store, b"innhold")
    assert is_told(caught.value, store, "File exists")


def test_a_full_disk_does_not_hide_what_ended_the_writing(store: ContentStore) -> None:
    store.root.mkdir()
    with pytest.raises(KeyboardInterrupt), room_for(100), store.incoming() as incoming:
        incoming.write(os.urandom(2000))
        raise KeyboardInterrupt
    assert names(store) == []


def test_a_file_is_brought_in_as_it_is(store: ContentStore, tmp_path: Path) -> None:
    file = tmp_path / "a.gz"  # a name says nothing: the file's own bytes are the content
    file.write_bytes(gzip.compress(b"innhold"))
    for _ in range(2):
        got = store.keep_file(file)
        assert (got.size, read_content(got.path)) == (file.stat().st_size, file.read_bytes())


def test_a_file_that_changes_while_it_is_read_is_refused(
    store: ContentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"innhold")

    def digest_of_what_was_there(path: Path) -> str:
        path.write_bytes(b"annet")
        return DIGEST

    monkeypatch.setattr(contents, "sha256_of", digest_of_what_was_there)
    with pytest.raises(PermanentError, match=r"a\.csv: found a file that changed while it was read"):
        store.keep_file(file)
    assert names(store) == []
