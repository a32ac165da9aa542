"""The homes that are spoiled: the example's national tests of three school years, run once under `np-skalapoeng`, and
the observations of its other sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.home import ASKED_FOR_BY_NAME, make_home, make_home_of_other_sources


@pytest.fixture(autouse=True)
def asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home's cohorts are those of the set that it was run under."""
    monkeypatch.setenv(*ASKED_FOR_BY_NAME)


@pytest.fixture(scope="session")
def good_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests read it and never write to it."""
    return make_home(tmp_path_factory.mktemp("mutasjon"))


@pytest.fixture(scope="session")
def home_of_other_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests read it and never write to it."""
    return make_home_of_other_sources(tmp_path_factory.mktemp("andre-kilder"))
