"""The long runs of the outer tests: each is what somebody does with the command line, from a home of its own.

Belongs here: what is run, in which order, and what was there before and after. Does not belong here: what is expected
(the tests), or what takes no time (they run that themselves).
"""

from __future__ import annotations

import hashlib
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from oppfolging_pipeline.tables.model import published_tables
from tests.e2e import wheel
from tests.e2e.faulty import contradicting_inbox, unreadable_inbox
from tests.support.cold import Measured, run_cold
from tests.support.tiny import write_tiny
from tests.support.warm import Done, Running, Warm

YEARS = ("2022-23", "2023-24", "2024-25", "2025-26", "2026-27")
PRELIMINARY = ("2025-26", "2026-27")
NP = ("--rules", "np-skalapoeng", "--per", "2025-03-01")


def inbox_of(place: Path) -> Path:
    """Five school years of the tiny country, the two newest preliminary."""
    return write_tiny(place / "innboks", YEARS, forelopig=PRELIMINARY)


def published_file(home: Path) -> Path:
    return home / "publisert" / "oppfolging.duckdb"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lake(home: Path) -> dict[str, str]:
    """Digest of every table's file in the lake."""
    return {str(path.relative_to(home)): digest(path) for path in sorted((home / "lager").rglob("*.parquet"))}


def query(home: Path, sql: str) -> list[tuple]:
    """Rows from the published file, opened as a reader does."""
    with closing(duckdb.connect(str(published_file(home)), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


@dataclass(frozen=True)
class First:
    """The first run of a new home: the default home `./data`, the default year."""

    done: Done
    home: Path
    inbox: Path

    def copy(self, to: Path) -> Path:
        """The home as the run left it, for somebody to go on from."""
        return Path(shutil.copytree(self.home, to))


def first(warm: Warm, place: Path) -> First:
    inbox = inbox_of(place)
    return First(warm.run("run", "--inbox", inbox, *NP, cwd=place), place / "data", inbox)


@dataclass(frozen=True)
class Later:
    """A run of the same content under other names, and another run that was started while it went on."""

    before: str
    renamed: Done
    beside: Done
    after: str
    lake_before: dict[str, str]
    lake_after: dict[str, str]


def later(warm: Warm, place: Path, one: First) -> Later:
    home = one.copy(place / "hjem")
    before = digest(published_file(home))
    inbox = place / "andre navn"
    for number, file in enumerate(sorted(one.inbox.iterdir())):
        (inbox / str(number % 2)).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, inbox / str(number % 2) / f"{number}.txt")
    shutil.copyfile(one.inbox / "koder.csv", inbox / "en gang til.csv")
    lake_before = lake(home)
    running = warm.start("run", "--inbox", inbox, *NP, cwd=place, env={"OPPFOLGING_HOME": str(home)})
    wait_for(running, "raw_innboks")
    beside = warm.run("run", "--inbox", inbox, *NP, "--home", home, cwd=place)
    return Later(before, running.wait(), beside, digest(published_file(home)), lake_before, lake(home))


@dataclass(frozen=True)
class Faulty:
    """Inboxes that cannot be used, into a home that has published; then a run without an inbox."""

    before: str
    unreadable: Done
    contradicting: Done
    after: str
    archive_only: Done
    after_archive_only: str
    home: Path
    inbox: Path


def faulty(warm: Warm, place: Path, one: First) -> Faulty:
    home = one.copy(place / "hjem")
    before = digest(published_file(home))
    bad = unreadable_inbox(place / "uleselig")
    to_home = ("--home", home, *NP)
    unreadable = warm.run("run", "--inbox", bad, *to_home, cwd=place)
    contradicting = warm.run("run", "--inbox", contradicting_inbox(place / "motsagt"), *to_home, cwd=place)
    after = digest(published_file(home))
    archive_only = warm.run("run", "--json", *to_home, cwd=place)
    return Faulty(before, unreadable, contradicting, after, archive_only, digest(published_file(home)), home, bad)


# Each moment: kill so many seconds after this step has ended (None: after the start).
MOMENTS = (
    (None, 0.2),
    ("raw_innboks", 0.05),
    ("kommune", 0.2),
    ("harmonisert", 0.1),
    ("vurdering", 0.1),
    ("identifisert", 0.1),
    ("rapportering", 0.4),
    ("rapportering", 1.2),
)


@dataclass(frozen=True)
class Killed:
    """Runs for two more years, killed: what a reader found after each, and the run that went on to its end."""

    found: tuple[tuple[str, list[int], list[str]], ...]
    ended: tuple[int, ...]
    after: Done
    home: Path


def killed(warm: Warm, place: Path, one: First) -> Killed:
    home = one.copy(place / "hjem")
    arguments = ("run", "--inbox", one.inbox, "--home", home, "--uttrekk", "2026, 2027", "--json", *NP)
    found, ended = [], []
    for step, seconds in MOMENTS:
        running = warm.start(*arguments, cwd=place)
        if step is not None:
            wait_for(running, step)
        time.sleep(seconds)
        running.kill()
        ended.append(running.wait().code)
        found.append((f"{step} + {seconds} s", *look(home)))
    return Killed(tuple(found), tuple(ended), warm.run(*arguments, cwd=place), home)


def look(home: Path) -> tuple[list[int], list[str]]:
    """The identification years that are published, and what is not whole about the file."""
    years = [year for (year,) in query(home, "SELECT DISTINCT uttrekksaar FROM mart.rangering_kommune ORDER BY 1")]
    faults = []
    for declared in published_tables():
        (count,) = query(home, f"SELECT count(*) FROM {declared.qualified_name}")[0]
        by_year = "uttrekksaar" in declared.grain and not declared.empty_ok
        if count == 0 and not declared.empty_ok:
            faults.append(f"{declared.qualified_name} is empty")
        if by_year:
            sql = f"SELECT DISTINCT uttrekksaar FROM {declared.qualified_name} ORDER BY 1"
            if [year for (year,) in query(home, sql)] != years:
                faults.append(f"{declared.qualified_name} has other years")
    return years, faults


def wait_for(running: Running, step: str, seconds: float = 120.0) -> None:
    """Wait until the progress says that the step has ended. Raises `TimeoutError`."""
    until = time.monotonic() + seconds
    while f"{step}: ferdig" not in running.err():
        if time.monotonic() > until or (running.folder / "code").exists():
            raise TimeoutError(f"{step} never ended:\n{running.err()}")
        time.sleep(0.005)


@dataclass(frozen=True)
class Example:
    """The invented country under both rule sets, one after the other in one home, started cold; then real files."""

    udir: Measured
    before_np: dict[str, list[tuple]]
    np: Measured
    mixed: Done
    after_mixed: str
    before_mixed: str
    home: Path


def example(warm: Warm, place: Path, inbox: Path) -> Example:
    home = place / "hjem"
    udir = run_cold("run", "--json", "--per", "2025-03-01", "--home", home, cwd=place)
    rows = "SELECT * FROM mart.identifisert_kommune WHERE indikatorsett = 'udir-2020'"
    before_np = {"identifisert": query(home, rows)} if udir.done.code == 0 else {}
    np = run_cold("run", *NP, "--json", "--home", home, cwd=place)
    before_mixed = digest(published_file(home))
    mixed = warm.run("run", "--inbox", inbox, "--home", home, *NP, cwd=place)
    return Example(udir, before_np, np, mixed, digest(published_file(home)), before_mixed, home)


def installed(place: Path, inbox: Path) -> wheel.Installed:
    return wheel.install_and_run(place, inbox)
