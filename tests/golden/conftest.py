"""The golden country run once for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.country import YEARS, write_country
from tests.support.run import failures, run_job


@pytest.fixture(scope="session")
def golden_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_country(tmp_path_factory.mktemp("gull") / "innboks")


@pytest.fixture(scope="session")
def golden_home(golden_inbox: Path) -> Path:
    """The home after one run under `np-skalapoeng` for 2025. Tests read it and never write to it."""
    home = golden_inbox.parent / "hjem"
    result = run_job(home, golden_inbox, rules="np-skalapoeng", years=[2025], skoleaar=YEARS)
    assert result.success, failures(result)
    return home
