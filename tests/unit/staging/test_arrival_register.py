"""A register that was fetched is taken into use when it goes on from the one so far, and otherwise refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput, PermanentError
from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.staging.intake import read_register, settle_origin
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
    files["koder.csv"] = files["koder.csv"].replace(
        b"6201,Tustmark,2015-01-01,\n", b"6201,Tustmark,2015-01-01,2026-01-01\n6201,Tustmark,2026-01-01,\n"
    )
    files["koder.csv"] += b"6202,Fjomsund,2015-01-01,2026-01-01\n"
    files["endringer.csv"] += b"2026-01-01,6202,Fjomsund,6201,Tustmark\n"
    home.now += DAY
    assert home.reception().register(klass(home, files)).intake_id is not None


def empty(folder: Path, engine: Engine) -> Home:
    new = Home.__new__(Home)
    new.archive, new.engine, new.now = Archive(folder / "nytt" / "arkiv"), engine, NOON
    new.fetches = Fetches(new.archive)
    return new


_ASKED_TO = date(2026, 11, 30)  # what is in force ends where the question does


def norways() -> dict[str, bytes]:
    """The carried register as KLASS answers, on whatever address."""
    carried = carried_register()

    def codes(rows: Iterable[tuple[str, str, date, date | None]]) -> bytes:
        return json.dumps(
            {
                "codes": [
                    {"code": code, "name": name, "validFromInRequestedRange": str(start), "validFrom": None,
                     "validToInRequestedRange": str(end or _ASKED_TO), "validTo": None}
                    for code, name, start, end in rows
                ]
            }
        ).encode()  # fmt: skip

    changes = [
        {"oldCode": one.fra, "oldName": "", "newCode": one.til, "newName": "", "changeOccurred": str(one.dato)}
        for one in carried.endringer
    ]
    return {
        "klass/kommune_koder.json": codes(
            (one.kommunenr, one.navn, one.gyldig_fra, one.gyldig_til) for one in carried.kommuner
        ),
        "klass/kommune_endringer.json": json.dumps({"codeChanges": changes}).encode(),
        "klass/fylke_koder.json": codes(
            (one.fylkesnr, one.navn, one.gyldig_fra, one.gyldig_til) for one in carried.fylker
        ),
    }


def test_the_first_register_of_a_home_says_which_country_it_is_of(tmp_path: Path, engine: Engine) -> None:
    new = empty(tmp_path, engine)
    assert new.reception().register(klass(new, register_files())).intake_id == 1
    assert new.archive.origin() == "lokal"


def test_klass_with_norways_codes_is_norways_on_whatever_address_it_answers(tmp_path: Path, engine: Engine) -> None:
    """Guards against telling real from invented by the address: the answers of the tests come from this machine."""
    new = empty(tmp_path, engine)
    new.reception().register(klass(new, norways()))
    assert new.archive.origin() == "hentet"
    everything = new.archive.everything()
    assert everything is not None
    assert read_register(everything).embeter == carried_register().embeter


@pytest.mark.parametrize("first", [norways, register_files], ids=["norway first", "the invented one first"])
def test_norway_and_an_invented_country_never_share_a_home(
    tmp_path: Path, engine: Engine, first: Callable[[], dict[str, bytes]]
) -> None:
    new = empty(tmp_path, engine)
    new.reception().register(klass(new, first()))
    (second,) = {norways, register_files} - {first}
    before = new.archive.everything()
    new.now += DAY
    with pytest.raises(PermanentError, match="The two never mix: use another --home"):
        new.reception().register(klass(new, second()))
    assert new.archive.everything() == before


def test_invented_figures_are_never_read_against_norways_register(tmp_path: Path, engine: Engine) -> None:
    new = empty(tmp_path, engine)
    new.reception().register(klass(new, norways()))
    with pytest.raises(PermanentError, match="found figures of the counties 61, 62") as caught:
        new.arrive(marks())
    assert "never mix: use another --home" in str(caught.value)


def test_a_home_of_real_figures_that_was_called_a_trials_by_its_address_is_put_right(
    home: Home, tmp_path: Path, engine: Engine
) -> None:
    """Guards against a mirror's home of the version before: its next fetch was refused as another country's, and its
    release called real figures invented."""
    new = empty(tmp_path, engine)
    file = tmp_path / "GSK_GSPoeng.json"
    file.write_bytes(marks())
    new.archive.accept(new.archive.take_in(tmp_path, [file], "lokal", NOON), [])
    settle_origin(new.archive)
    assert new.archive.origin() == "hentet"
    new.reception().register(klass(new, norways()))
    settle_origin(home.archive)
    assert home.archive.origin() == "lokal", "an invented country stays one"
