"""Udir's own files put together: no pupil is counted twice. Figures: Kilde: Utdanningsdirektoratet (NLOD 2.0)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.harmonisering import Request, harmonise
from oppfolging_pipeline.staging.intake import read_intake
from oppfolging_pipeline.staging.observasjon import combine
from oppfolging_pipeline.staging.skole_plassering import place
from tests.support.joined import joined
from tests.support.shared import GRUNNSKOLEPOENG, NASJONALE_PROVER, SHARED, needs_shared

pytestmark = needs_shared


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """All seven files in one intake, put together."""
    files = [*sorted(NASJONALE_PROVER.glob("*.csv")), GRUNNSKOLEPOENG]
    archive = Archive(tmp_path_factory.mktemp("hjem") / "arkiv")
    intake = archive.take_in(SHARED, files, "fil", datetime(2025, 3, 1, tzinfo=UTC))
    with open_engine() as engine:
        read = read_intake(intake, engine.connection, default_catalog())
        counts = combine(read.figures, read.register, default_catalog(), engine.connection)
        # 6 years × 2 824 rows and 3 tests × (2501 + 2485 + 2467 + 1536 + 1538 + 1533) rows
        assert counts.read == 6 * 2824 + 3 * 12060
        yield engine


def sums_of(engine: Engine, nivaa: str) -> dict[str, tuple[int, int]]:
    """School year → pupils behind shown cells, and the number of shielded cells; Svalbard and abroad left out."""
    rows = engine.run(
        "SELECT skoleaar, sum(antall), count(*) FILTER (antallstatus = 'skjermet') FROM observasjon "
        "WHERE kilde = 'grunnskolepoeng' AND nivaa = $nivaa "
        "AND coalesce(left(kommunenr, 2), '') NOT IN ('21', '25', '99') GROUP BY skoleaar",
        {"nivaa": nivaa},
    ).fetchall()
    return {skoleaar: (int(pupils), hidden) for skoleaar, pupils, hidden in rows}


# Added up in the workbook by hand: the rows whose code is in KLASS 131 on 30 June of the year. The first number is the
# nation's own, the second that of Svalbard.
EXPECTED = {
    "2015-16": (60679, 18, 60637, 5),
    "2016-17": (58360, 13, 58315, 7),
    "2017-18": (57727, 22, 57680, 7),
    "2018-19": (58750, 27, 58680, 9),
    "2019-20": (59245, 20, 59184, 9),
    "2020-21": (58945, 17, 58889, 10),
}


def test_the_pupils_of_all_municipalities_are_the_nations_but_for_the_shielded(real: Engine) -> None:
    found, nation = sums_of(real, "kommune"), sums_of(real, "nasjonalt")
    assert found == {skoleaar: (pupils, hidden) for skoleaar, (_, _, pupils, hidden) in EXPECTED.items()}
    for skoleaar, (whole, svalbard, pupils, hidden) in EXPECTED.items():
        assert nation[skoleaar][0] == whole
        # what is left lies behind shielded cells, a handful of pupils in each
        assert 0 < whole - svalbard - pupils <= 5 * hidden


def workbook() -> list[dict[str, Any]]:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(GRUNNSKOLEPOENG.read_bytes()), read_only=True).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_second_reading_of_the_workbook_with_klass_itself_gives_the_same_sums(real: Engine) -> None:
    with (SHARED / "data" / "klass" / "klass131_codes_all.csv").open(encoding="utf-8-sig", newline="") as handle:
        codes = list(csv.DictReader(handle))
    rows = workbook()
    municipalities, schools = sums_of(real, "kommune"), sums_of(real, "skole")
    for skoleaar in EXPECTED:
        day = f"{int(skoleaar[:4]) + 1}-06-30"
        valid = {c["code"] for c in codes if c["validFrom"] <= day and (not c["validTo"] or day < c["validTo"])}
        column = f"{skoleaar}.Alle eierformer.Begge kjønn.Antall elever"
        of_year = [row[column] for row in rows if row["EnhetNivaa"] == 3 and f"{row['Kommunekode']:04d}" in valid]
        assert municipalities[skoleaar] == (sum(n for n in of_year if isinstance(n, int)), of_year.count("*"))
        by_school: dict[int, set[Any]] = {}
        for row in rows:
            if row["EnhetNivaa"] == 4 and row["Kommunekode"] // 100 not in (21, 25, 99):
                by_school.setdefault(row["Organisasjonsnummer"], set()).add(row[column])
        once = [next((n for n in cells if n is not None), None) for cells in by_school.values()]
        assert schools[skoleaar] == (sum(n for n in once if isinstance(n, int)), once.count("*"))


def test_without_the_rule_a_third_of_the_pupils_would_be_counted_twice() -> None:
    """So that the tests above can fail: the plain sum of the rows."""
    column = "2015-16.Alle eierformer.Begge kjønn.Antall elever"
    assert sum(row[column] for row in workbook() if row["EnhetNivaa"] == 3 and isinstance(row[column], int)) == 91912


def test_each_school_stands_once_in_each_cell_and_in_a_municipality_of_its_year(real: Engine) -> None:
    twice = real.run(
        "SELECT enhet FROM observasjon WHERE nivaa = 'skole' GROUP BY kilde, skoleaar, enhet, indikator, maal, trinn "
        "HAVING count(*) > 1"
    )
    assert twice.fetchall() == []


@pytest.mark.parametrize(
    ("orgnr", "codes"),
    [
        # Vear moved from Stokke (0720, until 2016) to Tønsberg, which became 3803 in 2020
        ("975294811", ["0720", "0704", "0704", "0704", "3803", "3803"]),
        # Hoppern moved from Moss (0104) to Rygge (0136) in 2018-19, and the two merged into 3002 in 2020
        ("975280454", ["0104", "0104", "0104", "0136", "3002", "3002"]),
    ],
)
def test_a_school_that_the_workbook_has_under_several_codes_stands_where_it_lay_that_year(
    real: Engine, orgnr: str, codes: list[str]
) -> None:
    found = real.run(
        "SELECT skoleaar, kommunenr FROM observasjon WHERE kilde = 'grunnskolepoeng' AND enhet = $orgnr ORDER BY ALL",
        {"orgnr": orgnr},
    ).fetchall()
    assert found == list(zip(EXPECTED, codes, strict=True))


def test_notes_on_breaks_are_kept(real: Engine) -> None:
    (note,) = real.run(
        "SELECT brudd FROM observasjon WHERE kilde = 'grunnskolepoeng' AND skoleaar = '2019-20' AND enhet = '42'"
    ).fetchall()
    assert "Agder er resultatet av en sammenslåing" in note[0]


def test_all_national_tests_are_kept_as_they_are(real: Engine) -> None:
    counted = real.run(
        "SELECT skoleaar, trinn, count(*) FROM observasjon WHERE kilde = 'nasjonale_prover' GROUP BY ALL"
    )
    assert set(counted.fetchall()) == {
        ("2022-23", 5, 7503), ("2023-24", 5, 7455), ("2024-25", 5, 7401),
        ("2022-23", 8, 4608), ("2023-24", 8, 4614), ("2024-25", 8, 4599),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["5._trinn", "ungdomstrinn"])
def test_files_of_one_year_joined_to_one_of_three_give_the_same_observations(
    real: Engine, tmp_path: Path, kind: str
) -> None:
    """As Udir's statistics bank gives them when several years are chosen: with an empty row for each unit that stands
    in another year, also under the codes of before 2024."""
    files = sorted(NASJONALE_PROVER.glob(f"*{kind}.csv"))
    (tmp_path / "tre aar.csv").write_bytes(joined(files))
    intake = Archive(tmp_path / "arkiv").take_in(
        tmp_path, [tmp_path / "tre aar.csv"], "fil", datetime(2025, 3, 1, tzinfo=UTC)
    )
    grades = (5,) if kind == "5._trinn" else (8,)
    figures = (
        "SELECT * EXCLUDE (sha256, rad, kolonne) FROM observasjon "
        "WHERE kilde = 'nasjonale_prover' AND list_contains($grades, trinn) ORDER BY ALL"
    )
    with open_engine() as engine:
        read = read_intake(intake, engine.connection, default_catalog())
        counts = combine(read.figures, read.register, default_catalog(), engine.connection)
        found = engine.connection.execute(figures, {"grades": list(grades)}).fetchall()
    assert counts.empty > 0, "or nothing was joined"
    assert found == real.connection.execute(figures, {"grades": list(grades)}).fetchall()


# 1507 Ålesund was divided into 1508 Ålesund and 1580 Haram on 1 January 2024: what stands in the way of years before.
NOBODY_KNOWS = (
    "En skole med elever i kommunen som tallene er fra, kan ikke plasseres i noen kommune på identifikasjonsdagen."
)
STARRED = "En av skolene som tallet måtte bygges av, er skjermet i kilden."


def test_of_the_two_parts_of_the_division_what_can_be_built_is_and_the_rest_says_why(
    real: Engine, tmp_path: Path
) -> None:
    """Counted in the files: a school of 5. trinn closed after 2023-24, and each part has a shielded one on 8. trinn."""
    catalog = default_catalog()
    request = Request(2025, load_rule_set("np-skalapoeng", catalog), catalog)
    register = carried_register()
    path = tmp_path / "observasjon.parquet"
    real.connection.execute(f"COPY (FROM observasjon) TO '{path}'")
    window = real.run("SELECT * FROM observasjon WHERE kilde = 'nasjonale_prover'")
    units = place(real, window, [path], request, register)
    assert units.skoler_uten_kommune == 0
    cells = real.fetch(harmonise(real, window, request, units.lineage, units.kommuner, units.placed, units.judged))
    for part in ("1508", "1580"):
        found = {
            (row["trinn"], row["skoleaar"], row["indikator"]): (row["verdistatus"], row["ikke_bygd_grunn"])
            for row in cells
            if row["enhet"] == part
        }
        for indikator in ("lesing", "regning"):
            assert {year: found[5, year, indikator] for year in ("2022-23", "2023-24", "2024-25")} == {
                "2022-23": ("kan_ikke_bygges", NOBODY_KNOWS),
                "2023-24": ("kan_ikke_bygges", NOBODY_KNOWS),
                "2024-25": ("vist", None),
            }
            assert {year: found[8, year, indikator] for year in ("2022-23", "2023-24", "2024-25")} == {
                "2022-23": ("kan_ikke_bygges", STARRED),
                "2023-24": ("kan_ikke_bygges", STARRED),
                "2024-25": ("vist", None),
            }
    # No other municipality of the year was merged or divided within the window.
    assert {row["enhet"] for row in cells if row["verdistatus"] == "kan_ikke_bygges"} == {"1508", "1580"}
