"""The report API's client: what it asks, what it takes from the answers and what not, and how a move is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.live import Rapportkilde, live
from oppfolging_pipeline.sources.report_api import ReportClient
from tests.support.asker import RecordedAsker
from tests.support.report import (
    BASE,
    ROOT,
    UNITS,
    VERSIONS,
    choices,
    columns_of,
    country,
    described,
    filters,
    page,
    pivot,
    rows_of,
)
from tests.support.shared import SHARED, needs_shared

FIVE, YOUTH, MARKS = "GSK_NP_Geo_Trinn5", "GSK_NP_Geografisk", "GSK_GSPoeng"
WHOLE = {**described(FIVE), **described(YOUTH)}
REFUSED = HttpRefused(Finding("status 404", "status 200", "Ask for what is there."), 404)
FIVE_URL = (
    f"{ROOT}/rest/v1/Statistikk/GSK/NasjonaleProever/4/1/data?filter=EierformID(-10)_EnhetID(-12)_KjoennID(-10)"
    "_ProevetypeID(1_2_3)_SkoleAarID(20242025)_VisAntallRaderDeltatt(1)_VisDeltakelsestatusfordeling(0)_VisMaaltall(0)"
    "_VisMestringsnivaafordeling(1)&radSti=**&inkluderKoder=true"
)
YOUTH_URL = FIVE_URL.replace("/4/1/", "/1/1/").replace("_VisAntallRader", "_TrinnID(7_8)_VisAntallRader")
FIGURES = {FIVE_URL: country(columns_of([5])), YOUTH_URL: country(columns_of([8, 9]))}


def the_client() -> ReportClient:
    return ReportClient("nasjonale_prover", BASE, live().rapport.nasjonale_prover, default_catalog())


@pytest.fixture
def asker(tmp_path: Path) -> Callable[..., RecordedAsker]:
    return lambda answers: RecordedAsker(answers, tmp_path)


Asking = Callable[[dict[str, bytes | Exception]], RecordedAsker]


def test_a_source_is_described_in_two_calls_a_page(asker: Asking) -> None:
    one = asker({**WHOLE})
    published = the_client().published(one)
    assert one.urls == list(WHOLE)
    assert published.years == ("2022-23", "2023-24", "2024-25", "2025-26")
    assert published.facts == {
        f"{FIVE} endepunkt": "GSK/NasjonaleProever/4/1", f"{YOUTH} endepunkt": "GSK/NasjonaleProever/1/1",
    }  # fmt: skip
    assert (published.kilde, published.warnings, published.calls_per_year) == ("nasjonale_prover", (), 2)
    assert [(ask.part, ask.name) for ask in one.asks[:2]] == [
        ("rapportside", f"nasjonale_prover/rapportside/{FIVE}.json"),
        ("filterverdier", f"nasjonale_prover/filterverdier/{FIVE}.json"),
    ]


def test_a_school_year_is_one_call_a_page_with_the_same_text_every_time(asker: Asking) -> None:
    one = asker({**WHOLE, **FIGURES})
    client = the_client()
    answers = client.fetch(one, client.published(one), "2024-25")
    assert one.urls[4:] == [FIVE_URL, YOUTH_URL]
    assert [(a.ask.name, a.ask.skoleaar, a.ask.part) for a in answers] == [
        (f"nasjonale_prover/2024-25/{kode}.json", "2024-25", "data") for kode in (FIVE, YOUTH)
    ]


def test_grunnskolepoeng_is_asked_for_with_what_its_page_has(asker: Asking) -> None:
    url = (
        f"{BASE}/Statistikk/GSK/ResultatG/1/1/data?filter=EierformID(-10)_EnhetID(-12)_KjoennID(-10)_TidID(202506)"
        "_VisAntallPersoner(1)_VisMaaltall(0)&radSti=**&inkluderKoder=true"
    )
    stem = ("2024-25", "Alle eierformer", "Begge kjønn")
    columns = [(*stem, "Grunnskolepoeng"), (*stem, "Antall elever")]
    one = asker({**described(MARKS), url: pivot(columns, rows_of(UNITS, "42,5", "37"))})
    client = ReportClient("grunnskolepoeng", BASE, live().rapport.grunnskolepoeng, default_catalog())
    published = client.published(one)
    assert published.years == ("2022-23", "2023-24", "2024-25")
    assert len(client.fetch(one, published, "2024-25")) == 1
    fewest = page(MARKS, gyldigeFiltre=["EnhetID", "TidID"])
    bare = (
        url.replace("EierformID(-10)_", "")
        .replace("KjoennID(-10)_", "")
        .replace("_VisAntallPersoner(1)_VisMaaltall(0)", "")
    )
    two = asker({**described(MARKS, fewest), bare: one.answers[url]})
    assert len(client.fetch(two, client.published(two), "2024-25")) == 1


def test_only_tests_that_the_grades_have_are_asked_for(asker: Asking) -> None:
    nine = live().rapport.nasjonale_prover.sider[1].model_copy(update={"trinn": (9,)})
    client = ReportClient("nasjonale_prover", BASE, Rapportkilde(sider=(nine,)), default_catalog())
    url = YOUTH_URL.replace("(1_2_3)", "(1_2)").replace("(7_8)", "(8)")
    one = asker({**described(YOUTH), url: country(columns_of([9]))})
    assert len(client.fetch(one, client.published(one), "2024-25")) == 1


def test_ids_are_looked_up_and_a_version_that_has_moved_is_followed_and_said(asker: Asking) -> None:
    moved = "rest/v1/Statistikk/GSK/NasjonaleProever/12/3"
    swapped = choices(
        (31, "NPENG", "Engelsk"), (7, "NPLES", "Lesing"), (12, "NPREG", "Regning"), (13, "NPX", "Ny prøve")
    )
    ours = page(FIVE, dataEndepunkt=f"{moved}/data", filterVerdiEndepunkt=f"{moved}/filterVerdier")
    url = FIVE_URL.replace("/4/1/", "/12/3/").replace("(1_2_3)", "(7_12_31)")
    one = asker({
        **WHOLE,
        f"{BASE}/Rapportside/{FIVE}": json.dumps(ours).encode(),
        f"{ROOT}/{moved}/filterVerdier": json.dumps(filters(FIVE, ProevetypeID=swapped)).encode(),
        url: FIGURES[FIVE_URL],
        YOUTH_URL: FIGURES[YOUTH_URL],
    })  # fmt: skip
    client = the_client()
    published = client.published(one)
    assert published.facts[f"{FIVE} endepunkt"] == "GSK/NasjonaleProever/12/3"
    client.fetch(one, published, "2024-25")
    assert one.urls[4:] == [url, YOUTH_URL]


def test_filters_lie_beside_the_figures_when_the_page_does_not_say(asker: Asking) -> None:
    one = asker({**WHOLE, **described(FIVE, page(FIVE, filterVerdiEndepunkt=None))})
    the_client().published(one)
    assert one.urls == list(WHOLE)


def test_only_years_that_every_page_has_are_published(asker: Asking) -> None:
    fewer = filters(YOUTH, SkoleAarID=choices((20242025, "a", "2024-25"), (20212022, "b", "2021-22")))
    published = the_client().published(asker({**WHOLE, **described(YOUTH, None, fewer)}))
    assert published.years == ("2024-25",)


def no_years(asker: Asking, *values: tuple[int, str, str]) -> Drift:
    """What is told when a page has these years."""
    with pytest.raises(DriftError) as caught:
        the_client().published(asker({**WHOLE, **described(YOUTH, None, filters(YOUTH, SkoleAarID=choices(*values)))}))
    (drift,) = caught.value.drifts
    return drift


def test_pages_without_a_year_in_common_are_no_source_that_has_published_nothing(asker: Asking) -> None:
    drift = no_years(asker, (20152016, "a", "2015-16"), (20142015, "b", "2014-15"))
    assert (drift.alvorlighet, drift.kode, drift.finding.key) == ("kritisk", "annet_aar", "nasjonale_prover")
    assert drift.finding.found == (
        "no school year in common (GSK_NP_Geo_Trinn5: 2022-23, 2023-24, 2024-25, 2025-26; "
        "GSK_NP_Geografisk: 2014-15, 2015-16)"
    )
    assert len(drift.answers) == 2, "the filters of both"


def test_a_page_whose_years_cannot_be_read_is_told_with_its_choices(asker: Asking) -> None:
    drift = no_years(asker, (20252026, "a", "Skoleåret 2025/26"))
    assert (drift.kode, drift.finding.key) == ("annet_aar", "SkoleAarID")
    assert "Skoleåret 2025/26" in drift.finding.found and YOUTH in str(drift.finding.file)


@pytest.mark.parametrize(("name", "koder"), [("2025-26", {"forelopig_uenig"}), ("Foreløpige tall 2025-26", set())])
def test_a_year_that_the_filters_call_preliminary_is_so_in_every_page(
    asker: Asking, name: str, koder: set[str]
) -> None:
    urls = [url.replace("20242025", "20252026") for url in (FIVE_URL, YOUTH_URL)]
    contents = [country(columns_of([5], name)), country(columns_of([8, 9], name))]
    one = asker({**WHOLE, **dict(zip(urls, contents, strict=True))})
    client = the_client()
    published = client.published(one)
    try:
        client.fetch(one, published, "2025-26")
        drifts: tuple[Drift, ...] = ()
    except DriftError as error:
        drifts = error.drifts
    assert {drift.kode for drift in drifts} == koder
    assert len(drifts) == 2 * len(koder)
    filters_of_pages = {page_of.sha256[1] for page_of in published.pages}
    assert all(drift.answers & filters_of_pages for drift in drifts)


def test_a_year_that_is_not_published_is_not_asked_for(asker: Asking) -> None:
    one = asker({**WHOLE})
    client = the_client()
    published = client.published(one)
    with pytest.raises(PermanentError, match=r"found 2030-31; expected a published year \(2022-23, 2023-24"):
        client.fetch(one, published, "2030-31")
    assert len(one.asks) == 4


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://other.example/rest/v1/Statistikk/GSK/1/1/data",
        "//other.example/data",
        "/rest/v1/Statistikk/GSK/1/1/data",
        "rest/v1/../../../other/data",
        "rest/v1/./data",
        "rest/v1/Statistikk/GSK/1/1/data?x=1",
        "rest/v1/Statistikk/GSK/1/1/data#x",
        "rest/v1/%2e%2e/data",
        "rest\\v1\\data",
        "rest/v1/Statistikk/GSK/1/1/data\n",
        "@other.example/data",
        "rest/v1/Statistikk/GSK/1/1/filterVerdier",
        "data",
        "",
    ],
)
def test_an_answer_never_chooses_where_the_next_question_goes(asker: Asking, endpoint: str) -> None:
    one = asker({**WHOLE, **described(YOUTH, page(YOUTH, dataEndepunkt=endpoint))})
    with pytest.raises(DriftError) as caught:
        the_client().published(one)
    assert "versjon_flyttet" in {drift.kode for drift in caught.value.drifts}
    assert endpoint in caught.value.drifts[0].finding.found
    assert one.urls == list(WHOLE)[:3]


@pytest.mark.parametrize("endpoint", ["https://other.example/filterVerdier", "rest/../filterVerdier", "rest/v1/data"])
def test_nor_does_it_choose_where_the_filters_are(asker: Asking, endpoint: str) -> None:
    one = asker({**WHOLE, **described(YOUTH, page(YOUTH, filterVerdiEndepunkt=endpoint))})
    with pytest.raises(DriftError, match="versjon_flyttet"):
        the_client().published(one)
    assert one.urls == list(WHOLE)[:3]


def test_a_page_that_is_gone_is_told_and_the_others_are_looked_at(asker: Asking) -> None:
    one = asker(
        {**WHOLE, f"{BASE}/Rapportside/{FIVE}": REFUSED, **described(YOUTH, None, filters(YOUTH, TrinnID=None))}
    )
    with pytest.raises(DriftError) as caught:
        the_client().published(one)
    assert [drift.kode for drift in caught.value.drifts] == ["side_mangler", "filter_mangler"]
    assert f"the page {FIVE}" in caught.value.drifts[0].finding.expected


def test_another_refusal_is_none_of_the_pages_doing(asker: Asking) -> None:
    refused = HttpRefused(Finding("status 403", "status 200", "Stop."), 403)
    with pytest.raises(HttpRefused):
        the_client().published(asker({**WHOLE, f"{BASE}/Rapportside/{FIVE}": refused}))


@pytest.mark.parametrize(("status", "kode"), [(404, "versjon_flyttet"), (400, "valg_mangler")])
def test_figures_that_are_refused_cast_doubt_on_the_pages_own_answers(asker: Asking, status: int, kode: str) -> None:
    """Else a fetch that is gone on with would ask with the same old version again."""
    refused = HttpRefused(Finding(f"status {status}", "status 200", "Ask for what is there."), status)
    one = asker({**WHOLE, FIVE_URL: refused, YOUTH_URL: FIGURES[YOUTH_URL]})
    client = the_client()
    published = client.published(one)
    with pytest.raises(DriftError) as caught:
        client.fetch(one, published, "2024-25")
    assert {drift.kode for drift in caught.value.drifts} == {kode}
    assert {drift.sha256 for drift in caught.value.drifts} == set(published.pages[0].sha256)
    assert one.urls[-1] == YOUTH_URL


def test_drift_of_the_asker_is_gathered_with_the_rest(asker: Asking) -> None:
    html = DriftError([Drift("kritisk", "feil_innholdstype", Finding("text/html", "JSON", "Fetch again."), "abc")])
    one = asker({**WHOLE, FIVE_URL: html, YOUTH_URL: country(columns_of([8, 9], "2023-24"))})
    client = the_client()
    with pytest.raises(DriftError) as caught:
        client.fetch(one, client.published(one), "2024-25")
    assert [drift.kode for drift in caught.value.drifts] == ["feil_innholdstype", "annet_aar"]


def test_an_address_without_the_version_is_refused() -> None:
    with pytest.raises(InvalidInput, match="OPPFOLGING_UDIR_RAPPORT_URL"):
        ReportClient("nasjonale_prover", ROOT, live().rapport.nasjonale_prover, default_catalog())


@needs_shared
def test_the_recorded_pages_are_read_with_the_filters_of_their_own(asker: Asking) -> None:
    recorded = SHARED / "data" / "udir-api" / "nasjonale-prover"
    answers: dict[str, bytes | Exception] = {}
    for kode, name in ((FIVE, "trinn5"), (YOUTH, "ungdomstrinn")):
        answers[f"{BASE}/Rapportside/{kode}"] = (recorded / f"rapportside.{name}.json").read_bytes()
        filter_url = f"{BASE}/Statistikk/{VERSIONS[kode]}/filterVerdier"
        answers[filter_url] = (recorded / f"filterVerdier.{name}.TRIMMED.json").read_bytes()
    one = asker({**answers, **FIGURES})
    client = the_client()
    published = client.published(one)
    assert (published.years[-1], published.warnings) == ("2025-26", ())
    client.fetch(one, published, "2024-25")
    assert one.urls[4:] == [FIVE_URL, YOUTH_URL]
