"""Runs that are killed at random moments, one upon the other, and what is found after each.

Belongs here: the runs, the kills and the look at the home. Does not belong here: what is expected of them (the test).

Two inboxes that differ in two figures give two releases, A and B. The runs ask for them in turn, so that what a kill
leaves is of both, and each run begins with what the one before it left.
`python -m tests.e2e.kills 50` kills as many, and says what it found.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from oppfolging_pipeline.core.run_journal import DONE, JOURNAL_FILE
from oppfolging_pipeline.publish.content import content_sha256
from oppfolging_pipeline.publish.database import CATALOG, open_read_only
from oppfolging_pipeline.publish.manifest import read_manifest, reconcile
from oppfolging_pipeline.publish.release import ReleaseInfo
from oppfolging_pipeline.publish.verify import file_faults
from tests.support.tiny import encoded, national_tests, write_tiny
from tests.support.warm import Done, Running, Warm

NP = ("--rules", "np-skalapoeng", "--per", "2025-03-01")
ACCOUNTS = ("datagrunnlag",)  # a table of the lake that says when contents came in
_OTHER = {"A": "B", "B": "A"}
_SEED = 4


@dataclass(frozen=True)
class Kill:
    """What was found after one kill. `step` is the last that had ended; `content` the published release, A or B, or
    its digest when it is neither; `told` the codes of the doctor's findings; `begun` and `ended` by the journal."""

    seconds: float
    step: str
    begun: bool
    ended: bool
    content: str
    version: int
    faults: tuple[str, ...]
    told: tuple[str, ...]
    doctor: int
    doctor_changed: tuple[str, ...]


@dataclass(frozen=True)
class Kills:
    """All of them, and the run after them beside an undisturbed one of the same."""

    kills: tuple[Kill, ...]
    after: Done
    content: tuple[str, str]  # published by the run after them; what it asked for
    lake: tuple[dict[str, bytes], dict[str, bytes]]
    left: tuple[str, ...]
    told: dict[str, object]


def kill_runs(warm: Warm, place: Path, number: int, seed: int = _SEED) -> Kills:
    """Kill `number` runs, each at a moment drawn from the time that an undisturbed one takes, and run once more."""
    inboxes = {"A": write_tiny(place / "A"), "B": _corrected(write_tiny(place / "B"))}
    undisturbed, home = place / "uforstyrret", place / "hjem"
    _run(warm, place, undisturbed, inboxes["A"]).wait()
    shutil.copytree(undisturbed, home)
    lakes, names = {"A": _lake(home)}, {_published(home)[0]: "A"}
    started = time.monotonic()
    done = _run(warm, place, undisturbed, inboxes["B"]).wait()
    parts = _parts(done, time.monotonic() - started)
    lakes["B"], names[_published(undisturbed)[0]] = _lake(undisturbed), "B"
    assert len(names) == 2, "the two inboxes give two releases"
    dice = random.Random(seed)  # noqa: S311 (no secret)
    # One moment of each slice of the run, in any order: few kills are spread over all of it too.
    slices = dice.sample(range(number), number)
    kills: list[Kill] = []
    wanted = "A"
    while len(kills) < number:
        wanted = _OTHER[wanted]
        before = (home / JOURNAL_FILE).read_bytes()
        drawn = (slices.pop() + dice.random()) / number if slices else dice.random()
        running = _run(warm, place, home, inboxes[wanted])
        seconds = _wait(running, parts, drawn)
        running.kill_if_running()
        if running.wait().code == 0:
            continue  # it had ended by itself: no kill
        kills.append(_look(warm, place, home, running, seconds, before, names))
    wanted = _OTHER[wanted]
    after = _run(warm, place, home, inboxes[wanted]).wait()
    told = json.loads(warm.run("doctor", "--json", "--home", home, cwd=place).out)
    content = names.get(_published(home)[0], "ukjent")
    return Kills(tuple(kills), after, (content, wanted), (_lake(home), lakes[wanted]), _left(home), told)


def _parts(done: Done, whole_run: float) -> list[tuple[str, float]]:
    """What an undisturbed run spends its time on: a step after which a part begins (none: the start), and its seconds.

    The time is told by the run's own progress, so that a machine that is busy does not move every kill to the start.
    """
    took = re.findall(r"^(\w+): ferdig \((\d+\.\d) s\)$", done.err, re.M)
    beside = whole_run - sum(float(seconds) for _, seconds in took)  # starting, and printing the result at the end
    begun = ["", *(step for step, _ in took)]
    return list(zip(begun, [beside / 2 + float(took[0][1]), *(float(s) for _, s in took[1:]), beside / 2], strict=True))


def _wait(running: Running, parts: list[tuple[str, float]], drawn: float) -> float:
    """Wait until that share of the run (0 to 1) has gone, or it has ended by itself; the seconds waited."""
    started = time.monotonic()
    left = drawn * sum(seconds for _, seconds in parts)
    for step, seconds in parts:
        if left < seconds:
            while step and f"{step}: ferdig" not in running.err() and not (running.folder / "code").exists():
                time.sleep(0.005)
            time.sleep(left)
            break
        left -= seconds
    return time.monotonic() - started


def _corrected(inbox: Path) -> Path:
    """The same figures, but for one of a municipality and one of a school."""
    rows = national_tests("2024-25", 5)
    for unit in ("6101", "100000012"):
        row = next(row for row in rows if row[4] == unit)
        row[9] = str(int(row[9]) + 1)  # so little that schools, municipality and nation still bear each other out
    (inbox / "2024-25_trinn_5.csv").write_bytes(encoded(rows))
    return inbox


