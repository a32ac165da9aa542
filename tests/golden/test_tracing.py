"""From the golden country's figures back to the rows of its files, through renumbering, merger and division."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.tracing import Observation, Trace, trace
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from tests.golden.country import orgnr
from tests.support.golden import published_file

Tracer = Callable[..., list[Trace]]


def traces_of(home: Path, kommunenr: str, **asked: object) -> list[Trace]:
    with closing(read.open_published(published_file(home))) as published, open_engine() as engine:
        return trace(
            published,
            engine,
            Lake(home / "lager"),
            Archive(home / "arkiv"),
            default_catalog(),
            kommunenr,
            **{"chosen": "np-skalapoeng", **asked},
        )


@pytest.fixture(scope="module")
def traced(golden_home: Path) -> Tracer:
    return lambda kommunenr, **asked: traces_of(golden_home, kommunenr, **asked)


# municipality, indicator, grade, year: rebuilt, and the units whose rows the figure was read from.
UNITS = {
    ("6101", "lesing", 5, "2022-23"): (False, ["6101"]),
    ("6201", "regning", 8, "2023-24"): (False, ["6114"]),  # renumbered: the row stands under the old number
    ("6201", "regning", 8, "2024-25"): (False, ["6201"]),
    ("6107", "lesing", 5, "2022-23"): (True, ["6111", "6112"]),  # a merger
    ("6108", "lesing", 5, "2022-23"): (True, [orgnr(116), orgnr(117)]),  # a division: its schools
    ("6108", "regning", 8, "2022-23"): (True, [orgnr(118), orgnr(120)]),  # 120 closed: it may have belonged here
    ("6109", "lesing", 8, "2023-24"): (True, [orgnr(119)]),  # its own school, whatever the source stars of 6113
    ("6203", "lesing", 5, "2023-24"): (False, []),  # a year without a row
    ("6204", "lesing", 5, "2022-23"): (False, []),  # a row that is empty is none
}


@pytest.mark.parametrize("key", UNITS, ids=lambda key: "-".join(map(str, key)))
def test_a_figure_is_traced_to_the_units_of_its_year(traced: Tracer, key: tuple[str, str, int, str]) -> None:
    kommunenr, indikator, trinn, skoleaar = key
    (found,) = [
        one for one in traced(kommunenr) if (one.indikator, one.trinn, one.skoleaar) == (indikator, trinn, skoleaar)
    ]
    assert (found.beregnet, [part.enhet for part in found.observasjoner]) == UNITS[key]
    assert {part.innhold.periode for part in found.observasjoner} <= {skoleaar}


@pytest.fixture(scope="module")
def lines(golden_home: Path) -> Callable[[Observation], dict[str, str]]:
    """The row of the archived file that an observation points at, by column."""
    archive = Archive(golden_home / "arkiv")

    def line(part: Observation) -> dict[str, str]:
        content = read_content(archive.snapshots()[part.innhold.sha256].path).decode("utf-16-le")
        rows = list(csv.reader(content.splitlines(), delimiter="\t"))
        return dict(zip(rows[1], rows[part.rad - 1], strict=True))

    return line


@pytest.mark.parametrize("kommunenr", ["6101", "6201", "6107", "6108", "6109", "6203"])
def test_the_row_and_column_are_those_of_the_file(
    traced: Tracer, lines: Callable[[Observation], dict[str, str]], kommunenr: str
) -> None:
    for one in traced(kommunenr):
        for part in one.observasjoner:
            row = lines(part)
            assert part.enhet in (row["Organisasjonsnummer"], row["Kommunekode"])
            assert part.kolonne.startswith(f"{one.skoleaar}.{one.indikator.capitalize()}.{one.trinn}.")
            if one.verdistatus == "vist" and not one.beregnet:
                assert row[part.kolonne] == f"{one.verdi:g}"


def test_every_figure_of_the_window_is_traced_and_no_value_of_a_row_is_told(traced: Tracer) -> None:
    found = traced("6107")
    assert len(found) == 12
    assert {one.innhold.opprinnelse for trace_ in found for one in trace_.observasjoner} == {"fil"}
    assert {field.name for field in fields(Observation)} == {
        *("nivaa", "enhet", "rad", "kolonne", "innhold", "rettelse")
    }
    unbuilt = [one for one in found if one.verdistatus == "kan_ikke_bygges"]
    assert unbuilt and all(one.verdi is None and one.observasjoner for one in unbuilt)


def test_one_indicator(traced: Tracer) -> None:
    found = traced("6101", indikator="regning", uttrekk=2025, rules="np-skalapoeng")
    assert [(one.trinn, one.maal) for one in found] == [(5, "skalapoeng")] * 3 + [(8, "skalapoeng")] * 3


@pytest.mark.parametrize(
    ("kommunenr", "asked", "message"),
    [
        ("6111", {}, "found no figure of kommunenr '6111'.*It has become 6107"),
        ("6101", {"uttrekk": 2031}, "found uttrekksaar 2031"),
        ("6101", {"rules": "udir-2020"}, "found indikatorsett udir-2020"),
        ("6101", {"indikator": "mobbing"}, "found indikator mobbing.*expected one of: lesing, regning"),
    ],
)
def test_what_is_not_published_is_an_error_that_says_what_is(
    traced: Tracer, kommunenr: str, asked: dict[str, object], message: str
) -> None:
    with pytest.raises(PermanentError, match=message):
        traced(kommunenr, **asked)


# What the lake looks like when it was renewed and the release was not: the change of one year's observations.
RENEWED = {
    "came after the release": f"SELECT * REPLACE ('{'f' * 64}' AS sha256) FROM rader",
    "no observation": "SELECT * FROM rader WHERE nivaa <> 'kommune'",
}


@pytest.mark.parametrize("what", RENEWED)
def test_a_lake_that_is_no_longer_that_of_the_release_is_told_and_not_traced(golden_copy: Path, what: str) -> None:
    (file,) = (golden_copy / "lager" / "observasjon").rglob("2023-24.parquet")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rader AS SELECT * FROM read_parquet(?)", [str(file)])
        connection.execute(f"COPY ({RENEWED[what]}) TO '{file}' (FORMAT parquet)")
    with pytest.raises(PermanentError, match=f"{what}.*Run again with --uttrekk 2025 --rules np-skalapoeng"):
        traces_of(golden_copy, "6101")


@pytest.fixture
def golden_copy(golden_home: Path, tmp_path: Path) -> Path:
    """The home with a lake that a test may spoil."""
    return Path(shutil.copytree(golden_home, tmp_path / "hjem"))
