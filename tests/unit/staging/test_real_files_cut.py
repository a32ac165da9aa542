"""Udir's own files cut between two rows are refused, and whole they pass. Kilde: Utdanningsdirektoratet (NLOD 2.0)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file
from oppfolging_pipeline.staging.observasjon import Counts, FileFigures, combine
from tests.support.shared import NASJONALE_PROVER, needs_shared

pytestmark = needs_shared

FILES = sorted(NASJONALE_PROVER.glob("*.csv"))
FIRST_ROW = 2  # below sep= and the headings


def lines_of(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-16-le").splitlines(keepends=True)


def put_together(engine: Engine, lines: Sequence[str], folder: Path) -> Counts:
    path = folder / "innhold"
    path.write_bytes("".join(lines).encode("utf-16-le"))
    content = read_file(path, "kuttet.csv", engine.connection, default_catalog())
    assert isinstance(content, ParsedFile)
    figures = [FileFigures(content, "0" * 64, "kuttet.csv")]
    return combine(figures, carried_register(), default_catalog(), engine.connection)


def last_county(lines: Sequence[str]) -> int:
    return max(number for number, line in enumerate(lines) if line.startswith("2\t"))


CUTS: dict[str, Callable[[Sequence[str]], int]] = {
    "only the national row": lambda _: FIRST_ROW + 1,
    "half of the rows": lambda lines: len(lines) // 2,
    "before the last county": last_county,
    "after the last county's own row": lambda lines: last_county(lines) + 1,
    "in the middle of the last county": lambda lines: (last_county(lines) + len(lines)) // 2,
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("cut", CUTS)
def test_a_file_cut_between_two_rows_is_refused_with_its_name(
    engine: Engine, tmp_path: Path, path: Path, cut: str
) -> None:
    lines = lines_of(path)
    with pytest.raises(InvalidInput) as caught:
        put_together(engine, lines[: CUTS[cut](lines)], tmp_path)
    assert {finding.file for finding in caught.value.findings} == {"kuttet.csv"}


def test_a_file_without_its_last_twelve_rows_is_refused_although_every_county_has_its_row(
    engine: Engine, tmp_path: Path
) -> None:
    (path,) = NASJONALE_PROVER.glob("2022-23*5._trinn.csv")
    with pytest.raises(InvalidInput) as caught:
        put_together(engine, lines_of(path)[:-12], tmp_path)
    assert {finding.file for finding in caught.value.findings} == {"kuttet.csv"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_whole_file_passes_so_that_a_cut_one_is_refused_for_the_cut(
    engine: Engine, tmp_path: Path, path: Path
) -> None:
    assert put_together(engine, lines_of(path), tmp_path).kept > 0


def test_the_files_are_the_six_that_the_cuts_are_meant_for() -> None:
    assert len(FILES) == 6