def _run(warm: Warm, place: Path, home: Path, inbox: Path) -> Running:
    return warm.start("run", "--inbox", inbox, "--home", home, *NP, cwd=place)


def _look(
    warm: Warm, place: Path, home: Path, running: Running, seconds: float, before: bytes, names: dict[str, str]
) -> Kill:
    digest, version, faults = _published(home)
    tree = _tree(home)
    done = warm.run("doctor", "--json", "--home", home, cwd=place)
    changed = tuple(sorted(path for path, _ in tree ^ _tree(home)))
    journal = (home / JOURNAL_FILE).read_bytes()
    steps = [line.partition(":")[0] for line in running.err().splitlines() if ": ferdig" in line]
    return Kill(
        seconds,
        steps[-1] if steps else "",
        journal != before,
        json.loads(journal)["utfall"] == DONE,
        names.get(digest, digest),
        version,
        tuple(faults),
        tuple(one["kode"] for one in json.loads(done.out)["funn"]) if done.out else (done.err,),
        done.code,
        changed,
    )


def _published(home: Path) -> tuple[str, int, list[str]]:
    """Digest of the content that a reader finds, computed from it; its version; and everything that is not whole."""
    folder = home / "publisert"
    file = folder / "oppfolging.duckdb"
    faults = file_faults(file)
    with closing(open_read_only(file)) as connection:
        rows = connection.execute(
            "SELECT versjon, kodeversjon, kontraktversjon, regelsett_sha256, innhold_sha256, opprettet, kjent_per, "
            "merknad FROM drift.utgivelse ORDER BY versjon"
        ).fetchall()
        version, code, contract, rule_sets, recorded, created, known, note = rows[-1]
        info = ReleaseInfo(
            code_version=code,
            contract_version=contract,
            rule_sets=json.loads(rule_sets),
            created_at=f"{created}+00:00",
            kjent_per=known,
            merknad=note,
        )
        digest = content_sha256(connection, CATALOG, info.identity)
    if digest != recorded:
        faults.append(f"its content is {digest}; it says {recorded}")
    if [row[0] for row in rows] != list(range(1, version + 1)):
        faults.append("its releases are not numbered one by one")
    if reconcile(folder, read_manifest(folder)).current is None:
        faults.append("the next run would not know it")
    return digest, version, faults


def _lake(home: Path) -> dict[str, bytes]:
    root = home / "lager"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.parquet"))
        if path.relative_to(root).parts[0] not in ACCOUNTS
    }


def _tree(home: Path) -> set[tuple[str, int]]:
    return {(path.relative_to(home).as_posix(), path.stat().st_mtime_ns) for path in home.rglob("*")}


def _left(home: Path) -> tuple[str, ...]:
    """What no whole run leaves."""
    places = ("neste/**/*", "**/.*.next", "publisert/*.next*", "publisert/*.wal", "arkiv/*-journal")
    return tuple(sorted({str(path) for pattern in places for path in home.glob(pattern) if path.is_file()}))


def faults_of(kills: Kills) -> list[str]:
    """Everything about the kills that must not be, in words."""
    faults: list[str] = []
    version = 1
    for number, kill in enumerate(kills.kills, 1):
        where = f"kill {number}, {kill.seconds:.2f} s, after {kill.step or 'the start'}"
        faults += [f"{where}: {fault}" for fault in kill.faults]
        if kill.content not in ("A", "B"):
            faults.append(f"{where}: the release is neither of the two: {kill.content}")
        if kill.version < version:
            faults.append(f"{where}: the version went back to {kill.version}")
        version = kill.version
        broken_off = "kjoring_avbrutt" in kill.told
        if broken_off == kill.ended:
            faults.append(f"{where}: ended {kill.ended}, and the doctor says {kill.told}")
        if (kill.doctor == 1) != broken_off:
            faults.append(f"{where}: the doctor's exit code is {kill.doctor}: {kill.told}")
        if kill.doctor_changed:
            faults.append(f"{where}: the doctor changed {kill.doctor_changed}")
    if kills.after.code != 0:
        faults.append(f"the run after them: {kills.after.err}")
    if kills.content[0] != kills.content[1]:
        faults.append(f"the run after them published {kills.content[0]}; it was asked for {kills.content[1]}")
    if kills.lake[0] != kills.lake[1]:
        differ = sorted(dict(kills.lake[0].items() ^ kills.lake[1].items()))
        faults.append(f"the lake is another than after an undisturbed run: {differ}")
    faults += [f"left lying about: {path}" for path in kills.left]
    if not kills.told["i_orden"]:
        faults.append(f"the doctor after the run: {kills.told}")
    return faults


def main() -> int:
    """Kill as many runs as the argument says, and print what was found."""
    number = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        warm = Warm(place / "kommandoer")
        try:
            kills = kill_runs(warm, place, number, seed=int(sys.argv[2]) if len(sys.argv) > 2 else _SEED)
        finally:
            warm.close()
    faults = faults_of(kills)
    lines = [f"{kill.seconds:6.2f} s  {kill.step or '-':14} {kill.content} {kill.told}" for kill in kills.kills]
    steps = Counter(kill.step or "-" for kill in kills.kills)
    told = Counter(code for kill in kills.kills for code in kill.told)
    lines += [f"steps: {dict(steps)}", f"told: {dict(told)}", f"releases: {kills.kills[-1].version}", *faults]
    sys.stdout.write("\n".join([*lines, f"{len(kills.kills)} kills, {len(faults)} faults", ""]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
