"""Whether there is a new school year: one small call a page, and the year that all of the pages have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import TransientError
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.news import newest_published
from tests.support.asker import RecordedAsker
from tests.support.report import BASE, page

FIVE, YOUTH, MARKS = "GSK_NP_Geo_Trinn5", "GSK_NP_Geografisk", "GSK_GSPoeng"
TESTS = live().nytt["nasjonale_prover"]


def shows(kode: str, name: str, *chosen: int) -> dict[str, bytes | Exception]:
    """The page with its own choice of a year."""
    document = page(kode, filterDefaultVerdier={name: list(chosen)} if chosen else {})
    return {f"{BASE}/Rapportside/{kode}": json.dumps(document).encode()}


@pytest.fixture
def asker(tmp_path: Path) -> RecordedAsker:
    return RecordedAsker({}, tmp_path)


@pytest.mark.parametrize(
    ("five", "youth", "newest"),
    [(20252026, 20252026, "2025-26"), (20262027, 20252026, "2025-26"), (20252026, 20262027, "2025-26")],
)
def test_a_source_has_a_year_when_all_of_its_pages_do(asker: RecordedAsker, five: int, youth: int, newest: str) -> None:
    asker.answers = {**shows(FIVE, "SkoleAarID", five), **shows(YOUTH, "SkoleAarID", youth)}
    assert newest_published(asker, BASE, "nasjonale_prover", TESTS) == newest
    assert asker.urls == [f"{BASE}/Rapportside/{kode}" for kode in (FIVE, YOUTH)]


@pytest.mark.parametrize(("chosen", "newest"), [([202506], "2024-25"), ([202406, 202506], "2024-25")])
def test_the_newest_of_the_chosen_years_counts_whatever_its_ids_look_like(
    asker: RecordedAsker, chosen: list[int], newest: str
) -> None:
    asker.answers = shows(MARKS, "TidID", *chosen)
    assert newest_published(asker, BASE, "grunnskolepoeng", live().nytt["grunnskolepoeng"]) == newest


@pytest.mark.parametrize("chosen", [[], [-10], [20252027]], ids=["none", "all", "no year"])
def test_a_page_that_shows_no_year_is_told_of_with_what_to_do(asker: RecordedAsker, chosen: list[int]) -> None:
    asker.answers = shows(MARKS, "TidID", *chosen)
    with pytest.raises(DriftError) as caught:
        newest_published(asker, BASE, "grunnskolepoeng", {MARKS: "TidID"})
    (drift,) = caught.value.drifts
    assert (drift.kode, drift.finding.key) == ("valg_mangler", "TidID")
    assert drift.finding.found == f"the choice {chosen}"
    assert drift.sha256 is not None


def test_a_source_that_cannot_be_reached_is_passed_on(asker: RecordedAsker) -> None:
    asker.answers = {f"{BASE}/Rapportside/{MARKS}": TransientError("down")}
    with pytest.raises(TransientError, match="down"):
        newest_published(asker, BASE, "grunnskolepoeng", {MARKS: "TidID"})


def test_every_source_of_figures_has_a_page_where_news_shows_first() -> None:
    assert set(live().nytt) == {"nasjonale_prover", "grunnskolepoeng", "elevundersokelsen"}
