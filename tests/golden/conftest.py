"""The golden country run once for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.staging.intake import read_register
from tests.golden.country import YEARS, write_country
from tests.support.decision import Inputs
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


@pytest.fixture(scope="session")
def job(golden_home: Path) -> Inputs:
    """What the second computation starts from: the lake of that run, and its request."""
    return Inputs(Lake(golden_home / "lager"), Request(2025, load_rule_set("np-skalapoeng"), default_catalog()))


@pytest.fixture(scope="session")
def register(golden_home: Path) -> Register:
    """The register of that run."""
    return read_register(Archive(golden_home / "arkiv").in_force())
