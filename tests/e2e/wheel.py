"""The wheel, built and installed where nothing of the checkout can be seen.

Belongs here: building, installing and running it. Does not belong here: expectations.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.guard import GUARD
from tests.support.warm import REPOSITORY, TIMEOUT, Done, environment

CARRIED, OWN = "np-skalapoeng", "mitt-sett"
RULES = ("--rules", OWN)


@dataclass(frozen=True)
class Installed:
    """The wheel's own list of files, and what the commands said in the environment that it was installed in."""

    names: frozenset[str]
    where: Done
    run: Done
    show: Done
    validate: Done
    home: Path
    site: Path


def install_and_run(place: Path, inbox: Path) -> Installed:
    """Build, install into a new environment with the dependencies of this one, and run there. Nothing is downloaded."""
    dist, env, elsewhere = place / "dist", place / "env", place / "et annet sted"
    elsewhere.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    _made(
        [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", dist, REPOSITORY],
        place,
    )
    (wheel,) = dist.glob("*.whl")
    _made([sys.executable, "-m", "venv", "--without-pip", env], place)
    python = env / "bin" / "python"
    site = Path(_made([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], place).out.strip())
    _made([*pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel], place)
    # The dependencies, after our own packages. The .pth of an editable install there is not followed from here.
    (site / "avhengigheter.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    home = place / "hjem"
    with zipfile.ZipFile(wheel) as archive:
        names = frozenset(archive.namelist())
    where = (
        "import assets, checks, oppfolging_pipeline as o; print(*(m.__file__ for m in (assets, checks, o)), sep='\\n')"
    )
    # A home's own set, as from the wheel nobody can edit the carried ones.
    new = ["rules", "new", OWN, "--from", CARRIED, "--home", home]
    _made([env / "bin" / "oppfolging", *new], elsewhere)
    run = ["run", "--inbox", inbox, "--home", home, *RULES, "--per", "2025-03-01"]
    validate = ["-m", "dagster", "definitions", "validate", "-m", "oppfolging_pipeline.definitions"]
    return Installed(
        names,
        _ran([python, "-c", where], elsewhere),
        _ran([env / "bin" / "oppfolging", *run], elsewhere),
        _ran([env / "bin" / "oppfolging", "show", "identifisert", *RULES, "--home", home, "--json"], elsewhere),
        _ran([python, *validate], elsewhere),
        home,
        site,
    )


def _ran(command: Sequence[str | Path], cwd: Path) -> Done:
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=without_checkout(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def without_checkout() -> dict[str, str]:
    """The environment in which nothing of the checkout is found: of it only the guard against the network."""
    kept = {name: text for name, text in environment().items() if name != "VIRTUAL_ENV"}
    return {**kept, "PYTHONPATH": str(GUARD)}


def _made(command: Sequence[str | Path], cwd: Path) -> Done:
    done = _ran(command, cwd)
    assert done.code == 0, f"{command}:\n{done.out}{done.err}"
    return done
