"""Reading the bytes of one file, and what is found wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file

Reader = Callable[[bytes], ParsedFile]
Refusal = Callable[[bytes], list[Finding]]
FILE = "innboks/fil"  # the name of a file says nothing: it has no ending here


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"autoinstall_known_extensions": False})
    yield opened
    opened.close()


@pytest.fixture
def read(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Reader:
    def of(content: bytes) -> ParsedFile:
        path = tmp_path / "0123abc"
        path.write_bytes(content)
        parsed = read_file(path, FILE, connection, default_catalog())
        assert isinstance(parsed, ParsedFile)
        return parsed

    return of


@pytest.fixture
def refusal(read: Reader, tmp_path: Path) -> Refusal:
    """The findings of a file that is refused. Each has the name that the user knows, and no path of the archive."""

    def of(content: bytes) -> list[Finding]:
        with pytest.raises(InvalidInput) as caught:
            read(content)
        for finding in caught.value.findings:
            assert finding.file == FILE
            assert finding.found and finding.expected and finding.action
            assert str(tmp_path) not in str(finding)
        return list(caught.value.findings)

    return of


def cells_of(parsed: ParsedFile) -> list[dict[str, Any]]:
    """The figures as rows of plain values."""
    rows: list[dict[str, Any]] = parsed.figures.to_pylist()
    return rows
