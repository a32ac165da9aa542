"""Results of different figures in one home: what a source has shielded since is shown by none, and the rest is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from oppfolging_pipeline.publish.loefte import KONTROLL
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, read_manifest
from oppfolging_pipeline.sources.flat import FIELDS
from tests.graph.conftest import FOUR_YEARS as YEARS
from tests.graph.conftest import whose
from tests.support.run import failures, run_job
from tests.support.tiny import encoded, national_tests

KNOWN, LATER = "2026-03-01", "2026-03-10T12:00:00+00:00"
# A municipality with its two schools, and two of the three schools of another.
SHIELDED = ("6102", "100000004", "100000005", "100000001", "100000002")
REVISED = {"100000004": 1, "100000005": -1}  # of one municipality, whose mean stays
SHOWN_SINCE = "10 tall som kilden siden har skjermet (lesing 2024-25)"
FIRST_TEST = slice(9, 12)  # value, uncertainty and pupils of the first test of a row


@pytest.fixture
def home(two_years: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_years, tmp_path / "hjem"))


def run(home: Path, inbox: Path | None, years: list[int], *, now: str = LATER, kjent_per: str = "", ok: bool = True):
    result = run_job(
        home, inbox, rules="np-skalapoeng", years=years, skoleaar=YEARS, per=KNOWN, now=now, kjent_per=kjent_per
    )
    assert result.success == ok, failures(result)
    return result


@pytest.fixture(scope="module")
def refused(two_years: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home once the source shields some figures: the run of 2026 alone was refused, and with what. Not to be
    changed."""
    place = tmp_path_factory.mktemp("avvist")
    home = Path(shutil.copytree(two_years, place / "hjem"))
    return home, failures(run(home, newer(place / "nyere", shield), [2026], ok=False))


