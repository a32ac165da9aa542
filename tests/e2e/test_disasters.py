"""A full disk, a home that cannot be written to, spoiled files, a spoiled ledger: the last release can be read, the
error says what to do, the doctor's command mends it, and the next run completes.
"""

from __future__ import annotations

import json
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.e2e.scenarios import NP, digest, lake, published_file, query
from tests.support.spoil import emptied_ledger, flip, overwrite_pages, truncate
from tests.support.warm import Done, Warm

LATER = ("--rules", "np-skalapoeng", "--per", "2025-11-01")  # another state of the timeline: a new release
AS_IT_WAS = "Nothing was published; the last published file, if any, is as it was."


@pytest.fixture
def home(first, tmp_path) -> Path:
    return first.copy(tmp_path / "hjem")


def told(warm: Warm, home: Path, **limits: bool) -> dict[str, str]:
    """The doctor's findings of what is broken: code → command."""
    return {one["kode"]: one["gjor"] for one in findings(warm, home, **limits)}


def findings(warm: Warm, home: Path, **limits: bool) -> list[dict[str, str]]:
    """The doctor's findings of what is broken, as they are printed."""
    done = warm.run("doctor", "--json", "--home", home, cwd=home.parent, **limits)
    found = [one for one in json.loads(done.out)["funn"] if one["alvor"] == "feil"]
    assert done.code == int(bool(found)), done
    return found


def mend(warm: Warm, command: str, place: Path) -> Done:
    """Do what the doctor says: what stands before our own command is the shell's."""
    before, ours, arguments = command.rpartition("oppfolging ")
    assert ours, command
    subprocess.run(["/bin/sh", "-c", before.rstrip("& ") or "true"], check=True, cwd=place)
    return warm.run(*shlex.split(arguments), cwd=place)


def _rights(home: Path, less: int, more: int) -> None:
    for path in (home, *home.rglob("*")):
        path.chmod((path.stat().st_mode & ~less) | more)


def _run_out_of_room(first, warm: Warm, home: Path, largest_file: int) -> None:
    """A run for which no file may grow beyond that: it names the folder, and leaves the release."""
    before = digest(published_file(home))
    run = ("run", "--home", home, "--inbox", first.inbox, *LATER)
    done = warm.run(*run, cwd=home.parent, largest_file=largest_file)
    assert done.code == 1 and "Traceback" not in done.err and "Stack Trace" not in done.err, done.err
    assert f"{home}" in done.err and "found a disk that takes no more" in done.err
    assert digest(published_file(home)) == before
    assert not [path for path in home.rglob("*.next*") if path.is_file()], "nothing half is left"
    assert set(told(warm, home)) & {"kjoring_feilet", "kjoring_avbrutt"}


@pytest.mark.parametrize("largest_file", [3_000, 250_000], ids=lambda size: f"{size} bytes")
def test_a_full_disk_names_the_folder_and_leaves_the_release(first, warm, home, largest_file):
    _run_out_of_room(first, warm, home, largest_file)


def test_when_there_is_room_again_the_run_completes(first, warm, home):
    _run_out_of_room(first, warm, home, 3_000_000)
    done = mend(warm, told(warm, home)["kjoring_feilet"], home.parent)
    assert done.code == 0 and "(ny)" in done.out, done.err
    assert told(warm, home) == {}


def test_a_page_that_cannot_be_written_does_not_unsay_the_release(first, warm, home):
    """The release was live; the command line, the error and the doctor all said that nothing was published."""
    page = home / "publisert/kontroll.html"
    page.unlink()
    page.mkdir()
    done = warm.run("run", "--home", home, "--inbox", first.inbox, *LATER, cwd=home.parent)
    ((release,),) = query(home, "SELECT max(utgivelse) FROM drift.utgivelse")
    assert release.startswith("0002-") and done.code == 1 and AS_IT_WAS not in done.err, done.err
    assert f"release {release} is published and whole; found that kontroll.html could not be written" in done.err
    assert f"Release {release} is published and whole; what failed came after it." in done.err
    (meaning,) = [one["betyr"] for one in findings(warm, home) if one["kode"] == "kjoring_feilet"]
    assert f"Utgivelse {release} ble publisert og er hel" in meaning
    page.rmdir()
    done = mend(warm, told(warm, home)["kjoring_feilet"], home.parent)
    assert done.code == 0 and "(uendret" in done.out, done.err
    assert told(warm, home) == {}


def test_a_home_that_cannot_be_written_to_is_told_of_and_can_be_read(first, warm, home):
    _rights(home, stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH, 0)
    try:
        done = warm.run("run", "--home", home, "--inbox", first.inbox, *LATER, cwd=home.parent, plain_user=True)
        shown = warm.run("show", "identifisert", "--home", home, cwd=home.parent, plain_user=True)
        found = told(warm, home, plain_user=True)
    finally:
        _rights(home, 0, stat.S_IWUSR)
    assert done.code == 1 and "Traceback" not in done.err
    assert f"{home}: found a folder that cannot be written to" in done.err
    assert (shown.code, shown.err) == (0, "")
    assert f"chmod -R u+rwX {home}" in found["hjem_skrivebeskyttet"]


