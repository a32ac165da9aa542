"""Filters and choices of a page that are not as declared: each named, and only a harmless one lived with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.sources.report_api import ReportClient, ReportPublished
from tests.support.asker import RecordedAsker
from tests.support.report import BASE, ROOT, choices, described, filters, page

FIVE, YOUTH = "GSK_NP_Geo_Trinn5", "GSK_NP_Geografisk"
WHOLE = {**described(FIVE), **described(YOUTH)}
Publish = Callable[[dict[str, bytes]], ReportPublished]


@pytest.fixture
def published(tmp_path: Path) -> Publish:
    client = ReportClient("nasjonale_prover", BASE, live().rapport.nasjonale_prover, default_catalog())
    return lambda answers: client.published(RecordedAsker(answers, tmp_path))


def without(kode: str, *names: str) -> dict[str, Any]:
    whole = page(kode)
    element = whole["rappside"]["rapportElementer"][0]
    element["gyldigeFiltre"] = [name for name in element["gyldigeFiltre"] if name not in names]
    return whole


def with_new(default: list[int] | None) -> dict[str, Any]:
    whole = page(FIVE)
    whole["rappside"]["rapportElementer"][0]["gyldigeFiltre"].append("MaalformID")
    if default is not None:
        whole["rappside"]["filterDefaultVerdier"]["MaalformID"] = default
    return whole


HIDDEN = filters(FIVE, MaalformID=choices((0, "Skjul", "Skjul"), (1, "Vis", "Vis")))
NO_TEST = filters(FIVE, ProevetypeID=choices((2, "NPLES", "Lesing"), (3, "NPENG", "Engelsk")))
NO_GRADE = filters(YOUTH, TrinnID=choices((7, "8", "8. årstrinn")))
NO_SWITCH = filters(FIVE, VisMestringsnivaafordeling=choices((0, "Skjul", "Skjul"), (2, "Vis", "Vis")))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (described(YOUTH, without(YOUTH, "TrinnID")), [("kritisk", "filter_mangler", "TrinnID")]),
        (
            described(FIVE, without(FIVE, "VisMestringsnivaafordeling")),
            [("kritisk", "filter_mangler", "VisMestringsnivaaf")],
        ),
        (described(FIVE, None, filters(FIVE, SkoleAarID=None)), [("kritisk", "filter_mangler", "SkoleAarID")]),
        (described(FIVE, None, filters(FIVE, VisMaaltall=None)), [("kritisk", "filter_mangler", "VisMaaltall")]),
        (described(FIVE, None, NO_TEST), [("kritisk", "valg_mangler", "'Regning'")]),
        (described(YOUTH, None, NO_GRADE), [("kritisk", "valg_mangler", "'9'")]),
        (
            described(FIVE, None, filters(FIVE, EnhetID=choices((-13, "U", "Utlandet")))),
            [("kritisk", "valg_mangler", "'I'")],
        ),
        (described(FIVE, None, NO_SWITCH), [("kritisk", "valg_mangler", "one with id 1")]),
        (described(FIVE, with_new([2])), [("kritisk", "filter_ukjent", "a new filter with a default of 2;")]),
        (described(FIVE, with_new(None)), [("kritisk", "filter_ukjent", "a new filter with a default of nothing")]),
        (described(FIVE, with_new([0, 1]), HIDDEN), [("kritisk", "filter_ukjent", "a default of 0_1")]),
        (
            described(FIVE, {"rappside": {}}),
            [("kritisk", "svar_som_ikke_kan_leses", "rapportElementer': found nothing")] * 2,
        ),
        (
            {**described(FIVE, with_new([3])), **described(YOUTH, without(YOUTH, "EnhetID", "TrinnID"))},
            [
                ("kritisk", "filter_ukjent", FIVE),
                ("kritisk", "filter_mangler", "EnhetID"),
                ("kritisk", "filter_mangler", YOUTH),
            ],
        ),
    ],
)
def test_what_has_moved_in_a_page_is_told_with_the_answer_that_shows_it(
    published: Publish, answers: dict[str, bytes], expected: list[tuple[str, str, str]]
) -> None:
    with pytest.raises(DriftError) as caught:
        published({**WHOLE, **answers})
    drifts = caught.value.drifts
    assert [(drift.alvorlighet, drift.kode) for drift in drifts] == [(a, k) for a, k, _ in expected]
    assert expected[0][2] in str(drifts[0])
    for drift in drifts:
        assert drift.sha256 is not None
        assert drift.finding.file is not None and drift.finding.file.startswith("nasjonale_prover/")


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        (described(FIVE, with_new([-10])), "_MaalformID(-10)_"),
        (described(FIVE, with_new([0]), HIDDEN), "_MaalformID(0)_"),
    ],
)
def test_a_new_filter_that_leaves_nothing_out_is_told_of_and_gets_its_default(
    published: Publish, answers: dict[str, bytes], sent: str
) -> None:
    told = published({**WHOLE, **answers})
    assert [(drift.alvorlighet, drift.kode) for drift in told.warnings] == [("advarsel", "filter_ukjent")]
    assert sent in told.pages[0].url(ROOT, "2024-25")


@pytest.mark.parametrize(
    ("answers", "shown_by"),
    [
        (described(YOUTH, without(YOUTH, "TrinnID")), ["rapportside"]),
        (described(YOUTH, None, filters(YOUTH, TrinnID=None)), ["filterverdier"]),
        (described(YOUTH, without(YOUTH, "TrinnID"), filters(YOUTH, TrinnID=None)), ["rapportside", "filterverdier"]),
        (described(FIVE, with_new([2])), ["rapportside", "filterverdier"]),
    ],
    ids=["not taken", "without choices", "gone", "new"],
)
def test_every_answer_that_shows_a_move_is_named_so_that_it_is_asked_for_again(
    tmp_path: Path, answers: dict[str, bytes], shown_by: list[str]
) -> None:
    asker = RecordedAsker({**WHOLE, **answers}, tmp_path)
    client = ReportClient("nasjonale_prover", BASE, live().rapport.nasjonale_prover, default_catalog())
    with pytest.raises(DriftError) as caught:
        client.published(asker)
    (drift,) = caught.value.drifts
    kode = drift.finding.file.rpartition("/")[2] if drift.finding.file else ""
    digests = {hashlib.sha256(content).hexdigest(): address for address, content in {**WHOLE, **answers}.items()}
    named = [digests[sha256] for sha256 in (drift.sha256 or "", *drift.also)]
    assert ["rapportside" if "Rapportside" in address else "filterverdier" for address in named] == shown_by
    assert drift.finding.file == f"nasjonale_prover/{shown_by[0]}/{kode}"
