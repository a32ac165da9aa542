"""The command line started as a user starts it: a new interpreter, everything imported on the way.

Belongs here: the start and the measured memory. Does not belong here: expectations.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.warm import TIMEOUT, Done, environment

# The peak is read by the process itself: what the parent is told counts the parent's own pages from before the start.
_MAIN = """
import sys
from oppfolging_pipeline.cli import main
try:
    main()
finally:
    with open('/proc/self/status') as status, open(sys.argv[0], 'w') as peak:
        peak.write(next(line.split()[1] for line in status if line.startswith('VmHWM:')))
"""


@dataclass(frozen=True)
class Measured:
    """How the command ended, and the most memory it held, in MiB."""

    done: Done
    peak: float


def run_cold(*arguments: str | Path, cwd: Path) -> Measured:
    """Run `oppfolging …` in a new interpreter and wait for it."""
    peak = cwd / "peak"
    code = f"import sys; sys.argv[0] = {str(peak)!r}\n{_MAIN}"
    ended = subprocess.run(
        [sys.executable, "-c", code, *(str(argument) for argument in arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    return Measured(Done(ended.returncode, ended.stdout, ended.stderr), int(peak.read_text(encoding="utf-8")) / 1024)
