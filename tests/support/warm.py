"""The command line in processes of their own that start warm: forked from one that has imported everything.

Belongs here: starting `oppfolging …`, waiting for it, killing it. Does not belong here: expectations. A cold start
costs six seconds of imports, and the outer tests need dozens: a fork runs the same `main` with its own arguments,
folder, environment and exit code. That a cold start works too is shown by the tests of the example and of the wheel.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tests.support.guard import GUARD

REPOSITORY = Path(__file__).parents[2]
TIMEOUT = 300.0


@dataclass(frozen=True)
class Done:
    """How a command ended. `code` is negative when a signal ended it."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Running:
    """A command that has been started; its output grows in `folder`."""

    pid: int
    folder: Path

    def err(self) -> str:
        """What it has written to stderr so far."""
        return (self.folder / "err").read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """`kill -9`."""
        os.kill(self.pid, signal.SIGKILL)

    def kill_if_running(self) -> None:
        """`kill -9`, unless it has ended by itself."""
        with suppress(ProcessLookupError):
            self.kill()

    def wait(self) -> Done:
        """Wait until it has ended."""
        code = self.folder / "code"
        until = time.monotonic() + TIMEOUT
        while not code.exists():
            if time.monotonic() > until:
                self.kill()
                raise TimeoutError(self.err())
            time.sleep(0.01)
        out = (self.folder / "out").read_text(encoding="utf-8")
        return Done(int(code.read_text(encoding="utf-8")), out, self.err())


class Warm:
    """The process that is forked from. `folder` is where the commands' output is kept, `env` what every command has
    in its environment."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._env = dict(env or {})
        self._count = 0
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm"],
            cwd=REPOSITORY,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *arguments: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        largest_file: int | None = None,
        plain_user: bool = False,
    ) -> Running:
        """Start a command in the folder, with `env` over an environment that has none of our variables but what every
        command has.

        `largest_file`: no file may grow beyond so many bytes, as on a disk that is full. `plain_user`: what may not be
        written cannot be written, as for anybody but root.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._one_at_a_time:
            self._count += 1
            folder = self._folder / str(self._count)
            folder.mkdir(parents=True)
            request = {
                "arguments": [str(argument) for argument in arguments],
                "cwd": str(cwd),
                "env": {**self._env, **(env or {})},
                "folder": str(folder),
                "largest_file": largest_file,
                "plain_user": plain_user,
            }
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return Running(int(self._process.stdout.readline()), folder)

    def run(self, *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, **limits: Any) -> Done:
        """Start a command and wait for it. `limits` as in `start`."""
        return self.start(*arguments, cwd=cwd, env=env, **limits).wait()

    def close(self) -> None:
        """End the process; commands that still run go on."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=TIMEOUT)


def environment() -> dict[str, str]:
    """This environment without variables of ours or Dagster's, finding the project from any folder, and guarded."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("OPPFOLGING_", "DAGSTER_"))}
    return {**kept, "PYTHONPATH": f"{GUARD}{os.pathsep}{REPOSITORY}", "DAGSTER_DISABLE_TELEMETRY": "1"}


def _serve() -> None:
    import duckdb  # noqa: F401
    import great_expectations  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import rich.table  # noqa: F401

    import oppfolging_pipeline.cli_output
    import oppfolging_pipeline.definitions  # noqa: F401
    from oppfolging_pipeline.cli import main

    for line in sys.stdin:
        _reap()
        request = json.loads(line)
        read, write = os.pipe()
        if os.fork() == 0:
            _supervise(request, write, main)
        os.close(write)
        with os.fdopen(read) as told:
            sys.stdout.write(told.readline())
            sys.stdout.flush()
    _reap()


def _reap() -> None:
    """Take leave of the commands that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _supervise(request: dict[str, Any], told: int, main: Callable[[], None]) -> None:
    """Fork once more, wait for the command, and write its exit code as the last thing."""
    folder = Path(request["folder"])
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    pid = os.fork()
    if pid == 0:
        os.close(told)
        os.chdir(request["cwd"])
        os.environ.update(request["env"])
        sys.argv = ["oppfolging", *request["arguments"]]
        if request["largest_file"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file"],) * 2)
        if request["plain_user"]:
            _give_up_root()
        _leave(main)
    os.write(told, f"{pid}\n".encode())
    os.close(told)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    (folder / ".code").write_text(str(code), encoding="utf-8")
    (folder / ".code").rename(folder / "code")
    os._exit(0)


def _give_up_root() -> None:
    """Give up every capability: root is then held to the rights of files like any other owner of them."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version of the call, and this process
    sets = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _leave(main: Callable[[], None]) -> NoReturn:
    """Run the command and end as Python would, but without its teardown: thread pools do not outlive a fork whole."""
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 (as the interpreter would: printed, and exit code 1)
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