@pytest.fixture(scope="module")
def shielded_since(refused: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home once both years were decided again. Not to be changed."""
    home = Path(shutil.copytree(refused[0], tmp_path_factory.mktemp("skjermet-siden") / "hjem"))
    run(home, None, [2025, 2026])
    return home


def newer(folder: Path, change: Callable[[list[str]], None]) -> Path:
    """An inbox with the file of 2024-25 once more, with those rows changed."""
    rows = national_tests("2024-25", 5)
    for row in rows[1:]:
        change(row)
    folder.mkdir()
    (folder / "nyere.csv").write_bytes(encoded(rows))
    return folder


def shield(row: list[str]) -> None:
    if row[4] in SHIELDED:
        row[FIRST_TEST] = ["*", "*", "*"]


def revise(row: list[str]) -> None:
    row[9] = str(int(row[9]) + REVISED[row[4]]) if row[4] in REVISED else row[9]


def told(home: Path, *command: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*command, "--home", str(home)])
    return done.exit_code, done.output


def shown(home: Path) -> list[tuple[object, ...]]:
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as published:
        return published.execute(
            """SELECT uttrekksaar, verdistatus, verdi FROM mart.vurdering_kommune WHERE kommunenr = '6102'
            AND indikator = 'lesing' AND trinn = 5 AND skoleaar = '2024-25' ORDER BY uttrekksaar"""
        ).fetchall()


def test_what_the_source_shields_since_is_shown_by_no_result_and_the_way_out_is_told(two_years, refused, tmp_path):
    """The command that was told was the run that had failed; and a run of a former day showed the figure again."""
    before, home = shown(two_years), Path(shutil.copytree(refused[0], tmp_path / "hjem"))
    assert [status for _, status, _ in before] == ["vist", "vist"]
    assert f"vurdering_kommune, {KONTROLL}" in refused[1] and shown(home) == before
    code, said = told(home, "doctor")
    assert code == 1 and f"oppfolging run --rules np-skalapoeng --uttrekk 2025 --home {home}" in said

    run(home, None, [2025])
    shielded = [(2025, "skjermet", None), (2026, "skjermet", None)]
    assert shown(home) == shielded

    failed = run(home, None, [2025], kjent_per=KNOWN, ok=False)
    assert f"vurdering_kommune, {KONTROLL}" in failures(failed) and shown(home) == shielded


def test_results_of_revised_figures_stand_beside_each_other_and_that_is_no_fault(home, tmp_path):
    """The audits by hand called the older one a fault of the program, and the release said nothing."""
    run(home, newer(tmp_path / "nyere", revise), [2026])
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as published:
        ((note,),) = published.execute("SELECT merknad FROM drift.utgivelse ORDER BY utgivelse DESC LIMIT 1").fetchall()
    assert note == (
        f"{whose(2025, 2026)} "
        "Uttrekk 2025 (np-skalapoeng) er regnet av andre utgaver av kildens tall enn uttrekk 2026 (np-skalapoeng): "
        "samme skoleår kan ha ulike tall i dem."
    )
    code, said = told(home, "check")
    assert code == 0, said
    assert (
        "harmonisert: ikke holdt mot observasjonene, for det er regnet av andre: uttrekk 2025 (np-skalapoeng)" in said
    )
    assert "harmonisert: 204 rader i 1 fil" in said and ": 0 feil, " in said
    code, said = told(home, "doctor")
    assert code == 0 and "av andre observasjoner enn dem som ligger i lageret" in said
    assert f"oppfolging run --rules np-skalapoeng --uttrekk 2025 --home {home}" in said


def releases(home: Path) -> dict[str, str | None]:
    """Each release and where its file lies, oldest first."""
    return {one.utgivelse: one.fil for one in read_manifest(home / "publisert").utgivelser}


def note(home: Path) -> str | None:
    with closing(duckdb.connect(str(home / "publisert" / PUBLISHED_FILE), read_only=True)) as published:
        ((found,),) = published.execute("SELECT merknad FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1").fetchall()
    return found


def test_what_is_shielded_since_is_told_of_the_release_that_stays_when_a_run_is_refused(two_years, refused, tmp_path):
    """The current release stayed open where a run was refused, and doctor said that all was well."""
    (first,) = releases(two_years)
    assert told(two_years, "doctor")[0] == 0
    home = Path(shutil.copytree(refused[0], tmp_path / "hjem"))
    found = f"utgivelse {first} viser {SHOWN_SINCE}"
    code, said = told(home, "doctor")
    assert code == 1 and found in said and f"oppfolging releases withdraw {first} --home {home}" in said
    code, said = told(home, "run", "--rules", "np-skalapoeng", "--uttrekk", "2026")  # refused as before
    assert code == 1 and f"U{found[1:]}".replace(" viser", " (den som er publisert nå) viser") in said


def test_what_is_shielded_since_is_found_in_the_releases_that_are_kept_and_taken_out_of_reach(shielded_since, tmp_path):
    """Earlier releases stayed open."""
    home = Path(shutil.copytree(shielded_since, tmp_path / "hjem"))
    first, second = releases(home)
    assert note(home) == f"{whose(2025, 2026)} Utgivelse {first} viser {SHOWN_SINCE}."
    assert not {"6102", *SHIELDED} & set(note(home).replace(".", " ").split())
    run(home, None, [2025, 2026])
    assert list(releases(home)) == [first, second]  # the same content, the same note

    code, said = told(home, "releases", "withdraw", first)
    assert code == 0 and f"Publisert er utgivelse {second}." in said
    assert releases(home) == {first: None, second: PUBLISHED_FILE}
    assert not list((home / "publisert" / "tidligere").iterdir())
    code, said = told(home, "releases", "list")
    assert code == 0 and f"{first}  " in said and "tatt ut " in said and "10 tall" in said
    assert told(home, "doctor")[0] == 0, told(home, "doctor")


def test_of_the_current_release_the_newest_one_without_such_figures_takes_the_place_or_none(shielded_since, tmp_path):
    home = Path(shutil.copytree(shielded_since, tmp_path / "hjem"))
    first, second = releases(home)
    code, said = told(home, "releases", "withdraw", second)
    assert code == 0 and "Ingen fil er publisert nå" in said, said
    assert releases(home)[second] is None and not (home / "publisert" / PUBLISHED_FILE).exists()
    code, said = told(home, "doctor")
    assert code == 1 and f"utgivelse {second} er tatt ut" in said
    run(home, None, [2025, 2026])
    assert [file for file in releases(home).values() if file == PUBLISHED_FILE] and releases(home)[second] is None
    assert releases(home)[first] == f"tidligere/oppfolging-{first}.duckdb"


def test_a_home_of_its_own_may_look_back_to_a_day_for_each_year_and_says_so(shielded_since, tmp_path):
    """Each run found the release before it showing what is shielded, said so in a note, and was a release for that. A
    release of two days was taken for one that did not look back, and the next run was refused."""
    own = tmp_path / "eget"
    shutil.copytree(shielded_since / "arkiv", own / "arkiv")
    run(own, None, [2026], kjent_per=KNOWN)
    assert [status for _, status, _ in shown(own)] == ["vist"]
    assert "5 av dem har kilden skjermet siden." in note(own), note(own)
    assert told(own, "doctor")[0] == 0
    run(own, None, [2026], kjent_per=KNOWN)
    assert len(releases(own)) == 1, note(own)

    run(own, None, [2025], kjent_per="2026-03-02")
    run(own, None, [2025], kjent_per="2026-03-03")
    assert [status for _, status, _ in shown(own)] == ["vist", "vist"]


def test_what_no_run_could_read_or_needed_hides_nothing_that_is_shielded_since(home, tmp_path):
    """A survey file that the national tests' own run left out was read again before the release, and stopped it."""
    (first,) = releases(home)
    inbox = newer(tmp_path / "nyere", shield)
    (inbox / "undersokelse.csv").write_text(f"{';'.join(FIELDS)}\n{';' * (len(FIELDS) - 1)}\n")
    run(home, inbox, [2025, 2026])
    assert f"Utgivelse {first} viser 10 tall" in note(home)

    alone = tmp_path / "alene"
    alone.mkdir()
    (alone / "undersokelse-2.csv").write_text(f"{';'.join(FIELDS)}\n{';' * len(FIELDS)}\n")
    run(home, alone, [2025, 2026])
    _, said = told(home, "doctor")
    assert f"utgivelse {first} viser 10 tall" in said and "lot seg ikke undersøke" not in said
