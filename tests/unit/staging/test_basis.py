"""An older basis: found out, refused unless it is asked for, and named in the release."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.source_memory import UnitState
from oppfolging_pipeline.staging.basis import older_bases, questions_note, refuse_older_bases, release_note
from tests.unit.staging.fetched import DAY, EU, GS, NOON, NP, Fetches

YEAR, BEFORE, FIRST = "2024-25", "2023-24", "2022-23"
WINDOW = {(kilde, skoleaar) for kilde in (NP, EU) for skoleaar in (BEFORE, YEAR)}


@pytest.fixture
def home(tmp_path: Path) -> Fetches:
    return Fetches(Archive(tmp_path / "arkiv"))


def found(home: Fetches, known_at: datetime | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(basis.kilde, basis.skoleaar) for basis in older_bases(home.archive, WINDOW, known_at)]


def note(home: Fetches, known_at: datetime | None = None) -> str | None:
    return release_note(home.archive, WINDOW, default_catalog(), known_at)


def test_a_home_that_has_fetched_nothing_stands_on_no_older_basis(home: Fetches) -> None:
    refuse_older_bases(home.archive, WINDOW)
    assert note(home) is None
    assert not home.archive.root.exists()


def test_a_fetch_that_failed_is_an_older_basis_until_the_year_is_read(home: Fetches) -> None:
    home.read(NP, YEAR, NOON)
    home.ended(NP, [(YEAR, "hentet")], NOON)
    assert found(home) == []
    home.ended(NP, [(BEFORE, "uendret"), (YEAR, "stoppet")], NOON + DAY, "measures moved")
    assert found(home) == [(NP, (YEAR,))]
    home.read(NP, BEFORE, NOON + 2 * DAY)
    assert found(home) == [(NP, (YEAR,))], "another year was read"
    home.read(NP, f"2022-23 til {YEAR}", NOON + 2 * DAY)
    assert found(home) == []
    refuse_older_bases(home.archive, WINDOW)


def test_a_fetch_that_was_killed_is_no_basis_that_nobody_speaks_of(home: Fetches) -> None:
    home.read(NP, f"{BEFORE} til {YEAR}", NOON)
    home.ended(NP, [(BEFORE, "paabegynt"), (YEAR, "paabegynt"), (BEFORE, "uendret")], NOON + DAY)
    with pytest.raises(InvalidInput, match=r"a fetch of 2024-25 at .* failed \(the fetch was broken off"):
        refuse_older_bases(home.archive, WINDOW)


@pytest.mark.parametrize("state", ["stoppet", "ikke_naadd", "paabegynt"])
def test_a_year_outside_the_window_does_not_matter_but_the_register_always_does(
    home: Fetches, state: UnitState
) -> None:
    home.ended(GS, [(YEAR, state)])  # a source of the window's years that the rule set does not use
    home.ended(NP, [(FIRST, state)])  # a year that comes before the window
    home.ended(GS, [("", state)])
    assert found(home) == []
    assert {basis.kilde for basis in older_bases(home.archive)} == {GS, NP}, "without a window all of them count"
    home.ended("klass", [("", state)])
    assert found(home) == [("klass", ())]
    home.read("register", None, NOON + DAY)
    assert found(home) == []


def test_a_source_that_failed_as_a_whole_matters_when_any_of_its_years_is_in_the_window(home: Fetches) -> None:
    home.ended(NP, [("", "ikke_naadd")])
    assert found(home) == [(NP, ())]
    assert older_bases(home.archive, {(EU, YEAR)}) == []


def test_a_year_that_is_not_published_is_no_older_basis(home: Fetches) -> None:
    home.ended(NP, [(YEAR, "ikke_publisert")])
    assert found(home) == []


def test_what_was_not_known_yet_is_not_counted(home: Fetches) -> None:
    home.ended(NP, [(YEAR, "ikke_naadd")], NOON + DAY)
    assert found(home, NOON) == []
    assert found(home, NOON + DAY) == [(NP, (YEAR,))]
    home.read(NP, YEAR, NOON + 2 * DAY)
    assert found(home, NOON + DAY) == [(NP, (YEAR,))], "it is read later than what is asked about"
    assert found(home, NOON + 2 * DAY) == []


def test_a_failure_that_was_made_good_is_still_known_of_the_days_before(home: Fetches) -> None:
    home.read(NP, YEAR, NOON)
    home.ended(NP, [(YEAR, "stoppet")], NOON + DAY)
    home.ended(NP, [(YEAR, "uendret")], NOON + 2 * DAY)
    assert (found(home), note(home)) == ([], None)
    assert found(home, NOON + DAY) == [(NP, (YEAR,))]
    assert note(home, NOON + DAY) is not None
    assert note(home, NOON) is None


def test_every_older_basis_is_refused_at_once_with_what_to_do(home: Fetches) -> None:
    home.read(NP, YEAR, NOON)
    message = "2 changes in the source:\n  - [maal_mangler] no Score\n  - [side_mangler] no page"
    home.ended(NP, [(BEFORE, "stoppet"), (YEAR, "stoppet"), (FIRST, "stoppet")], NOON + DAY, message)
    home.ended("klass", [("", "ikke_naadd")], NOON + 2 * DAY, "no answer in 4 attempts")
    home.ended(EU, [(YEAR, "paabegynt")], NOON + 2 * DAY)
    with pytest.raises(InvalidInput) as caught:
        refuse_older_bases(home.archive, WINDOW)
    survey, register, tests = caught.value.findings
    assert (survey.key, register.key, tests.key) == (EU, "klass", NP)
    assert survey.found.startswith("a fetch of 2024-25 at 2026-01-22 12:00 UTC that failed (the fetch was broken off")
    assert survey.expected.endswith("; nothing of it has been read before")
    assert "--tillat-eldre" not in survey.action, "there is nothing to use instead"
    assert register.found == "a fetch at 2026-01-22 12:00 UTC that failed (no answer in 4 attempts)"
    assert register.expected.endswith("; what is here is the register that comes with the program")
    assert "`oppfolging fetch --source klass`" in register.action
    assert "--tillat-eldre" in register.action
    assert tests.found == f"a fetch of {BEFORE}, {YEAR} at 2026-01-21 12:00 UTC that failed ([maal_mangler] no Score)"
    assert tests.expected.endswith("; what is here was read 2026-01-20 12:00 UTC")
    assert f"`oppfolging fetch --source {NP} --years {BEFORE},{YEAR}`" in tests.action
    assert "--tillat-eldre" in tests.action


def test_a_release_says_of_each_year_that_failed_what_is_used_and_of_when(home: Fetches) -> None:
    late = NOON + timedelta(hours=11, minutes=30)  # after midnight in Norway
    home.file(NP, f"{FIRST} til {BEFORE}", NOON - 9 * DAY)
    home.read(NP, YEAR, late)
    home.ended(NP, [(FIRST, "stoppet"), (BEFORE, "stoppet"), (YEAR, "stoppet")], NOON + 5 * DAY)
    home.ended(EU, [(YEAR, "ikke_naadd")], NOON + 6 * DAY)
    home.ended(GS, [(YEAR, "ikke_naadd")], NOON + 6 * DAY)
    assert note(home) == (
        "Eldre grunnlag. Elevundersøkelsen: siste henting 2026-01-26 mislyktes, brukt er 2024-25 ingen tall; "
        "Nasjonale prøver: siste henting 2026-01-25 mislyktes, "
        "brukt er 2023-24 fra filer 2026-01-11, 2024-25 hentet 2026-01-21."
    )
    assert note(home, NOON + 4 * DAY) is None


@pytest.mark.parametrize(
    ("read", "used"), [(False, "registeret som følger med programmet"), (True, "hentet 2026-01-20")]
)
def test_a_release_on_an_older_register_says_which(home: Fetches, read: bool, used: str) -> None:
    if read:
        home.read("register", None, NOON)
    home.ended("klass", [("", "stoppet")], NOON + DAY)
    assert note(home) == f"Eldre grunnlag. Registeret (KLASS): siste henting 2026-01-21 mislyktes, brukt er {used}."


def test_a_release_without_the_whole_source_says_what_was_last_read_of_it(home: Fetches) -> None:
    home.read(NP, BEFORE, NOON)
    home.read(NP, FIRST, NOON + DAY)
    home.ended(NP, [("", "ikke_naadd")], NOON + 2 * DAY)
    assert note(home) == (
        "Eldre grunnlag. Nasjonale prøver: siste henting 2026-01-22 mislyktes, brukt er hentet 2026-01-21."
    )


def test_a_file_that_is_read_again_is_used_as_of_when_it_came(home: Fetches) -> None:
    home.file(NP, YEAR, NOON)
    home.ended(NP, [(YEAR, "stoppet")], NOON + DAY)
    home.file(NP, YEAR, NOON + 2 * DAY)
    assert (note(home) or "").endswith("brukt er 2024-25 fra filer 2026-01-20.")


def test_questions_are_said_not_to_be_checked_while_the_newest_figures_of_the_survey_are_files(home: Fetches) -> None:
    def said() -> str | None:
        return questions_note(home.archive, WINDOW, default_catalog())

    home.file(NP, YEAR, NOON)
    home.file(EU, FIRST, NOON)
    assert said() is None, "tests have no questions, and the survey's year is outside the window"
    home.file(EU, YEAR, NOON)
    assert said() == "Spørsmålstekstene i Elevundersøkelsen er ikke kontrollert: filer sier ikke hvilke de er."
    home.read(EU, YEAR, NOON + DAY)
    assert said() is None
