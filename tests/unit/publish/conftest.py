"""What the tests of publishing share: a release's info, and the content of a published file as plain values."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.publish.database import open_read_only
from oppfolging_pipeline.publish.release import ReleaseInfo, publish_release
from oppfolging_pipeline.tables.model import CONTRACT_VERSION, published_tables
from tests.support.declared import declared_sources

Sources = dict[str, list[Path]]


@pytest.fixture(scope="session")
def info() -> ReleaseInfo:
    return ReleaseInfo(
        code_version="0.1.0",
        contract_version=CONTRACT_VERSION,
        rule_sets={"udir-2020": "a" * 64},
        created_at=datetime(2026, 3, 1, 5, tzinfo=UTC),
    )


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return declared_sources(tmp_path_factory.mktemp("kilder"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, info: ReleaseInfo, sources: Sources) -> Path:
    """A folder with one release, to look at and never to write to."""
    return publish_release(sources, tmp_path_factory.mktemp("publisert"), info).file.parent


@pytest.fixture
def home(tmp_path: Path, published: Path) -> Path:
    """A folder with one release, for one test to do with as it likes."""
    return shutil.copytree(published, tmp_path / "hjem")


@pytest.fixture
def read_tables() -> Callable[[Path], dict[str, list[tuple[Any, ...]]]]:
    def read(file: Path) -> dict[str, list[tuple[Any, ...]]]:
        """Every published table, its rows in the order in which the file has them."""
        with closing(open_read_only(file)) as connection:
            return {
                declared.key: connection.execute(f"FROM {declared.qualified_name}").fetchall()
                for declared in published_tables()
            }

    return read
