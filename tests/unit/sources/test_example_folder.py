"""The example's folder is whole and of this version, or written anew."""

from pathlib import Path

import pytest

from oppfolging_pipeline.sources import example_folder
from oppfolging_pipeline.sources.example_folder import ensure_example


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were written to, by a generator that takes no time."""
    folders: list[Path] = []

    def write(folder: Path) -> None:
        folders.append(folder)
        (folder / "tall.csv").write_text(f"utgave {len(folders)}", encoding="utf-8")

    monkeypatch.setattr(example_folder, "write_example", write)
    monkeypatch.setattr(example_folder, "example_version", lambda: "1")
    return folders


def test_a_whole_folder_of_this_version_is_kept(tmp_path: Path, written: list[Path]) -> None:
    folder = ensure_example(tmp_path / "hjem" / "eksempel")
    ensure_example(folder)
    assert len(written) == 1
    assert (folder / "tall.csv").read_text(encoding="utf-8") == "utgave 1"


def test_a_folder_that_was_not_finished_or_is_of_another_version_is_replaced(
    tmp_path: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "eksempel"
    folder.mkdir()
    (folder / "rest.csv").touch()  # no marker: the one who wrote it was stopped
    ensure_example(folder)
    assert [path.name for path in sorted(folder.iterdir())] == [".versjon", "tall.csv"]
    monkeypatch.setattr(example_folder, "example_version", lambda: "2")
    ensure_example(folder)
    assert len(written) == 2
    assert (folder / "tall.csv").read_text(encoding="utf-8") == "utgave 2"
