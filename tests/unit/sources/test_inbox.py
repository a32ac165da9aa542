"""Which files an inbox holds."""

from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.sources.inbox import files_in, open_workbooks, told_open


def test_files_are_found_in_folders_too_and_sorted_and_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b.csv", "a/2.json", "a/1.xlsx", ".DS_Store", ".git/config", "a/.lock"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == ["a/1.xlsx", "a/2.json", "b.csv"]


OF_OTHERS = ("~$np5.xlsx", "a/.~lock.np8.xlsx#", "Thumbs.db", "a/desktop.ini", "__MACOSX/np5.csv", "DESKTOP.INI")


def test_what_a_program_or_a_system_lays_in_a_folder_is_no_input(tmp_path: Path) -> None:
    for name in (*OF_OTHERS, "np5.xlsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\x0dKari Nordmann")
    assert [path.name for path in files_in(tmp_path)] == ["np5.xlsx"]


def test_that_a_workbook_is_open_is_told_without_the_name_of_who_has_it(tmp_path: Path) -> None:
    (tmp_path / "np5.xlsx").touch()
    assert told_open(tmp_path) is None
    for name in ("~$np5.xlsx", ".~lock.np8.xlsx#"):
        (tmp_path / name).write_bytes(b"\x0dKari Nordmann")
    told = told_open(tmp_path)
    assert told == "2 arbeidsbøker i innboksen er åpne i et annet program: det som sist ble lagret, er det som leses."
    assert open_workbooks(tmp_path) == 2


def test_an_inbox_of_owner_files_alone_is_empty(tmp_path: Path) -> None:
    (tmp_path / "~$np5.xlsx").touch()
    with pytest.raises(InvalidInput, match="an empty inbox"):
        files_in(tmp_path)


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
