"""Intakes one after the other: a later one replaces what it speaks of and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Intake
from oppfolging_pipeline.sources.origins import Origin
from oppfolging_pipeline.sources.parsed import FIGURE_COLUMNS, ParsedFile, figures_of
from oppfolging_pipeline.staging import observasjon
from oppfolging_pipeline.staging.intake import read_intake, read_register, register_contents
from oppfolging_pipeline.staging.observasjon import FileFigures, combine, faults_between
from tests.support.files import heading, measures, municipality, nation, wide_csv
from tests.unit.staging.build import Row, observed
from tests.unit.staging.country import BEFORE, changing_country
from tests.unit.staging.fetched import Fetches

NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def of_a_country_in_extract(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files here hold a few rows of a country: whether all of it is there is another question, tested by itself."""
    monkeypatch.setattr(observasjon, "incomplete", lambda *_: [])


def file_of(intake: int, rows: Sequence[Row], name: str = "a.csv") -> FileFigures:
    """A parsed file of those rows, brought by that intake."""
    columns = {key: [row[key] for row in rows] for key in FIGURE_COLUMNS}
    figures = figures_of({**columns, "rad": list(range(3, 3 + len(rows)))})
    parsed = ParsedFile("udir_csv", "nasjonale_prover", figures, len(rows))
    return FileFigures(parsed, f"{intake}{name}".ljust(64, "0"), name, intake)


def cell(verdi: float, *units: str, **fields: Any) -> list[Row]:
    """The nation and those municipalities in one cell, all with the same figure."""
    return [observed(unit, verdi, **{"skoleaar": BEFORE, **fields}) for unit in ("I", *units)]


def combined(engine: Engine, *files: FileFigures) -> dict[tuple[str, ...], Decimal]:
    """(kilde, skoleaar, indikator, maal, trinn, enhet) → figure."""
    combine(files, changing_country(), default_catalog(), engine.connection)
    rows = engine.run(
        "SELECT kilde, skoleaar, indikator, maal, trinn::VARCHAR, enhet, verdi FROM observasjon"
    ).fetchall()
    found = {tuple(row[:-1]): row[-1] for row in rows}
    assert len(found) == len(rows)
    return found


BASE = ("nasjonale_prover", BEFORE, "lesing", "skalapoeng", "5")


@pytest.mark.parametrize(
    ("position", "other"),
    [
        (0, {"kilde": "grunnskolepoeng"}),
        (1, {"skoleaar": "2024-25"}),
        (2, {"indikator": "regning"}),
        (3, {"maal": "andel"}),
        (4, {"trinn": 8}),
    ],
)
def test_a_later_intake_replaces_the_cell_that_it_speaks_of_and_no_other(
    engine: Engine, position: int, other: dict[str, Any]
) -> None:
    beside = (*BASE[:position], str(next(iter(other.values()))), *BASE[position + 1 :])
    earlier = file_of(1, [*cell(40, "6101", "6120"), *cell(41, "6101", "6120", **other)])
    later = file_of(2, cell(50, "6101"))
    expected = {
        (*BASE, "I"): 50, (*BASE, "6101"): 50,  # as a whole: 6120 of the earlier intake is not in force
        (*beside, "I"): 41, (*beside, "6101"): 41, (*beside, "6120"): 41,
    }  # fmt: skip
    assert combined(engine, earlier, later) == combined(engine, later, earlier) == expected


def test_the_newest_of_three_intakes_counts_for_each_cell(engine: Engine) -> None:
    files = [
        file_of(1, [*cell(41, "6101"), *cell(41, "6101", trinn=8), *cell(41, "6101", indikator="regning")]),
        file_of(2, [*cell(42, "6101"), *cell(42, "6101", trinn=8)]),
        file_of(3, cell(43, "6101")),
    ]
    found = combined(engine, *files)
    assert {(key[2], key[4]): int(verdi) for key, verdi in found.items()} == {
        ("lesing", "5"): 43, ("lesing", "8"): 42, ("regning", "5"): 41,
    }  # fmt: skip


def test_an_earlier_national_row_does_not_complete_a_later_cell(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="figures without a national row"):
        combined(engine, file_of(1, cell(40, "6101")), file_of(2, cell(50, "6101")[1:]))


def test_other_figures_contradict_each_other_in_one_intake_and_not_in_two(engine: Engine) -> None:
    one, other = cell(40, "6101"), cell(50, "6101")
    assert (
        faults_between([file_of(1, one), file_of(2, other)], changing_country(), default_catalog(), engine.connection)
        == []
    )
    with pytest.raises(InvalidInput, match="expected one value for one cell"):
        combined(engine, file_of(1, cell(30)), file_of(2, one), file_of(2, other, "b.csv"))


class Home:
    """An archive whose intakes are taken in, read and put together as the assets do it."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.archive, self.folder, self.engine = Archive(root / "arkiv"), root / "innboks", engine
        self.folder.mkdir()

    def take_in(self, files: Mapping[str, bytes], origin: Origin = "fil", *, accept: bool = True) -> Intake:
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        intake = self.archive.take_in(self.folder, [self.folder / name for name in files], origin, NOW)
        if accept:
            self.archive.accept(intake, [])
        return intake

    def fetch(self, name: str, content: bytes) -> None:
        digest = Fetches(self.archive).answer(name, content, now=NOW).sha256
        self.archive.accept(self.archive.register_fetched({digest: name}, "hentet", NOW), [])

    def figures(self, intake: Intake) -> dict[tuple[str, str], int]:
        """(skoleaar, enhet) → figure."""
        read = read_intake(intake, self.engine.connection, default_catalog())
        combine(read.figures, read.register, default_catalog(), self.engine.connection)
        rows = self.engine.run("SELECT skoleaar, enhet, verdi::INTEGER FROM observasjon").fetchall()
        return {(skoleaar, enhet): verdi for skoleaar, enhet, verdi in rows}


@pytest.fixture
def home(tmp_path: Path, engine: Engine) -> Home:
    return Home(tmp_path, engine)


def year(skoleaar: str, verdi: int, *codes: str) -> bytes:
    """A download of one year: the nation and those municipalities."""
    rows = [nation(verdi, 1, 9), *(municipality(code, verdi, 1, 9) for code in codes)]
    return wide_csv(rows, heading(measures(skoleaar)))


def test_a_new_year_in_the_inbox_alone_goes_beside_the_years_accepted_before(home: Home) -> None:
    home.take_in({"a.csv": year("2023-24", 40, "0301")})
    home.take_in({"feil.csv": year("2023-24", 30, "0301", "1103")}, accept=False)
    found = home.figures(home.take_in({"b.csv": year("2024-25", 50, "0301")}))
    expected = {("2023-24", "I"): 40, ("2023-24", "0301"): 40, ("2024-25", "I"): 50, ("2024-25", "0301"): 50}
    assert found == home.figures(home.archive.in_force()) == expected


def test_an_old_file_that_comes_again_takes_back_what_replaced_it(home: Home) -> None:
    old, new = year("2024-25", 40, "0301"), year("2024-25", 50, "0301")
    home.take_in({"a.csv": old})
    assert set(home.figures(home.take_in({"b.csv": new})).values()) == {50}
    assert set(home.figures(home.take_in({"a.csv": old})).values()) == {40}


def test_a_file_that_lay_there_all_along_does_not_win_over_what_was_fetched_since(home: Home) -> None:
    """Else every run with the inbox would publish the older figures, without a word."""
    file = {"a.csv": year("2024-25", 40, "0301")}
    home.take_in(file)
    home.fetch("svar.csv", year("2024-25", 50, "0301"))
    assert set(home.figures(home.take_in(file)).values()) == {50}
    beside = home.take_in({**file, "b.csv": year("2023-24", 30)})
    assert home.figures(beside) == {("2023-24", "I"): 30, ("2024-25", "I"): 50, ("2024-25", "0301"): 50}
    home.take_in({"b.csv": year("2023-24", 30)})  # a.csv is taken away, and put back
    assert home.figures(home.take_in(file)) == {
        ("2023-24", "I"): 30, ("2024-25", "I"): 40, ("2024-25", "0301"): 40,
    }  # fmt: skip


def test_a_corrected_file_wins_over_what_was_fetched_before_it(home: Home) -> None:
    home.take_in({"a.csv": year("2024-25", 40, "0301")})
    home.fetch("svar.csv", year("2024-25", 50, "0301"))
    assert set(home.figures(home.take_in({"a.csv": year("2024-25", 60, "0301")})).values()) == {60}


def test_a_renewed_intake_still_goes_before_those_that_came_before_it(home: Home) -> None:
    home.take_in({"z.csv": year("2024-25", 40, "0301"), "y.csv": year("2023-24", 40)})
    home.take_in({"a.csv": year("2024-25", 50, "0301")})
    renewed = home.archive.renew(NOW)
    assert home.figures(renewed) == {("2023-24", "I"): 40, ("2024-25", "I"): 50, ("2024-25", "0301"): 50}


def test_an_invented_country_is_whole_in_each_intake(home: Home) -> None:
    home.take_in({"a.csv": year("2023-24", 40)}, "eksempel")
    assert home.figures(home.take_in({"b.csv": year("2024-25", 50)}, "eksempel")) == {("2024-25", "I"): 50}


CODES = "code,name,validFrom,validTo\n6101,{},2020-01-01,\n6109,Urvik,2015-01-01,2020-01-01\n"
REGISTER = {
    "endringer.csv": b"changeOccurred,oldCode,oldName,newCode,newName\n2020-01-01,6109,Urvik,6101,Gammelvik\n",
    "fylker.csv": b"code,name,validFrom,validTo\n61,Ytterdal,2015-01-01,\n",
    "embeter.csv": b"statsforvalter,fylkesnr\nDalene,61\n",
}


def codes(name: str) -> bytes:
    return CODES.format(name).encode()


@pytest.mark.parametrize(("earlier", "later"), [("a.csv", "z.csv"), ("z.csv", "a.csv"), ("koder.csv", "koder.csv")])
def test_a_register_file_of_a_later_intake_wins_and_the_other_parts_stay(home: Home, earlier: str, later: str) -> None:
    home.take_in({"tall.csv": year("2024-25", 50, "6101"), earlier: codes("Gammelvik"), **REGISTER})
    home.take_in({"feil.csv": codes("Feilvik")}, accept=False)
    intake = home.take_in({later: codes("Nyvik")})
    for register in (
        read_register(intake),
        read_intake(intake, home.engine.connection, default_catalog()).register,
    ):
        assert [kommune.navn for kommune in register.kommuner] == ["Nyvik", "Urvik"]
        assert [fylke.navn for fylke in register.fylker] == ["Ytterdal"]


def test_two_register_files_of_one_part_are_refused_in_one_intake_also_when_an_earlier_has_one(home: Home) -> None:
    home.take_in({"tall.csv": year("2024-25", 50, "6101"), "koder.csv": codes("Gammelvik"), **REGISTER})
    intake = home.take_in({"x.csv": codes("Nyvik"), "y.csv": codes("Nyevik")}, accept=False)
    with pytest.raises(InvalidInput, match=r"a second file of kommune_koder beside x\.csv"):
        read_register(intake)
    assert len(register_contents(intake)) == len(REGISTER) + 3
