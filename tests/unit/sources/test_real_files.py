"""Udir's own files, read where they lie beside the repository. Figures: Kilde: Utdanningsdirektoratet (NLOD 2.0)."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from tests.support.shared import (
    EKSPORT,
    ELEVUNDERSOKELSEN,
    FIELD,
    GRUNNSKOLEPOENG,
    NASJONALE_PROVER,
    NASJONALE_PROVER_2023,
    needs_shared,
)
from tests.unit.sources.conftest import Reader, Refusal, cells_of

pytestmark = needs_shared


@pytest.mark.parametrize(
    ("start", "trinn", "rows", "levels"),
    [
        ("2022-23", 5, 2501, (1, 11, 357, 2132)),
        ("2023-24", 5, 2485, (1, 11, 357, 2116)),
        ("2024-25", 5, 2467, (1, 15, 358, 2093)),
        ("2022-23", 8, 1536, (1, 11, 355, 1169)),
        ("2023-24", 8, 1538, (1, 11, 355, 1171)),
        ("2024-25", 8, 1533, (1, 15, 357, 1160)),
    ],
)
def test_each_download_of_national_tests_is_read_whole(
    read: Reader, start: str, trinn: int, rows: int, levels: tuple[int, ...]
) -> None:
    (path,) = NASJONALE_PROVER.glob(f"{start}*{'5._trinn' if trinn == 5 else 'ungdomstrinn'}.csv")
    parsed = read(path.read_bytes())
    cells = cells_of(parsed)
    assert (parsed.rows, len(cells)) == (rows, 3 * rows)
    assert {(cell["skoleaar"], cell["trinn"]) for cell in cells} == {(start, trinn)}
    counted = Counter(cell["nivaa"] for cell in cells)
    assert tuple(counted[nivaa] // 3 for nivaa in ("nasjonalt", "fylke", "kommune", "skole")) == levels


@pytest.mark.parametrize(
    ("start", "which", "indikator", "enhet", "expected"),
    [
        # read by eye in the files
        ("2022-23", "5._trinn", "engelsk", "I", ("vist", 50, "vist", 55704)),
        ("2024-25", "5._trinn", "regning", "I", ("vist", 49, "vist", 56771)),
        ("2024-25", "ungdomstrinn", "regning", "I", ("vist", 48, "vist", 60519)),
        ("2022-23", "5._trinn", "lesing", "990334021", ("vist", 49, "vist", 17)),
        ("2022-23", "ungdomstrinn", "lesing", "990334021", ("skjermet", None, "skjermet", None)),
    ],
)
def test_figures_are_those_that_stand_in_the_file(
    read: Reader, start: str, which: str, indikator: str, enhet: str, expected: tuple[object, ...]
) -> None:
    (path,) = NASJONALE_PROVER.glob(f"{start}*{which}.csv")
    (cell,) = [c for c in cells_of(read(path.read_bytes())) if (c["indikator"], c["enhet"]) == (indikator, enhet)]
    assert (cell["verdistatus"], cell["verdi"], cell["antallstatus"], cell["antall"]) == expected


def test_the_download_of_2023_has_the_figures_of_the_one_of_2026(read: Reader) -> None:
    (old,) = NASJONALE_PROVER_2023.glob("*.csv")
    (new,) = NASJONALE_PROVER.glob("2023-24*5._trinn.csv")
    names = ("nivaa", "enhet", "kommunenr", "indikator", "trinn", "skoleaar", "verdi", "verdistatus", "antall",
             "antallstatus", "forelopig", "kolonne")  # fmt: skip
    of_old, of_new = ({tuple(c[name] for name in names) for c in cells_of(read(p.read_bytes()))} for p in (old, new))
    assert len(of_old) == 7455
    assert of_old == of_new


def test_a_workbook_that_says_it_is_smaller_than_it_is_is_read_whole(read: Reader) -> None:
    cells = cells_of(read((FIELD / "01-xlsx-stale-dimension" / "np5-kolonner-til-L.xlsx").read_bytes()))
    assert {cell["indikator"] for cell in cells} == {"engelsk", "lesing", "regning"}
    assert {c["verdi"] for c in cells if c["kommunenr"] == "3417" and c["indikator"] == "regning"} == {47}


@pytest.mark.parametrize("folder", ["05-saved-again-csv", "06-invisible-space"])
def test_a_download_that_somebody_has_saved_again_has_udirs_figures(read: Reader, folder: str) -> None:
    (udirs,) = NASJONALE_PROVER.glob("2024-25*5._trinn.csv")
    names = ("enhet", "indikator", "verdi", "verdistatus", "antall", "antallstatus")
    right = {tuple(cell[name] for name in names) for cell in cells_of(read(udirs.read_bytes()))}
    files = sorted((FIELD / folder).glob("*.csv"))
    assert files
    for file in files:
        found = {tuple(cell[name] for name in names) for cell in cells_of(read(file.read_bytes()))}
        assert found and found <= right, file.name


def test_elevundersokelsen_with_its_units_in_the_headings_is_refused_with_what_to_use_instead(refusal: Refusal) -> None:
    (path,) = ELEVUNDERSOKELSEN.glob("*.csv")
    (finding,) = refusal(path.read_bytes())
    assert finding.found == "a download of Elevundersøkelsen with the units in the headings"
    assert finding.action == "Use the flat rows of the export API for Elevundersøkelsen, saved as JSON or csv."


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("error400_eksport_no_filter.json", "an error answer of Udir's (Filter må oppgis!)"),
        ("euindeks_koder.json", "JSON that begins with {"),
        ("vgs_152_indikator_first200.json", "the fields Spoersmaalgruppe, Spoersmaalnavn, Skoleaarnavn"),
        ("vgs_154_mobbing.json", "the fields Spoersmaalgruppe, Spoersmaalnavn, Skoleaarnavn"),
    ],
)
def test_recorded_answers_without_the_codes_are_refused_with_what_they_lack(
    refusal: Refusal, name: str, found: str
) -> None:
    """The recorded rows were trimmed: no level, code or grade can be read off them."""
    findings = refusal((EKSPORT / name).read_bytes())
    assert all(found in finding.found for finding in findings if "measure" not in finding.found)
    if name.startswith("vgs"):
        assert {"EnhetNivaa", "Kommunekode", "Organisasjonsnummer", "TrinnKode"} <= {f.column for f in findings}


@needs_shared
def test_recorded_participation_without_the_codes_stops_nothing_and_is_told_of(read: Reader) -> None:
    """Nobody decides by it: without it a mobbing figure has no known weight."""
    parsed = read((EKSPORT / "vgs_155_deltakelse.json").read_bytes())
    assert cells_of(parsed) == []
    assert any("the fields Skoleaarnavn, Trinnnavn, EierformNavn" in finding.found for finding in parsed.left_out)


def test_grunnskolepoeng_is_read_whole_with_every_level_and_note(read: Reader) -> None:
    import openpyxl

    cells = cells_of(read(GRUNNSKOLEPOENG.read_bytes()))
    assert Counter(cell["nivaa"] for cell in cells) == {
        "nasjonalt": 6, "fylke": 6 * 26, "kommune": 6 * 723, "skole": 6 * 2074,
    }  # fmt: skip
    assert {len(cell["kommunenr"]) for cell in cells if cell["kommunenr"]} == {4}
    assert {cell["enhet"] for cell in cells if cell["enhetsnavn"] == "Oslo" and cell["nivaa"] == "kommune"} == {"0301"}
    sheet = openpyxl.load_workbook(io.BytesIO(GRUNNSKOLEPOENG.read_bytes()), read_only=True).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    noted = {
        str(name).partition(".")[0]: sum(row[at] is not None for row in rows)
        for at, name in enumerate(head)
        if str(name).endswith(".Grunnskolepoeng.Brudd")
    }
    assert noted == {"2016-17": 4, "2017-18": 5, "2018-19": 9, "2019-20": 2824}
    assert Counter(cell["skoleaar"] for cell in cells if cell["brudd"]) == noted
    (agder,) = [c for c in cells if (c["nivaa"], c["enhet"], c["skoleaar"]) == ("fylke", "42", "2019-20")]
    assert "avlyst" in agder["brudd"] and "Agder er resultatet av en sammenslåing" in agder["brudd"]
