"""An engine of its own for every test."""

from collections.abc import Iterator

import pytest

from oppfolging_pipeline.engine import Engine, open_engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened
