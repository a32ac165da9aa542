"""A saved answer of the report API, read like a download: levels by path, units below their parents, none abroad."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from oppfolging_pipeline.sources import pivot_file
from oppfolging_pipeline.sources.live import live
from tests.support.report import ABROAD, UNITS, cells_for, columns_of, country, pivot, rows_of
from tests.support.shared import SHARED, needs_shared
from tests.unit.sources.conftest import Reader, Refusal, cells_of

COLUMNS = columns_of([5], tests=["Lesing"])
CELLS = cells_for(COLUMNS)
ROWS = rows_of(UNITS, *CELLS)


def test_every_level_is_read_with_its_codes_and_row(read: Reader) -> None:
    parsed = read(country(COLUMNS))
    assert (parsed.kind, parsed.kilde, parsed.rows) == ("pivot", "nasjonale_prover", 7)
    cells = [cell for cell in cells_of(parsed) if cell["maal"] == "skalapoeng"]
    assert [(c["rad"], c["nivaa"], c["enhet"], c["fylkesnr"], c["kommunenr"], c["enhetsnavn"]) for c in cells] == [
        (1, "nasjonalt", "I", None, None, "Hele landet"),
        (2, "fylke", "61", "61", None, "Fylket"),
        (3, "kommune", "6101", "61", "6101", "Krattvik"),
        (4, "skole", "100000001", "61", "6101", "Skolen"),
    ]
    assert {(c["verdi"], c["antall"], c["skoleaar"], c["trinn"], c["indikator"]) for c in cells} == {
        (Decimal("49.000"), 1289, "2024-25", 5, "lesing")
    }
    assert cells[0]["kolonne"] == "2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng"


def test_the_shares_on_every_mestringsnivaa_are_kept(read: Reader) -> None:
    cells = cells_of(read(country(columns_of([5, 8], tests=["Lesing"]))))
    assert Counter((cell["trinn"], cell["maal"]) for cell in cells if cell["nivaa"] == "kommune") == Counter(
        [(trinn, "skalapoeng") for trinn in (5, 8)]
        + [(5, f"andel_mestringsnivaa_{level}") for level in (1, 2, 3)]
        + [(8, f"andel_mestringsnivaa_{level}") for level in (1, 2, 3, 4, 5)]
    )


def test_rows_abroad_are_no_municipalities_and_keep_nobody_elses_number(read: Reader) -> None:
    abroad_first = pivot(COLUMNS, [*rows_of(ABROAD, *CELLS), *ROWS])
    parsed = read(abroad_first)
    assert (parsed.rows, {cell["rad"] for cell in cells_of(parsed)}) == (7, {4, 5, 6, 7})
    assert {cell["enhet"] for cell in cells_of(parsed)} == {"I", "61", "6101", "100000001"}


def test_a_preliminary_year_is_marked(read: Reader) -> None:
    cells = cells_of(read(country(columns_of([5], "Foreløpige tall 2025-26"))))
    assert {(cell["skoleaar"], cell["forelopig"]) for cell in cells} == {("2025-26", True)}


def test_grunnskolepoeng_is_read_from_its_shorter_header(read: Reader) -> None:
    stem = ("2024-25", "Alle eierformer", "Begge kjønn")
    for count in ("Antall elever", "Antall personer"):
        columns = [(*stem, "Grunnskolepoeng"), (*stem, count)]
        cells = cells_of(read(pivot(columns, rows_of(UNITS, "42,5", "37"))))
        assert {(c["kilde"], c["indikator"], c["trinn"], c["verdi"], c["antall"]) for c in cells} == {
            ("grunnskolepoeng", "grunnskolepoeng", 10, Decimal("42.500"), 37)
        }


def changed(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [{**row, **fields} if n == number else row for n, row in enumerate(ROWS)]


ADDED = ["Nasjonalt", "Fylke", "Region", "Kommune", "Enhet"]


@pytest.mark.parametrize(
    ("content", "row", "found", "action"),
    [
        (pivot(COLUMNS, ROWS[1:]), None, "no national row among 3 rows", "Ask with radSti=**."),
        (pivot(COLUMNS, rows_of(ABROAD[1:], *CELLS)), None, "no national row among 2 rows", "Ask with radSti=**."),
        (pivot(COLUMNS, [ROWS[0], *ROWS[2:]]), 2, "no row 1.49 above 1 rows, first 6101 Krattvik (1.49.1423)", ""),
        (
            pivot(COLUMNS, changed(3, id="1.49.1423.7.28027")),
            4,
            "1 rows with longer paths, first 100000001 Skolen (1.4",
            "",
        ),
        (pivot(COLUMNS, ROWS, ADDED), None, "the unknown level 'Region'", ""),
        (pivot(COLUMNS, ROWS, ADDED[:2] + ADDED[3:4]), None, "no level 'Enhet'", ""),
        (
            pivot(COLUMNS, ROWS, ["Fylke", "Nasjonalt", "Kommune", "Enhet"]),
            None,
            "the levels Fylke, Nasjonalt, Komm",
            "",
        ),
        (pivot(COLUMNS, [*ROWS, ROWS[2]]), 3, "2 rows of units that stand more than once, first 6101 Krattvik", ""),
        (pivot(COLUMNS, [*ROWS, {**ROWS[2], "id": "1.49.7"}]), 3, "2 rows of units that stand more than once", ""),
        (pivot(COLUMNS, changed(2, kode="610")), 3, "'610'", ""),
        (pivot(COLUMNS, changed(2, data=["49,5", *CELLS[1:]])), 3, "'49,5'", ""),
        (pivot(columns_of([5], tests=["Kinesisk"]), ROWS), None, "the test 'Kinesisk'", ""),
        (pivot(COLUMNS, []), None, "no rows: what was asked for does not exist", "ask for another year, grade or test"),
        (pivot([], [], ["Indikator", "Spørsmål"]), None, "a pivot of Elevundersøkelsen", "flat rows of the export API"),
    ],
)
def test_what_cannot_be_used_is_told_by_row(
    refusal: Refusal, content: bytes, row: int | None, found: str, action: str
) -> None:
    findings = [finding for finding in refusal(content) if finding.found.startswith(found)]
    assert findings and findings[0].row == row
    assert action in findings[0].action
    assert "Download" not in findings[0].action


def test_a_county_that_is_missing_is_told_once_for_all_below_it(refusal: Refusal) -> None:
    more = [{**ROWS[2], "id": f"1.49.{number}", "kode": f"61{number}"} for number in range(10, 40)]
    findings = refusal(pivot(COLUMNS, [ROWS[0], *more]))
    assert [finding.found for finding in findings] == ["no row 1.49 above 30 rows, first 6110 Krattvik (1.49.10)"]


def test_an_answer_that_is_larger_than_a_document_may_be_is_refused(
    refusal: Refusal, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = country(COLUMNS)
    declared = live()
    for most in (len(content), len(content) - 1):
        http = declared.http.model_copy(update={"storste_dokument": most})
        bounded = declared.model_copy(update={"http": http})
        monkeypatch.setattr(pivot_file, "live", lambda bounded=bounded: bounded)
        if most == len(content):
            assert read(content).rows == 7
    (finding,) = refusal(content)
    assert finding.expected == f"at most {most} bytes of one JSON document"


@needs_shared
def test_recorded_answers_with_the_nation_put_on_top_are_read_whole(read: Reader) -> None:
    """Counties and municipalities were recorded without the nation (`-12.*.*`), and without the mestringsnivå."""
    path = SHARED / "data" / "udir-api" / "nasjonale-prover" / "data.trinn5.NPLES.anchor12.json"
    document = json.loads(path.read_bytes())
    nation = {"navn": "Hele landet", "kode": "I", "id": "1", "data": ["49", "0,1", "56 000"]}
    document["rows"].append(nation)
    cells = cells_of(read(json.dumps(document).encode()))
    assert Counter(cell["nivaa"] for cell in cells) == {"nasjonalt": 1, "fylke": 15, "kommune": 357}
    shown = {cell["enhet"]: (cell["verdistatus"], cell["verdi"], cell["antall"]) for cell in cells}
    assert shown["4203"] == ("vist", 48, 465)
    assert shown["4204"] == ("vist", 49, 1289)
    assert shown["4220"] == ("skjermet", None, None)
    assert shown["2100"] == ("vist", 49, 20)
