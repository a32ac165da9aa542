"""Withdrawing a release: what readers find, what the manifest keeps, and a withdrawal that was killed on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish import manifest as manifests
from oppfolging_pipeline.publish import withdraw as withdrawing
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, Manifest, ReleaseRecord
from oppfolging_pipeline.publish.withdraw import withdraw

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def without_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is made of real files; here a file is its release's name."""
    monkeypatch.setattr(withdrawing, "write_release_page", lambda _: False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three releases: two earlier ones and the published one."""
    (tmp_path / "tidligere").mkdir()
    records = []
    for version, where in enumerate(
        ("tidligere/oppfolging-a.duckdb", "tidligere/oppfolging-b.duckdb", PUBLISHED_FILE), 1
    ):
        name = "abc"[version - 1]
        (tmp_path / where).write_text(name)
        record = ReleaseRecord(
            utgivelse=name, versjon=version, kontraktversjon="2.0", kodeversjon="1", regelsett_sha256={},
            innhold_sha256=name * 64, opprettet=NOW,
        )  # fmt: skip
        records.append(record.lying_at(tmp_path, where))
    manifests.write_manifest(tmp_path, Manifest(utgivelser=tuple(records)))
    return tmp_path


def files(folder: Path) -> dict[str, str | None]:
    known = manifests.reconcile(folder, manifests.read_manifest(folder))
    assert {path.name for path in folder.rglob("*.duckdb")} == {
        Path(one.fil).name for one in known.manifest.utgivelser if one.fil
    }
    return {one.utgivelse: one.fil for one in known.manifest.utgivelser}


def published(folder: Path) -> str | None:
    file = folder / PUBLISHED_FILE
    return file.read_text() if file.exists() else None


@pytest.mark.parametrize(
    ("gone", "unfit", "left"),
    [
        ("a", (), "c"),
        ("c", (), "b"),
        ("c", ("b", "c"), "a"),
        ("c", ("a", "b", "c"), None),
    ],
)
def test_what_readers_find_after_it(folder, gone, unfit, left):
    now = withdraw(folder, gone, "Prøve.", NOW, unfit)
    assert (now.utgivelse if now else None) == left == published(folder)
    assert files(folder)[gone] is None and (left is None or files(folder)[left] == PUBLISHED_FILE)
    record = next(one for one in manifests.read_manifest(folder).utgivelser if one.utgivelse == gone)
    assert (record.trukket, record.trukket_fordi, record.fil) == (NOW, "Prøve.", None)


def test_a_spoiled_earlier_file_takes_no_ones_place(folder):
    (folder / "tidligere/oppfolging-b.duckdb").write_text("x")
    assert withdraw(folder, "c", "Prøve.", NOW).utgivelse == "a"


def test_a_release_that_is_not_known_is_named(folder):
    with pytest.raises(PermanentError, match=r"ingen utgivelse d i hjemmet; ventet en av: a, b, c"):
        withdraw(folder, "d", "Prøve.", NOW)
    assert files(folder)["c"] == PUBLISHED_FILE


@pytest.mark.parametrize("gone", ["a", "c"])
@pytest.mark.parametrize("step", ["move_into_place", "_write", "unlink"])
def test_one_that_was_killed_is_completed_by_the_next_and_never_taken_for_published(folder, monkeypatch, gone, step):
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "unlink":
            patch.setattr(Path, "unlink", killed)
        else:
            patch.setattr(withdrawing, step, killed)
        try:
            withdraw(folder, gone, "Prøve.", NOW)
        except KeyboardInterrupt:
            known = manifests.reconcile(folder, manifests.read_manifest(folder))
            recorded = next(one for one in known.manifest.utgivelser if one.utgivelse == gone).trukket is not None
            assert recorded is (step != "_write")
            assert not recorded or known.current is None or known.current.utgivelse != gone
    left = "b" if gone == "c" else "c"
    assert withdraw(folder, gone, "Prøve.", NOW).utgivelse == left == published(folder)
    assert files(folder)[gone] is None


def test_the_next_release_removes_what_a_killed_withdrawal_left(folder):
    known = manifests.read_manifest(folder)
    first = known.utgivelser[0].model_copy(update={"trukket": NOW, "trukket_fordi": "Prøve.", "fil": None})
    pruned = manifests.prune(folder, Manifest(utgivelser=(first, *known.utgivelser[1:])), keep=5)
    assert not (folder / "tidligere/oppfolging-a.duckdb").exists() and pruned.utgivelser[0].fil is None
