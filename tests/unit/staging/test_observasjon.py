"""Putting files together: one row per cell, nothing counted twice, and nothing that contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import Finding, InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.parsed import FIGURE_COLUMNS, ParsedFile, figures_of
from oppfolging_pipeline.staging import observasjon
from oppfolging_pipeline.staging.observasjon import Counts, FileFigures, combine, skoleaar_and_kilder
from oppfolging_pipeline.staging.rettelser import Corrected
from oppfolging_pipeline.tables.model import table
from tests.unit.staging.build import Row, corrections, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2 = "100000001", "100000002"


@pytest.fixture(autouse=True)
def of_a_country_in_extract(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files here hold a few rows of a country: whether all of it is there is another question, tested by itself."""
    monkeypatch.setattr(observasjon, "incomplete", lambda *_: [])


LAND = observed("I", skoleaar=BEFORE)


def file_of(name: str, rows: Sequence[Row]) -> FileFigures:
    """A parsed file of those rows; each row of it is one below the one before, from row 3."""
    columns = {key: [row[key] for row in rows] for key in FIGURE_COLUMNS}
    figures = figures_of({**columns, "rad": list(range(3, 3 + len(rows)))})
    return FileFigures(ParsedFile("udir_csv", "nasjonale_prover", figures, len(rows)), name.ljust(64, "0"), name)


def combined(engine: Engine, *files: FileFigures) -> tuple[Counts, list[dict[str, Any]]]:
    counts = combine(files, changing_country(), default_catalog(), engine.connection)
    grain = ", ".join(table("observasjon").grain)
    rows = engine.fetch(engine.run(f"SELECT * FROM observasjon ORDER BY {grain}"))
    assert len({tuple(row[name] for name in table("observasjon").grain) for row in rows}) == len(rows) == counts.kept
    return counts, rows


def findings_of(engine: Engine, *files: FileFigures) -> list[Finding]:
    with pytest.raises(InvalidInput) as caught:
        combined(engine, *files)
    return list(caught.value.findings)


def kept(rows: list[dict[str, Any]], nivaa: str) -> dict[str, tuple[str | None, Decimal | None]]:
    return {row["enhet"]: (row["kommunenr"], row["verdi"]) for row in rows if row["nivaa"] == nivaa}


def test_a_file_becomes_the_declared_columns_with_its_digest(engine: Engine) -> None:
    counts, rows = combined(engine, file_of("a.csv", [LAND, observed("6101", 48, 30, skoleaar=BEFORE)]))
    assert counts == Counts(read=2, empty=0, duplicates=0, kept=2, corrected=Corrected())
    assert tuple(rows[0]) == table("observasjon").column_names
    assert {(row["sha256"], row["rad"]) for row in rows} == {("a.csv".ljust(64, "0"), 3), ("a.csv".ljust(64, "0"), 4)}


def test_the_same_figures_in_another_file_change_nothing(engine: Engine) -> None:
    rows = [LAND, observed("6101", 48, 30, skoleaar=BEFORE), observed(S1, "*", "*", kommunenr="6101", skoleaar=BEFORE)]
    counts, once = combined(engine, file_of("a.csv", rows))
    again, twice = combined(engine, file_of("a.csv", rows), file_of("b.csv", rows[::-1]))
    assert (counts.duplicates, again.duplicates) == (0, 3)
    assert once == twice


@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_row_that_is_empty_for_a_school_year_is_no_row_of_that_year(engine: Engine, in_one_file: bool) -> None:
    """A school that closed, one that was renamed and a municipality that got a new number, in a file of two years."""
    old, new = {"skoleaar": BEFORE}, {"skoleaar": AFTER}
    closed = [observed(S1, kommunenr="6101", **old), observed(S1, None, None, kommunenr="6101", **new)]
    renamed = [
        observed(S2, "*", "*", kommunenr="6101", navn="Gamle", **old),
        observed(S2, None, None, kommunenr="6101", navn="Gamle", **new),
        observed(S2, None, None, kommunenr="6101", navn="Nye", **old),
        observed(S2, None, 0, kommunenr="6101", navn="Nye", **new),
    ]
    numbers = [
        observed("6102", **old), observed("6102", None, None, **new),
        observed("6202", None, None, **old), observed("6202", **new),
    ]  # fmt: skip
    places = [observed("I", **old), observed("I", **new), observed("6101", **old), observed("6101", **new)]
    rows = [*places, *closed, *renamed, *numbers]
    files = [rows] if in_one_file else [[row for row in rows if row["skoleaar"] == year] for year in (BEFORE, AFTER)]
    counts, found = combined(engine, *(file_of(f"{number}.csv", each) for number, each in enumerate(files)))
    assert (counts.empty, counts.duplicates, counts.kept) == (5, 0, 9)
    assert [(row["skoleaar"], row["enhet"], row["enhetsnavn"]) for row in found if row["nivaa"] == "skole"] == [
        (BEFORE, S1, f"Enhet {S1}"), (BEFORE, S2, "Gamle"), (AFTER, S2, "Nye"),
    ]  # fmt: skip
    assert [(row["skoleaar"], row["enhet"]) for row in found if row["nivaa"] == "kommune"] == [
        (BEFORE, "6101"), (BEFORE, "6102"), (AFTER, "6101"), (AFTER, "6202"),
    ]  # fmt: skip


def test_an_empty_cell_beside_one_that_is_not_is_kept(engine: Engine) -> None:
    """The row is there: the municipality took one of the tests."""
    rows = [LAND, observed("6101", skoleaar=BEFORE), observed("I", skoleaar=BEFORE, indikator="regning")]
    rows += [observed("6101", None, None, skoleaar=BEFORE, indikator="regning")]
    counts, found = combined(engine, file_of("a.csv", rows))
    assert (counts.empty, len(found)) == (0, 4)


@pytest.mark.parametrize("order", [1, -1])
def test_an_empty_row_of_the_years_before_hides_no_row_of_nobody(engine: Engine, order: int) -> None:
    """A school whose municipality got another name stands twice in a file of several years, under one name and code."""
    rows = [LAND, observed("6101", skoleaar=BEFORE), observed("I", skoleaar=BEFORE, indikator="regning")]
    school = [
        observed(S1, None, number, kommunenr="6101", skoleaar=BEFORE, indikator="regning") for number in (None, 0)
    ]
    taken = observed(S1, 47, 12, kommunenr="6101", skoleaar=BEFORE)
    _, found = combined(engine, file_of("a.csv", [*rows, *school[::order], taken]))
    assert [(row["verdi"], row["antall"]) for row in found if row["indikator"] == "regning" and row["enhet"] == S1] == [
        (None, 0)
    ]


def test_old_and_new_codes_side_by_side_are_counted_once_by_the_code_of_the_year(engine: Engine) -> None:
    side_by_side = ["6101", "6102", "6202", "6104", "6105", "6106", "6107", "6108", "6109"]
    rows = [LAND, *(observed(code, skoleaar=BEFORE) for code in side_by_side)]
    _, found = combined(engine, file_of("a.csv", rows))
    assert sorted(kept(found, "kommune")) == ["6101", "6102", "6104", "6105", "6107"]


SHOWN, EMPTY = (47, 20), (None, None)


@pytest.mark.parametrize(
    ("places", "winner"),
    [
        # the municipality that counts, then a figure, then the one that ended first, then the lowest code
        ([("6202", SHOWN), ("6102", SHOWN)], "6102"),
        # a row that is empty for the year is none
        ([("6202", SHOWN), ("6102", EMPTY)], "6202"),
        ([("6101", EMPTY), ("6120", SHOWN)], "6120"),
        ([("6101", SHOWN), ("6102", SHOWN)], "6102"),
        ([("6120", SHOWN), ("6101", SHOWN)], "6101"),
    ],
)
def test_a_school_that_stands_in_several_municipalities_counts_once(
    engine: Engine, places: list[tuple[str, tuple[Any, Any]]], winner: str
) -> None:
    municipalities = [observed(code, skoleaar=BEFORE) for code in ("6101", "6120", "6102", "6202")]
    rows = [observed(S1, *cells, kommunenr=code, skoleaar=BEFORE) for code, cells in places]
    for order in permutations(rows):
        _, found = combined(engine, file_of("a.csv", [LAND, *municipalities, *order]))
        assert kept(found, "skole")[S1][0] == winner


