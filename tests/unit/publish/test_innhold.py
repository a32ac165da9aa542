"""What a content is said to be: its request, time, origin and licence, whichever way it came into the home."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oppfolging_pipeline.publish.innhold import IKKE_EKTE, Innhold, contents
from oppfolging_pipeline.publish.kontrollgrunnlag import innhold_i_arkivet
from oppfolging_pipeline.register.reference import carried_content
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from oppfolging_pipeline.sources.asking import Ask
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.http import Reply
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.origins import INVENTED

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://statistikk.example/data?filter=A(1_2)&radSti=**"
NAME = "nasjonale_prover/2024-25/GSK_NP_Geo_Trinn5.json"
NLOD = "NLOD 2.0, slik den ble lest av svaret"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "arkiv")


def accept(archive: Archive, sha256: str, origin: str, kilde: str = "nasjonale_prover") -> None:
    intake = archive.register_fetched({sha256: NAME}, origin, NOON)
    archive.accept(intake, [Reading(sha256, "udir_rapport", kilde, "2024-25", 7)])
    archive.accept(archive.renew(NOON), [])  # a run stands on it


def answer(archive: Archive, content: bytes, at: datetime, *, status: int = 200, usable: bool = True) -> str:
    """Keep one answer as a fetch does; its digest."""
    evidence = Evidence(archive)
    campaign = evidence.begin(f"prove {at.isoformat()}", at, "0.1", "run", timedelta(hours=1))
    with archive.contents.incoming() as incoming:
        incoming.write(content)
        kept = incoming.keep()
    ask = Ask("nasjonale_prover", "data", URL, NAME, "2024-25")
    evidence.keep(campaign, ask, kept, Reply(status, {}, at, 0.1, 1), NLOD, usable=usable)
    return kept.sha256


def of(archive: Archive, sha256: str) -> Innhold:
    return contents([sha256], archive, default_catalog())[sha256]


def test_an_answer_is_told_with_its_whole_request_its_time_and_its_licence(archive):
    sha256 = answer(archive, b"{}", NOON)
    accept(archive, sha256, "hentet")
    assert of(archive, sha256).row() == {
        "sha256": sha256,
        "kilde": "nasjonale_prover",
        "innholdstype": "udir_rapport",
        "foresporsel": f"GET {URL}",
        "periode": "2024-25",
        "hentet": NOON.replace(tzinfo=None),
        "rader": 7,
        "lisens": NLOD,
    }
    assert (of(archive, sha256).navn, of(archive, sha256).opprinnelse) == (NAME, "hentet")


def test_an_answer_that_came_again_unchanged_has_the_time_of_the_first_that_was_whole(archive):
    sha256 = answer(archive, b"{}", NOON, status=500, usable=False)
    for hours in (1, 2):
        answer(archive, b"{}", NOON + timedelta(hours=hours))
    accept(archive, sha256, "hentet")
    assert of(archive, sha256).hentet == datetime(2026, 11, 20, 13)  # noqa: DTZ001 (UTC, as published)


@pytest.mark.parametrize(
    ("kilde", "lisens"),
    [("nasjonale_prover", default_catalog().kilder["nasjonale_prover"].lisens), ("register", live().klass.lisens)],
)
def test_a_file_is_told_by_its_name_with_the_licence_of_its_source(archive, tmp_path, kilde, lisens):
    file = tmp_path / "innboks" / "min fil.csv"
    file.parent.mkdir()
    file.write_bytes(b"x")
    intake = archive.take_in(file.parent, [file], "fil", NOON)
    (snapshot,) = intake.snapshots
    archive.accept(intake, [Reading(snapshot.sha256, "udir_csv", kilde, None, 1)])
    told = of(archive, snapshot.sha256)
    assert (told.foresporsel, told.opprinnelse) == ("min fil.csv", "fil")
    assert told.hentet == NOON.replace(tzinfo=None)
    assert told.lisens.startswith(lisens)


@pytest.mark.parametrize(
    ("origin", "lisens"),
    [
        ("eksempel", "Oppdiktet. Ingen tall, navn eller koder er ekte."),
        ("lokal", "Hentet fra en prøvetjener: tall for et oppdiktet land, ikke publiserte tall."),
    ],
)
def test_what_is_no_published_figure_says_so_whatever_the_answer_said(archive, origin, lisens):
    sha256 = answer(archive, b"{}", NOON)
    accept(archive, sha256, origin)
    assert (of(archive, sha256).opprinnelse, of(archive, sha256).lisens) == (origin, lisens)


def test_the_carried_register_is_a_content_without_a_time(archive):
    accept(archive, answer(archive, b"{}", NOON), "hentet")
    told = of(archive, carried_content().sha256)
    assert re.fullmatch(r"Følger med programmet: SSB KLASS .*, hentet \w+ \d{4}\.", told.foresporsel)
    assert (told.kilde, told.opprinnelse, told.hentet) == ("register", "program", None)
    assert told.lisens == live().klass.lisens and told.rader > 300


def test_a_content_of_another_home_or_that_was_never_accepted_is_left_out(archive):
    accept(archive, answer(archive, b"{}", NOON), "hentet")
    refused = answer(archive, b"[]", NOON + timedelta(hours=1))
    assert contents([refused, "0" * 64], archive, default_catalog()) == {}


def test_what_a_check_holds_a_content_to_is_the_ledgers_not_the_tables(archive):
    sha256 = answer(archive, b"{}", NOON)
    accept(archive, sha256, "hentet")
    columns, rows = innhold_i_arkivet(archive, default_catalog())
    fetched, carried = (dict(zip(columns, row, strict=True)) for row in rows)
    of_kilde = default_catalog().kilder["nasjonale_prover"].lisens
    assert (fetched["sha256"], fetched["kilde"], fetched["periode"], fetched["rader"]) == (
        sha256, "nasjonale_prover", "2024-25", 7,
    )  # fmt: skip
    assert fetched["lisenser"] == sorted({NLOD, of_kilde}), (
        "the one of the answer stays when the catalogue's is another"
    )
    assert fetched["arkivert"] == fetched["senest"] == NOON.replace(tzinfo=None)
    assert (carried["sha256"], carried["arkivert"], carried["senest"]) == (carried_content().sha256, None, None)


def test_what_is_invented_may_stand_under_no_licence_of_real_figures(archive):
    accept(archive, answer(archive, b"{}", NOON), "lokal")
    columns, rows = innhold_i_arkivet(archive, default_catalog())
    assert dict(zip(columns, rows[0], strict=True))["lisenser"] == [IKKE_EKTE["lokal"]]


def test_every_origin_of_invented_figures_is_told_as_such() -> None:
    assert set(IKKE_EKTE) == INVENTED
