"""No test leaves this machine, and the suite proves it: whoever tries is refused, and the suite fails.

Belongs here: putting the guard into this process and into every Python that is started from it, and looking at the end
at what it refused. Does not belong here: the guard (`tests.support.guard`), or anything that single tests need.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.guard import GUARD, loopback_only


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported. Also code that swallows the refusal is found out, by the log."""
    handle, log = tempfile.mkstemp(prefix="loopback-only-")
    os.close(handle)
    config.add_cleanup(lambda: Path(log).unlink(missing_ok=True))
    os.environ[loopback_only.LOG] = log
    os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])])
    loopback_only.install()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A refusal fails the suite, even where no test failed by it."""
    if refused():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every refusal."""
    if lines := refused():
        terminalreporter.section("left this machine", sep="=", red=True)
        for line in lines:
            terminalreporter.line(line)


def refused() -> list[str]:
    """What the guard has refused, in this process and in those started from it."""
    return Path(os.environ[loopback_only.LOG]).read_text(encoding="utf-8").splitlines()