def test_a_final_figure_goes_before_the_same_figure_marked_as_preliminary(engine: Engine) -> None:
    preliminary = observed("I", skoleaar=BEFORE, forelopig=True)
    for files in ([preliminary, LAND], [LAND, preliminary]):
        _, rows = combined(engine, *(file_of(f"{n}.csv", [row]) for n, row in enumerate(files)))
        assert [row["forelopig"] for row in rows] == [False]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ((47, 20), (48, 20), "47 (20 pupils), and 48 (20 pupils) in {file}, row {row}"),
        ((47, 20), (47, 21), "47 (20 pupils), and 47 (21 pupils) in {file}, row {row}"),
        ((47, 20), ("*", "*"), "47 (20 pupils), and * (* pupils) in {file}, row {row}"),
        (("*", 20), ("*", None), "* (20 pupils), and * (nothing pupils) in {file}, row {row}"),
    ],
)
@pytest.mark.parametrize("same_file", [True, False])
def test_two_different_values_for_one_cell_are_refused_with_both_places(
    engine: Engine, one: tuple[Any, Any], other: tuple[Any, Any], found: str, same_file: bool
) -> None:
    first, second = (observed("6101", *cells, skoleaar=BEFORE) for cells in (one, other))
    files = [file_of("a.csv", [LAND, first, second])] if same_file else [
        file_of("a.csv", [LAND, first]), file_of("b.csv", [LAND, second]),
    ]  # fmt: skip
    (finding,) = findings_of(engine, *files)
    assert (finding.file, finding.row, finding.column) == ("a.csv", 4, "kolonne")
    assert finding.found == found.format(file="a.csv" if same_file else "b.csv", row=5 if same_file else 4)
    assert finding.key == "nasjonale_prover 2022-23 kommune 6101 lesing skalapoeng 5"
    assert finding.expected == "one value for one cell"


@pytest.mark.parametrize("nothing", [(None, None), (None, 0)])
def test_a_row_that_states_nothing_contradicts_nothing_and_yields(engine: Engine, nothing: tuple[Any, Any]) -> None:
    stated = observed("6101", 47, 20, skoleaar=BEFORE)
    empty = observed("6101", *nothing, skoleaar=BEFORE)
    for rows in ([LAND, stated, empty], [LAND, empty, stated]):
        _, found = combined(engine, file_of("a.csv", rows))
        assert kept(found, "kommune")["6101"][1] == Decimal(47)


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        (observed("6199", navn="Nykommune"), "Kommunekode", "code 6199 (Nykommune)"),
        (observed(S1, kommunenr="6199", navn="Skolen"), "Kommunekode", "code 6199 (Skolen)"),
        (observed("69", navn="Nyfylket"), "Fylkekode", "code 69 (Nyfylket)"),
    ],
)
def test_a_code_that_the_register_does_not_know_is_told_with_name_file_and_row(
    engine: Engine, row: Row, column: str, found: str
) -> None:
    (finding,) = findings_of(engine, file_of("a.csv", [observed("I"), observed("6101"), row]))
    assert (finding.file, finding.row, finding.column, finding.found) == ("a.csv", 5, column, found)
    assert "KLASS" in finding.action


def test_an_unknown_code_is_told_once_a_file_with_the_municipalitys_own_name_and_row(engine: Engine) -> None:
    rows = [observed("I"), observed(S1, kommunenr="6199", navn="Skolen"), observed("6199", navn="Nykommune")]
    findings = findings_of(engine, file_of("a.csv", rows), file_of("b.csv", rows))
    assert [(f.file, f.row, f.found) for f in findings] == [
        ("a.csv", 5, "code 6199 (Nykommune)"),
        ("b.csv", 5, "code 6199 (Nykommune)"),
    ]


@pytest.mark.parametrize("code", ["2100", "2111", "2599", "9999"])
def test_svalbard_abroad_and_unknown_are_known_to_be_no_municipalities(engine: Engine, code: str) -> None:
    _, rows = combined(engine, file_of("a.csv", [observed("I"), observed(code)]))
    assert code in kept(rows, "kommune")


def test_figures_without_a_national_row_are_told_by_what_lacks_it(engine: Engine) -> None:
    rows = [LAND, observed("6101", skoleaar=BEFORE), observed("6101", skoleaar=BEFORE, indikator="regning")]
    (finding,) = findings_of(engine, file_of("a.csv", rows))
    assert finding.file == "a.csv"
    assert finding.key == "nasjonale_prover 2022-23 regning skalapoeng trinn 5"
    assert finding.found == "figures without a national row"


