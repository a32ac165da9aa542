"""The example written once for all tests of it, and readers of its files that share nothing with the pipeline's own."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.sources.example import write_example

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eksempel")
    write_example(folder)
    return folder


@pytest.fixture(scope="session")
def tests_of(example: Path) -> Callable[[str, str], Rows]:
    """Rows of a download of national tests: (school year, `5._trinn` or `ungdomstrinn`)."""
    read: dict[tuple[str, str], Rows] = {}

    def rows(skoleaar: str, which: str) -> Rows:
        if (skoleaar, which) not in read:
            text = (example / f"{skoleaar}_Nasjonale_proever_{which}.csv").read_bytes().decode("utf-16-le")
            _, heading, *lines = text.removesuffix("\n").split("\n")
            names = heading.split("\t")
            read[skoleaar, which] = [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
        return read[skoleaar, which]

    return rows


@pytest.fixture(scope="session")
def survey_of(example: Path) -> Callable[[str, str], Rows]:
    """Rows of a table of Elevundersøkelsen: (school year, `indikator`, `mobbing` or `deltakelse`)."""

    def rows(skoleaar: str, which: str) -> Rows:
        path = example / f"elevundersokelsen_{which}_{skoleaar}.json"
        if path.exists():
            found: Rows = json.loads(path.read_bytes())
            return found
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle, delimiter=";"))

    return rows


@pytest.fixture(scope="session")
def marks(example: Path) -> Rows:
    """Rows of the workbook of grunnskolepoeng, as a spreadsheet reads them."""
    import openpyxl

    sheet = openpyxl.load_workbook(example / "Grunnskolepoeng.xlsx").worksheets[0]
    heading, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.fixture(scope="session")
def register(example: Path) -> Callable[[str], Rows]:
    """Rows of a register file."""

    def rows(name: str) -> Rows:
        with (example / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    return rows
