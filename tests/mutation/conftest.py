"""The home that is spoiled: the example's national tests of three school years, run once under `np-skalapoeng`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.home import make_home


@pytest.fixture(scope="session")
def good_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests read it and never write to it."""
    return make_home(tmp_path_factory.mktemp("mutasjon"))
