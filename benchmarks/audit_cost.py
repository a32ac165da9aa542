"""What the audits add to a run of the example: `oppfolging run` with them and without, import of GX included.

Without: the same command in a process in which every suite is taken for passed. Each run is in a process and a home of
its own, in turn. The seconds that stand in the reports are beside; those of a run without are the second computation.

Belongs here: one measurement, printed. Run it with `python -m benchmarks.audit_cost [ROUNDS]`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

WITH, WITHOUT = "with", "without"


def main() -> None:
    """Print the seconds of each run, and the difference of the best and of the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    taken: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for who, seconds in taken.items():
                started = time.perf_counter()
                home = Path(folder) / f"{who}-{number}"
                command = [sys.executable, "-m", "benchmarks.audit_cost", who, str(home)]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (ourselves)
                seconds.append(time.perf_counter() - started)
                audited = _seconds_in_the_reports(home)
                sys.stdout.write(f"{who} audits: {seconds[-1]:.1f} s (in the reports {audited:.1f} s)\n")
                sys.stdout.flush()
    best, median = (of(taken[WITH]) - of(taken[WITHOUT]) for of in (min, statistics.median))
    sys.stdout.write(f"the audits add {best:.1f} s (best of {rounds}), {median:.1f} s (median)\n")


def _seconds_in_the_reports(home: Path) -> float:
    """The durations in the reports. The partitions of one table are audited together, once."""
    from oppfolging_pipeline.core.outcome import read_audit_report

    by_table: dict[str, float] = {}
    for report in (home / "kontroll").rglob("*.json"):
        outcomes = read_audit_report(report).utfall
        by_table[outcomes[0].tabell] = sum(outcome.varighet for outcome in outcomes)
    return sum(by_table.values())


def child() -> None:
    """Run the example in the home that is named."""
    from oppfolging_pipeline.cli import main as oppfolging

    who, home = sys.argv[1:3]
    if who == WITHOUT:
        _without_audits()
    sys.argv = ["oppfolging", "run", "--home", home]
    oppfolging()


def _without_audits() -> None:
    """Take every suite for passed in this process."""
    import assets.audited
    from assets.audited import ToAudit, targets_of
    from assets.resources import HomeResource
    from oppfolging_pipeline.core.outcome import Outcome

    def passed(table: str, check: str) -> Outcome:
        return Outcome(
            tabell=table, kontroll=check, passed=True, alvorlighet="kritisk", avvik=(), antall_avvik=0,
            veiledning="Ikke kjørt.", varighet=0.0,
        )  # fmt: skip

    def audit(_: HomeResource, files: Sequence[ToAudit], *__: object) -> list[list[Outcome]]:
        return [[passed(one.table.key, check.name) for check in one.checks] for one in targets_of(files)]

    assets.audited.audit = audit


if __name__ == "__main__":
    child() if sys.argv[1:2] in ([WITH], [WITHOUT]) else main()
