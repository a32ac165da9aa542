"""An older basis: found out, refused unless it is asked for, and named in the release."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.basis import older_bases, refuse_older_bases, release_note
from tests.unit.staging.fetched import DAY, EU, GS, NOON, NP, Fetches

YEAR, BEFORE = "2024-25", "2023-24"


@pytest.fixture
def home(tmp_path: Path) -> Fetches:
    return Fetches(Archive(tmp_path / "arkiv"))


def found(home: Fetches, **known: object) -> list[tuple[str, str]]:
    return [(basis.kilde, basis.skoleaar) for basis in older_bases(home.archive, [NP, EU], **known)]  # type: ignore[arg-type]


def test_a_home_that_has_fetched_nothing_stands_on_no_older_basis(home: Fetches) -> None:
    refuse_older_bases(home.archive, default_catalog().kilder)
    assert release_note(home.archive, default_catalog().kilder, default_catalog()) is None
    assert not home.archive.root.exists()


def test_a_fetch_that_failed_is_an_older_basis_until_the_year_is_read(home: Fetches) -> None:
    home.read(NP, YEAR, NOON)
    home.ended(NP, [(YEAR, "hentet")], NOON)
    assert found(home) == []
    home.ended(NP, [(BEFORE, "uendret"), (YEAR, "stoppet")], NOON + DAY, "measures moved")
    assert found(home) == [(NP, YEAR)]
    home.read(NP, BEFORE, NOON + 2 * DAY)
    assert found(home) == [(NP, YEAR)], "another year was read"
    home.read(NP, f"2022-23 til {YEAR}", NOON + 2 * DAY)
    assert found(home) == []


@pytest.mark.parametrize("state", ["stoppet", "ikke_naadd"])
def test_a_source_that_is_not_used_does_not_matter_but_the_register_does(home: Fetches, state: str) -> None:
    home.ended(GS, [(YEAR, state)])  # type: ignore[list-item]
    assert found(home) == []
    home.ended("klass", [("", state)])  # type: ignore[list-item]
    assert found(home) == [("klass", "")]
    home.read("register", None, NOON + DAY)
    assert found(home) == []


def test_a_year_that_is_not_published_is_no_older_basis(home: Fetches) -> None:
    home.ended(NP, [(YEAR, "ikke_publisert")])
    assert found(home) == []


def test_what_was_not_known_yet_is_not_counted(home: Fetches) -> None:
    home.ended(NP, [(YEAR, "ikke_naadd")], NOON + DAY)
    assert found(home, known_at=NOON) == []
    assert found(home, known_at=NOON + DAY) == [(NP, YEAR)]
    home.read(NP, YEAR, NOON + 2 * DAY)
    assert found(home, known_at=NOON + DAY) == [(NP, YEAR)], "it is read later than what is asked about"
    assert found(home, known_at=NOON + 2 * DAY) == []


def test_every_older_basis_is_refused_at_once_with_what_to_do(home: Fetches) -> None:
    home.read(NP, YEAR, NOON)
    home.ended(NP, [(BEFORE, "stoppet"), (YEAR, "stoppet")], NOON + DAY, "maal_mangler")
    home.ended("klass", [("", "ikke_naadd")], NOON + 2 * DAY, "no answer in 4 attempts")
    with pytest.raises(InvalidInput) as caught:
        refuse_older_bases(home.archive, [NP, EU])
    register, tests = caught.value.findings
    assert (register.key, tests.key) == ("klass", NP)
    assert register.found == "a fetch at 2026-01-22 12:00 UTC that failed (no answer in 4 attempts)"
    assert register.expected.endswith("its last good figures are from files, or none")
    assert tests.found == f"a fetch of {BEFORE}, {YEAR} at 2026-01-21 12:00 UTC that failed (maal_mangler)"
    assert tests.expected.endswith("its last good figures are from 2026-01-20 12:00 UTC")
    assert f"oppfolging fetch --source {NP}" in tests.action
    assert "--tillat-eldre" in tests.action


def test_a_release_says_which_sources_are_older_and_of_when(home: Fetches) -> None:
    late = NOON + timedelta(hours=11, minutes=30)  # after midnight in Norway
    home.read(NP, YEAR, late)
    home.ended(NP, [(YEAR, "stoppet")], NOON + 5 * DAY)
    home.ended("klass", [("", "ikke_naadd")], NOON + 6 * DAY)
    home.ended(GS, [(YEAR, "ikke_naadd")], NOON + 6 * DAY)
    note = release_note(home.archive, [NP, EU], default_catalog())
    assert note == (
        "Eldre grunnlag. registeret (KLASS): siste henting 2026-01-26 mislyktes, tallene er fra filer; "
        "Nasjonale prøver: siste henting av 2024-25 2026-01-25 mislyktes, tallene er hentet 2026-01-21."
    )
    assert release_note(home.archive, [NP, EU], default_catalog(), NOON + 4 * DAY) is None
