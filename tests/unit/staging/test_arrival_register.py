"""A register that was fetched is taken into use when it goes on from the one so far, and otherwise refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.origins import Origin
from tests.support.tiny import register_files
from tests.unit.staging.arriving import Home, klass, marks, without
from tests.unit.staging.fetched import DAY, NOON, Fetches


@pytest.fixture
def home(tmp_path: Path, engine: Engine) -> Home:
    return Home(Archive(tmp_path / "arkiv"), engine)


def test_a_register_that_does_not_fit_is_refused_and_the_one_in_force_stays(home: Home) -> None:
    files = register_files()
    files["fylker.csv"] = files["fylker.csv"].replace(b"62,Skrattfylket", b"63,Skrattfylket")
    before = home.archive.everything()
    with pytest.raises(InvalidInput):
        home.reception().register(klass(home, files))
    assert home.archive.everything() == before
    home.arrive(marks())


def test_the_same_register_makes_no_new_intake_and_another_one_does(home: Home) -> None:
    files = register_files()
    assert home.reception().register(klass(home, files)).intake_id is None
    files["koder.csv"] = files["koder.csv"].replace(b"Krattvik", b"Krattevik")
    arrival = home.reception().register(klass(home, files))
    assert arrival.intake_id is not None
    assert arrival.rows == 7 + 2 + 2 + 2


FORGETS = {
    "the last change gone": (lambda: without("2024-01-01,6204", "6204"), "6204 → 6205 (1 in all)"),
    "a municipality in force gone": (lambda: without("6202"), "no longer 6202 (1 in all)"),
}


@pytest.mark.parametrize(("files", "found"), FORGETS.values(), ids=FORGETS)
def test_a_register_with_rows_cut_off_is_refused_though_it_looks_whole(
    home: Home, files: Callable[[], dict[str, bytes]], found: str
) -> None:
    before = home.archive.everything()
    home.now += DAY
    answers = klass(home, files())
    with pytest.raises(DriftError) as caught:
        home.reception().register(answers)
    (drift,) = caught.value.drifts
    assert (drift.alvorlighet, drift.kode) == ("kritisk", "register_mangler")
    assert found in drift.finding.found
    assert set(drift.answers) == {answer.sha256 for answer in answers}, "so that all of them are asked for again"
    assert home.archive.everything() == before


def test_a_municipality_that_a_new_change_ends_may_go(home: Home) -> None:
    files = without("6202")
    files["koder.csv"] += b"6202,Fjomsund,2015-01-01,2026-01-01\n"
    files["endringer.csv"] += b"2026-01-01,6202,Fjomsund,6201,Tustmark\n"
    home.now += DAY
    assert home.reception().register(klass(home, files)).intake_id is not None


@pytest.mark.parametrize(("origin", "taken"), [("lokal", True), ("hentet", False)])
def test_only_the_first_register_of_a_trial_may_be_of_another_country(
    tmp_path: Path, engine: Engine, origin: Origin, taken: bool
) -> None:
    new = Home.__new__(Home)
    new.archive, new.engine, new.now = Archive(tmp_path / "nytt" / "arkiv"), engine, NOON
    new.fetches = Fetches(new.archive)
    answers = klass(new, register_files())
    if taken:
        assert new.reception(origin).register(answers).intake_id == 1
        return
    with pytest.raises(DriftError) as caught:
        new.reception(origin).register(answers)
    assert {drift.kode for drift in caught.value.drifts} == {"register_mangler"}
    assert new.archive.everything() is None
