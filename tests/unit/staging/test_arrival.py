"""A school year of a fetch is taken into use whole or not at all, and only when it is another than what is in force."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import load_corrections_text
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.year_figures import YearFigures
from oppfolging_pipeline.staging.intake import read_intake
from tests.support.tiny import register_files
from tests.unit.staging.arriving import BEFORE, YEAR, Home, Units, klass, marks, pupils, units
from tests.unit.staging.fetched import DAY, GS


@pytest.fixture
def home(tmp_path: Path, engine: Engine) -> Home:
    return Home(Archive(tmp_path / "arkiv"), engine)


def refused(home: Home, content: bytes, skoleaar: str = YEAR) -> DriftError:
    with pytest.raises(DriftError) as caught:
        home.arrive(content, skoleaar)
    return caught.value


def kinds(error: DriftError) -> set[tuple[str, str]]:
    return {(drift.alvorlighet, drift.kode) for drift in error.drifts}


def test_a_year_that_is_whole_is_in_force_with_its_origin_and_its_numbers(home: Home) -> None:
    arrival = home.arrive(marks(shielded=2))
    accepted = home.archive.everything()
    assert accepted is not None
    assert (arrival.intake_id, arrival.rows, arrival.warnings) == (accepted.id, len(units()), ())
    assert accepted.origin == "lokal"
    assert home.periods() == [YEAR]
    known = Evidence(home.archive).year_figures(GS, YEAR)
    assert known is not None
    assert (known.rows, known.cells, known.shielded) == (len(units()), len(units()), 2)


def test_what_is_in_force_already_makes_no_new_intake(home: Home) -> None:
    first = home.arrive(marks())
    assert home.arrive(marks()).intake_id is None
    second = home.arrive(marks(figure="43,0"))
    assert second.intake_id is not None and first.intake_id is not None and second.intake_id > first.intake_id
    assert home.arrive(marks()).intake_id is not None, "the first figures are back, and must be in force again"
    assert home.figures() == {Decimal("42.1")}


def test_what_was_known_on_a_day_is_what_had_arrived_by_then(home: Home) -> None:
    home.arrive(marks())
    first = home.now
    home.arrive(marks(figure="43,0"))
    assert home.figures() == {Decimal("43.0")}
    assert home.figures(known_at=first) == {Decimal("42.1")}
    assert home.figures() == {Decimal("43.0")}, "a look back changes nothing"


def county_gone() -> Units:
    return [unit for unit in units() if not unit[0].startswith("1.62")]


def school_gone() -> Units:
    return [unit for unit in units() if not unit[0].startswith("1.61.6102.")]


def stranger() -> Units:
    return [*units(), ("1.61.6199", "6199", "Nykommune")]


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (county_gone, "no row of county 62"),
        (school_gone, "no school in 6102 Nupelo"),
        (stranger, "code 6199 (Nykommune)"),
    ],
    ids=["a county gone", "schools gone", "an unknown municipality"],
)
def test_a_year_that_is_not_whole_is_refused_and_the_one_in_force_stays(
    home: Home, shown: Callable[[], Units], found: str
) -> None:
    home.arrive(marks())
    few = len(shown())  # so that their number alone tells nothing
    Evidence(home.archive).remember_year(GS, YEAR, YearFigures(few, few, 0), None)
    error = refused(home, marks(figure="43,0", shown=shown()))
    assert kinds(error) == {("kritisk", "ufullstendig")}
    assert found in str(error)
    assert all("inbox" not in drift.finding.action for drift in error.drifts), "there is no inbox in a fetch"
    assert home.figures() == {Decimal("42.1")}
    tables = home.engine.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert ("observasjon",) not in tables, "a second copy of every figure is left"


def test_a_measure_without_a_figure_is_missing(home: Home) -> None:
    error = refused(home, marks(figure=""))
    assert kinds(error) == {("kritisk", "maal_mangler")}
    assert home.periods() == []


def test_a_heading_that_cannot_be_read_names_its_answer(home: Home) -> None:
    content = marks().replace(b'"name": "Grunnskolepoeng"', b'"name": "Noe nytt"')
    drifts = refused(home, content).drifts
    assert {(drift.kode, drift.finding.file) for drift in drifts} == {
        ("overskrift_uleselig", f"{GS}/{YEAR}/GSK_GSPoeng.json")
    }
    assert all(drift.sha256 is not None and home.archive.contents.has(drift.sha256) for drift in drifts)


def test_a_list_of_the_register_is_no_figures(home: Home) -> None:
    (drift,) = refused(home, register_files()["koder.csv"]).drifts
    assert drift.kode == "svar_som_ikke_kan_leses"
    assert drift.finding.found == "a list of the register (kommune_koder)"


@pytest.mark.parametrize(
    ("shielded", "told"),
    [(0, set()), (3, {("advarsel", "skjerming_langt_fra")}), (9, {("kritisk", "skjerming_langt_fra")})],
    ids=["as before", "more", "most"],
)
def test_a_year_is_held_against_the_one_before(home: Home, shielded: int, told: set[tuple[str, str]]) -> None:
    whole = YearFigures(len(units()), len(units()), 0)
    Evidence(home.archive).remember_year(GS, BEFORE, whole, None)
    if ("kritisk", "skjerming_langt_fra") in told:
        assert kinds(refused(home, marks(shielded=shielded))) == told
        assert home.periods() == []
    else:
        arrival = home.arrive(marks(shielded=shielded))
        assert {(drift.alvorlighet, drift.kode) for drift in arrival.warnings} == told
        assert home.periods() == [YEAR]


def test_a_year_that_comes_again_with_a_third_of_its_units_gone_is_refused(home: Home) -> None:
    """There is no year before, and no county or municipality is missing: only the same year shows it."""
    home.arrive(marks())
    many = len(units())
    Evidence(home.archive).remember_year(GS, YEAR, YearFigures(many * 3 // 2, many * 3 // 2, 0), None)
    error = refused(home, marks(figure="43,0"))
    assert kinds(error) == {("kritisk", "radtall_langt_fra")}
    assert f"against {many * 3 // 2} in {YEAR} as it was last fetched" in str(error)
    assert home.figures() == {Decimal("42.1")}


def test_a_year_is_held_against_what_a_later_fetch_brought_and_not_the_first(home: Home) -> None:
    home.arrive(marks())
    shielded = home.arrive(marks(shielded=3)).warnings
    assert [drift.kode for drift in shielded] == ["skjerming_langt_fra"]
    assert home.arrive(marks(shielded=3, figure="43,0")).warnings == ()


def test_the_numbers_of_a_year_are_remembered_though_its_contents_were_in_force_already(home: Home) -> None:
    """They came as a file first: what comes next must be held against them all the same."""
    content = marks()
    folder = home.archive.root.parent / "innboks"
    folder.mkdir()
    (folder / "GSK_GSPoeng.json").write_bytes(content)
    taken = home.archive.take_in(folder, [folder / "GSK_GSPoeng.json"], "lokal", home.now)
    read = read_intake(taken, home.engine.connection, default_catalog())
    home.archive.accept(taken, read.readings)
    assert Evidence(home.archive).year_figures(GS, YEAR) is None
    arrival = home.arrive(content)
    assert (arrival.intake_id, arrival.rows) == (None, len(units()))
    assert Evidence(home.archive).year_figures(GS, YEAR) == YearFigures(len(units()), len(units()), 0)


NEW = [("1.61.6103", "6103", "Nykommune"), ("1.61.6103.100000099", "100000099", "Skolen")]


def test_figures_are_read_against_the_whole_register_whatever_a_run_last_asked_to_know(home: Home) -> None:
    first = home.now
    home.arrive(marks())
    files = register_files()
    files["koder.csv"] += b"6103,Nykommune,2015-01-01,\n"
    home.now += DAY
    home.reception().register(klass(home, files))
    home.archive.accept(home.archive.renew(home.now, first + DAY), [])  # a run that looked back
    home.arrive(marks(shown=[*units(), *NEW]))


def test_a_known_error_in_a_number_of_pupils_does_not_keep_a_year_out(home: Home) -> None:
    wrong = marks().replace(f'"{pupils("61")}"'.encode(), f'"{pupils("61") + 5}"'.encode())
    assert kinds(refused(home, wrong)) == {("kritisk", "ufullstendig")}
    home.corrections = load_corrections_text(
        f"""rettelser:
          - {{id: fylket-talt-om, kilde: {GS}, skoleaar: {YEAR}, nivaa: fylke, enhet: "61", indikator: grunnskolepoeng,
              maal: grunnskolepoeng, trinn: 10, handling: overstyr, settes_til: {{antall: {pupils("61")}}},
              forvent: {{verdistatus: vist, verdi: 42.1, antall: {pupils("61") + 5}}}, grunn: Feil., referanse: Prøve.,
              registrert: 2024-10-01}}""",
        "corrections.yaml",
    )
    assert home.arrive(wrong).intake_id is not None
    assert home.arrive(marks(figure="43,0")).intake_id is not None, "also when the source has mended it"
