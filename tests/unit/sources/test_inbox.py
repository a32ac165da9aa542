"""Which files an inbox holds."""

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.sources.inbox import files_in


def test_files_are_found_in_folders_too_and_sorted_and_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b.csv", "a/2.json", "a/1.xlsx", ".DS_Store", ".git/config", "a/.lock"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == ["a/1.xlsx", "a/2.json", "b.csv"]


def test_an_inbox_in_a_hidden_folder_is_an_inbox(tmp_path: Path) -> None:
    inbox = tmp_path / ".innboks"
    inbox.mkdir()
    (inbox / "a.csv").touch()
    assert len(files_in(inbox)) == 1


@pytest.mark.parametrize(("make", "found"), [(True, "an empty inbox"), (False, "no such folder")])
def test_an_inbox_that_is_empty_or_not_there_is_told(tmp_path: Path, make: bool, found: str) -> None:
    inbox = tmp_path / "innboks"
    if make:
        (inbox / "mappe").mkdir(parents=True)
        (inbox / ".DS_Store").touch()
    with pytest.raises(InvalidInput) as caught:
        files_in(inbox)
    (finding,) = caught.value.findings
    assert (finding.file, finding.found) == (str(inbox), found)
