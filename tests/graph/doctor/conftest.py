"""A home of a whole run, and a copy of it for a test to spoil.

Belongs here: the home. Does not belong here: what happens to it (`spoiled`), or what is said of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.graph.doctor.asking import asked


@pytest.fixture(scope="package")
def in_order(run) -> Path:
    """The home of a whole run, looked at once: what a test finds in a copy of it is of that test's own making."""
    assert [one for one in asked(run.home) if one.alvor == "feil"] == []
    return run.home


@pytest.fixture
def home(in_order, tmp_path) -> Path:
    """A copy of that home, for a test to spoil."""
    return Path(shutil.copytree(in_order, tmp_path / "hjem"))
