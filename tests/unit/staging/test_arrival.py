"""A unit of a fetch is taken into use whole or not at all, and only when it is another than what is in force."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import Arrival
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.year_figures import YearFigures
from oppfolging_pipeline.staging.arrival import Reception
from oppfolging_pipeline.staging.intake import read_intake
from tests.support.report import pivot
from tests.support.tiny import FYLKER, KOMMUNER, SKOLER, register_files
from tests.unit.staging.fetched import DAY, GS, NOON, Fetches

YEAR, BEFORE = "2024-25", "2023-24"
Units = list[tuple[str, str, str]]


def units() -> Units:
    """(path, code, name) of the tiny country after its merger."""
    found = [("1", "I", "Hele landet")]
    for fylke, name in FYLKER.items():
        found.append((f"1.{fylke}", fylke, name))
        for code in (code for code in KOMMUNER if code[:2] == fylke):
            found.append((f"1.{fylke}.{code}", code, KOMMUNER[code]))
            schools = [skole.orgnr for skole in SKOLER if skole.kommunenr == code]
            found += [(f"1.{fylke}.{code}.{orgnr}", orgnr, "Skolen") for orgnr in schools]
    return found


def pupils(code: str) -> int:
    return sum(skole.elever for skole in SKOLER if code in ("I", skole.kommunenr[:2], skole.kommunenr, skole.orgnr))


def marks(skoleaar: str = YEAR, figure: str = "42,1", shown: Units | None = None, shielded: int = 0) -> bytes:
    """Grunnskolepoeng of the country; the last `shielded` schools have theirs hidden."""
    columns = [(skoleaar, "Alle eierformer", "Begge kjønn", name) for name in ("Grunnskolepoeng", "Antall elever")]
    hidden = {skole.orgnr for skole in SKOLER[len(SKOLER) - shielded :]}
    rows = [
        {"navn": name, "kode": code, "id": path,
         "data": ["*", "*"] if code in hidden else [figure, str(pupils(code)) if figure else ""]}
        for path, code, name in shown or units()
    ]  # fmt: skip
    return pivot(columns, rows)


class Home:
    """A home with the tiny country's register in force."""

    def __init__(self, archive: Archive, engine: Engine) -> None:
        self.archive, self.engine = archive, engine
        self.fetches = Fetches(archive)
        self.now = NOON
        lists = [self.fetches.answer(name, content, "klass") for name, content in register_files().items()]
        self.reception().register(lists)

    def reception(self) -> Reception:
        limits = live().endring_fra_aaret_for
        evidence = Evidence(self.archive)
        return Reception(
            self.archive, evidence, self.engine.connection, default_catalog(), limits, "hentet", lambda: self.now
        )

    def arrive(self, content: bytes, skoleaar: str = YEAR) -> Arrival:
        """The year arrives in one answer, a day after what arrived before."""
        self.now += DAY
        answer = self.fetches.answer(f"{GS}/{skoleaar}/GSK_GSPoeng.json", content, GS, self.now)
        return self.reception().figures(GS, skoleaar, [answer])

    def figures(self, known_at: object = None) -> set[Decimal]:
        """The figures in force, or those that were by then."""
        intake = self.archive.renew(self.now + 100 * DAY, known_at)  # type: ignore[arg-type]
        content = read_intake(intake, self.engine.connection, default_catalog())
        newest = max(content.figures, key=lambda one: one.intake)
        return {value for value in newest.parsed.figures["verdi"].to_pylist() if value is not None}

    def periods(self) -> list[str]:
        return sorted(one.period for one in self.archive.readings().values() if one.period)


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
    accepted = home.archive.newest_accepted()
    assert accepted is not None
    assert (arrival.intake_id, arrival.rows, arrival.warnings) == (accepted.id, len(units()), ())
    assert accepted.origin == "hentet"
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


def klass(home: Home, files: dict[str, bytes]) -> list[Answer]:
    return [home.fetches.answer(name, content, "klass", home.now) for name, content in files.items()]


def test_a_register_that_does_not_fit_is_refused_and_the_one_in_force_stays(home: Home) -> None:
    files = register_files()
    files["fylker.csv"] = files["fylker.csv"].replace(b"62,Skrattfylket", b"63,Skrattfylket")
    before = home.archive.newest_accepted()
    with pytest.raises(InvalidInput):
        home.reception().register(klass(home, files))
    assert home.archive.newest_accepted() == before
    home.arrive(marks())


def test_the_same_register_makes_no_new_intake_and_another_one_does(home: Home) -> None:
    files = register_files()
    assert home.reception().register(klass(home, files)).intake_id is None
    files["koder.csv"] = files["koder.csv"].replace(b"Krattvik", b"Krattevik")
    arrival = home.reception().register(klass(home, files))
    assert arrival.intake_id is not None
    assert arrival.rows == 7 + 2 + 2 + 2