def test_the_national_row_may_stand_in_another_file(engine: Engine) -> None:
    counts, _ = combined(
        engine, file_of("side2.json", [observed("6101", skoleaar=BEFORE)]), file_of("side1.json", [LAND])
    )
    assert counts.kept == 2


def test_all_faults_between_files_are_gathered(engine: Engine) -> None:
    one = file_of("a.csv", [LAND, observed("6101", 47, skoleaar=BEFORE), observed("6199", skoleaar=BEFORE)])
    other = file_of("b.csv", [observed("6101", 48, skoleaar=BEFORE), observed("6101")])
    assert [finding.found.split(" (")[0] for finding in findings_of(engine, one, other)] == [
        "code 6199",
        "47",
        "figures without a national row",
    ]


def test_the_years_and_sources_that_there_are(engine: Engine) -> None:
    combined(engine, file_of("a.csv", [observed("I"), LAND]))
    assert skoleaar_and_kilder(engine.connection) == [("nasjonale_prover", "2022-23"), ("nasjonale_prover", "2024-25")]


def test_a_correction_is_applied_before_it_is_asked_whether_all_is_there(engine: Engine, monkeypatch) -> None:
    seen: list[object] = []

    def gate(register, catalog, connection, recounted):
        seen.append((list(recounted), connection.execute("SELECT antall FROM observasjon ORDER BY enhet").fetchall()))
        return []

    monkeypatch.setattr(observasjon, "incomplete", gate)
    file = file_of("a.csv", [observed("I"), observed("6101", 48, 95)])
    listed = corrections("talt-om|kommune|6101|overstyr|verdistatus: vist, verdi: 48, antall: 95|antall: 90").rettelser
    counts = combine([file], changing_country(), default_catalog(), engine.connection, listed)
    assert counts.corrected == Corrected(applied=("talt-om",))
    assert seen == [(["talt-om"], [(90,), (20,)])]


def test_a_source_that_overtook_a_correction_stops_a_run_and_is_taken_into_use_by_a_fetch(engine: Engine) -> None:
    file = file_of("a.csv", [observed("I"), observed("6101", 48, 90)])
    listed = corrections("talt-om|kommune|6101|overstyr|verdistatus: vist, verdi: 48, antall: 95|antall: 90").rettelser
    given = ([file], changing_country(), default_catalog(), engine.connection, listed)
    with pytest.raises(InvalidInput, match="the source has changed it"):
        combine(*given)
    assert combine(*given, overtaken_stop=False).corrected.applied == ()


NEEDED = {("lesing", "skalapoeng", 5)}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([observed("6101", 47, indikator="regning")], "figures without a national row"),
        (
            [
                observed(enhet, value, 20, indikator="regning")
                for enhet, value in (("I", 50), ("6101", 47), ("6101", 48))
            ],
            "47 (20 pupils), and 48",
        ),
        (
            [observed("I", None, None, indikator="regning"), observed("6101", 47, indikator="regning")],
            "in the national row",
        ),
        (
            [
                observed(enhet, 50, indikator=indikator)
                for enhet in ("I", "6199")
                for indikator in ("regning", "engelsk")
            ],
            "code 6199",
        ),
    ],
    ids=["no national row", "two values", "no national figure", "an unknown code"],
)
def test_figures_that_nobody_needs_and_that_are_not_sound_are_told_of_and_left_out(
    engine: Engine, rows: list[Row], told: str
) -> None:
    file = file_of("a.csv", [observed("I"), observed("6101", 47), *rows])
    counts = combine([file], changing_country(), default_catalog(), engine.connection, needed=NEEDED)
    kinds = engine.connection.execute("SELECT DISTINCT indikator FROM observasjon").fetchall()
    assert kinds == [("lesing",)]
    assert [told in finding.found for finding in counts.left_out] == [True]


def test_of_figures_that_are_needed_the_same_stops(engine: Engine) -> None:
    file = file_of("a.csv", [observed("I", indikator="regning"), observed("6101", 47)])
    with pytest.raises(InvalidInput, match="figures without a national row"):
        combine([file], changing_country(), default_catalog(), engine.connection, needed=NEEDED)
