"""No test opens a connection to anything but loopback: the guard refuses, wherever a test starts something."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY
from tests.e2e.wheel import without_checkout
from tests.support.guard.loopback_only import LOG, LeftTheMachine, is_here
from tests.support.warm import environment

FAR = "192.0.2.1"  # set aside for documentation: nobody answers there
NAME = "statistikkportalen.udir.no"


@pytest.fixture(autouse=True)
def provoked(tmp_path, monkeypatch) -> Path:
    """Refusals that a test provokes go to a log of their own: the suite's stays empty."""
    log = tmp_path / "avvist"
    log.touch()
    monkeypatch.setenv(LOG, str(log))
    return log


def send(address) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", address)


def connect(address, method: str = "connect") -> None:
    with socket.socket() as sock:
        sock.settimeout(0.1)
        getattr(sock, method)(address)


OUT: list[Callable[[], object]] = [
    lambda: connect((FAR, 443)),
    lambda: connect((FAR, 443), "connect_ex"),
    lambda: socket.create_connection((FAR, 443), timeout=0.1),
    lambda: send((FAR, 53)),
    lambda: socket.getaddrinfo(NAME, 443),
    lambda: socket.getaddrinfo(NAME.encode(), 443),
    lambda: socket.gethostbyname(NAME),
    lambda: socket.gethostbyaddr(FAR),
    lambda: socket.getnameinfo((FAR, 443), 0),
]


@pytest.mark.parametrize("leave", OUT, ids=range(len(OUT)))
def test_nothing_leaves_this_process(leave, provoked):
    with pytest.raises(LeftTheMachine):
        leave()
    assert len(provoked.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize("leave", OUT, ids=range(len(OUT)))
def test_nothing_leaves_a_process_that_is_forked_from_it(leave):
    child = os.fork()
    if child == 0:
        try:
            leave()
        except LeftTheMachine:
            os._exit(7)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


@pytest.mark.parametrize("of", [lambda: None, environment, without_checkout], ids=["inherited", "warm", "wheel"])
@pytest.mark.parametrize("leave", [f"socket.create_connection(('{FAR}', 443), 0.1)", f"socket.gethostbyname('{NAME}')"])
def test_nothing_leaves_a_python_that_is_started(leave, of, provoked, tmp_path):
    code = f"import socket\ntry:\n    {leave}\nexcept OSError as error:\n    print('forgiven', error)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=of(), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "") and "LeftTheMachine" in done.stderr
    assert provoked.read_text(encoding="utf-8").count("\n") == 1


def test_loopback_and_files_are_free(tmp_path, provoked):
    # Guards against a guard that refuses everything, with which every test above would hold.
    for family, place in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, str(tmp_path / "s"))):
        with socket.socket(family) as server, socket.socket(family) as client:
            server.bind(place)
            server.listen()
            client.connect(server.getsockname())
    assert socket.getaddrinfo("localhost", 80)
    assert provoked.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", b"localhost", "", None])
def test_this_machine_is_here(host):
    assert is_here(host)


@pytest.mark.parametrize("host", [FAR, "0.0.0.0", "10.0.0.1", "fe80::1%eth0", "localhost.example.org", NAME, 7])  # noqa: S104
def test_everything_else_is_not(host):
    assert not is_here(host)


FORGIVING = """
import socket
def test_that_swallows_the_refusal():
    try:
        socket.gethostbyname("example.org")
    except Exception:
        pass
"""


def test_a_refusal_that_a_test_swallows_fails_the_suite(tmp_path):
    (tmp_path / "test_forgiving.py").write_text(FORGIVING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", f"--rootdir={tmp_path}", "-c", os.devnull]
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60
    )
    assert "1 passed" in done.stdout and "left this machine" in done.stdout and "example.org" in done.stdout
    assert done.returncode == int(pytest.ExitCode.TESTS_FAILED)