def test_spoiled_observations_and_what_kills_left_are_mended_by_the_next_run(first, warm, home):
    before, of_lake = digest(published_file(home)), lake(home)
    years = sorted((home / "lager/observasjon/nasjonale_prover").iterdir())
    flip(years[0])
    truncate(years[-1])
    for half in ("publisert/oppfolging.duckdb.next", "neste/andel/2025/x.parquet", "kontroll/andel/.alt.json.1.next"):
        (home / half).parent.mkdir(parents=True, exist_ok=True)
        (home / half).write_bytes(b"halvt")
    (command,) = set(told(warm, home).values())
    done = mend(warm, command, home.parent)
    assert done.code == 0, done.err
    assert (digest(published_file(home)), lake(home)) == (before, of_lake)
    assert told(warm, home) == {} and not list(home.rglob("*.next"))


def test_spoiled_results_of_other_years_are_named_with_the_command_that_makes_them_anew(killed, warm, tmp_path):
    home = Path(shutil.copytree(killed.home, tmp_path / "hjem"))
    flip(home / "lager/vurdering/2026/np-skalapoeng.parquet")
    truncate(home / "lager/identifisert_kommune/2027/np-skalapoeng.parquet")
    before = digest(published_file(home))
    done = warm.run("run", "--home", home, "--uttrekk", "2025", *NP, cwd=tmp_path)
    assert done.code == 1 and AS_IT_WAS in done.err and "Stack Trace" not in done.err, done.err
    named = ("lager/vurdering/2026/np-skalapoeng.parquet", "lager/identifisert_kommune/2027/np-skalapoeng.parquet")
    assert all(name in done.err for name in named)
    assert "oppfolging run --rules np-skalapoeng --uttrekk 2026,2027" in done.err
    assert digest(published_file(home)) == before
    done = warm.run("run", "--home", home, "--uttrekk", "2026,2027", *NP, cwd=tmp_path)
    assert done.code == 0, done.err
    assert told(warm, home) == {}


def test_a_spoiled_ledger_is_brought_back_from_the_copy_that_is_kept(first, warm, home):
    before = digest(published_file(home))
    overwrite_pages(home / "arkiv/protokoll.sqlite")
    done = warm.run("run", "--home", home, *NP, cwd=home.parent)
    assert done.code == 1 and "Traceback" not in done.err
    assert "protokoll.sqlite: found a file that cannot be used" in done.err and "Run `oppfolging doctor`" in done.err
    done = mend(warm, told(warm, home)["protokoll_skadet"], home.parent)
    assert done.code == 0 and "(uendret" in done.out, done.err
    assert digest(published_file(home)) == before
    assert told(warm, home) == {}


@pytest.mark.parametrize("emptied", [lambda file: file.write_bytes(b""), emptied_ledger], ids=["0 bytes", "no rows"])
def test_an_empty_ledger_is_no_new_home_and_its_copy_is_kept(first, warm, home, emptied):
    """Taken for a new home it was given the invented country, which was published in the place of real figures."""
    before, copy = digest(published_file(home)), digest(home / "arkiv/protokoll.kopi.sqlite")
    emptied(home / "arkiv/protokoll.sqlite")
    done = warm.run("run", "--home", home, *NP, cwd=home.parent)
    assert done.code == 1 and "beside a copy of it that knows 1 intakes" in done.err, done.err
    assert (digest(published_file(home)), digest(home / "arkiv/protokoll.kopi.sqlite")) == (before, copy)
    assert mend(warm, told(warm, home)["protokoll_skadet"], home.parent).code == 0
    assert (digest(published_file(home)), told(warm, home)) == (before, {})


def test_a_home_whose_ledger_is_gone_never_falls_back_to_the_example(warm, home):
    (home / "arkiv/protokoll.sqlite").unlink()
    done = warm.run("run", "--home", home, *NP, cwd=home.parent)
    assert done.code == 1 and "found no ledger beside the copy of it" in done.err
    assert not (home / "eksempel").exists()


def test_without_a_copy_the_files_come_in_anew(first, warm, home):
    overwrite_pages(home / "arkiv/protokoll.sqlite")
    (home / "arkiv/protokoll.kopi.sqlite").unlink()
    done = mend(warm, told(warm, home)["protokoll_skadet"], home.parent)
    assert done.code == 0, done.err
    assert told(warm, home) == {}
    assert len(list((home / "arkiv.skadet/innhold").iterdir())) == len(list((home / "arkiv/innhold").iterdir()))
