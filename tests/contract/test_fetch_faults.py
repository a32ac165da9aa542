"""Each fault of the interfaces: what it is called, how often is asked, what stays in force, and what is asked after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.contract.fetch_home import FetchHome
from tests.udir_stub import Fault, StubServer

YEAR = "2024-25"
GS, NP, EU = "grunnskolepoeng", "nasjonale_prover", "elevundersokelsen"
KLASS = ["classifications/131/codes.json", "classifications/131/changes.json", "classifications/104/codes.json"]
MARKS_PAGE, MARKS_VALUES, MARKS = "Rapportside/GSK_GSPoeng", "ResultatG/1/1/filterVerdier", "ResultatG/1/1/data"
WHOLE_MARKS = [MARKS_PAGE, MARKS_VALUES, MARKS]
FIVE, YOUTH = "NasjonaleProever/4/1/data", "NasjonaleProever/1/1/data"
SCORES, BULLYING = ["148/sideData", "148/data#1"], ["150/sideData", "150/data#1"]
TAKEN_PART = ["151/sideData", "151/data#1"]
# The tables have as many pages: the same content counts for all.
RECOUNTED = [*SCORES, BULLYING[0], TAKEN_PART[0]]
# But for the page of participation, which came whole the first time.
WHOLE_SURVEY = [
    "Eksport", *(f"{number}/filterVerdier" for number in (148, 150, 151)), *SCORES, *BULLYING, TAKEN_PART[0],
]  # fmt: skip
COMMA = '{"kode":400,"feiltype":"Feil","melding":"Ugyldig filter: TrinnID(6,9)","tilleggsinfo":"Se på nett"}'


@dataclass(frozen=True)
class Case:
    """A fault of one source, and what comes of it. `at` is asked `attempts` times; `again` is what the next fetch asks,
    when the fault is gone. Without `koder` the failure is no change of the source."""

    name: str
    fault: Fault
    at: str
    words: Sequence[str]
    again: Sequence[str]
    koder: frozenset[str] = frozenset()
    kilde: str = GS
    passes: bool = False  # by itself: not reached, and not stopped
    slept: Sequence[float] = ()
    whole: bool = False  # the source as a whole has no year

    @property
    def attempts(self) -> int:
        return len(self.slept) + 1


THREE_WAITS = (1.0, 2.0, 4.0)


def at_marks(kind: str, detail: str = "", **more: object) -> Fault:
    return Fault(kind, MARKS, detail=detail, **more)  # type: ignore[arg-type]


def unreached(name: str, fault: Fault, *words: str, slept: Sequence[float] = THREE_WAITS) -> Case:
    return Case(name, fault, MARKS, words, [MARKS], passes=True, slept=slept)


def refused(name: str, fault: Fault, *words: str, again: Sequence[str] = (MARKS,), kode: str = "") -> Case:
    return Case(name, fault, MARKS, words, again, frozenset({kode} - {""}))


def drift(name: str, fault: Fault, kode: str, *words: str) -> Case:
    return Case(name, fault, MARKS, words, [MARKS], frozenset(kode.split()))


def of_survey(
    name: str, fault: Fault, kode: str, *words: str, at: str = "148/data#1", again: Sequence[str] = WHOLE_SURVEY
) -> Case:
    return Case(name, fault, at, words, again, frozenset(kode.split()), EU)


CASES = [
    # What may pass: asked again within bounds, and again by the next fetch.
    unreached("429 that says when", at_marks("status", "429", retry_after="7"), "in 4 attempts", "status 429",
              slept=(7.0, 7.0, 7.0)),
    unreached("429 that asks for an hour", at_marks("status", "429", retry_after="3600"), "asks to wait 3600 s",
              "at most 60 s", slept=()),
    unreached("500", at_marks("status", "500"), "in 4 attempts", "status 500: Noe gikk galt hos oss."),
    unreached("cut off in the body", at_marks("cut"), "in 4 attempts", "RemoteProtocolError"),
    Case("500 of the metadata", Fault("status", "filterVerdier", detail="500"), MARKS_VALUES, ["status 500"],
         [MARKS_VALUES, MARKS], passes=True, slept=THREE_WAITS, whole=True),
    Case("502 of the register", Fault("status", "104/codes", detail="502"), KLASS[2], ["status 502"], [KLASS[2]],
         kilde="klass", passes=True, slept=THREE_WAITS, whole=True),
    # What will not pass: asked once, in the source's own words.
    refused("400 for a comma", at_marks("status", "400", body=COMMA.encode()),
            "status 400: Ugyldig filter: TrinnID(6,9) (Se på nett)", again=WHOLE_MARKS, kode="valg_mangler"),
    refused("403", at_marks("status", "403"), "status 403", "expected status 200"),
    refused("a redirect to another host", at_marks("redirect"), "a redirect to http://et-annet-sted.invalid",
            "No other host is followed"),
    refused("404 where the page says that it is", at_marks("status", "404"), "status 404",
            "the figures at GSK/ResultatG/1/1", again=WHOLE_MARKS, kode="versjon_flyttet"),
    Case("a retired page", Fault("status", "Rapportside", detail="404"), MARKS_PAGE,
         ["expected the page GSK_GSPoeng", "declare it in live.yaml"], WHOLE_MARKS, frozenset({"side_mangler"}),
         whole=True),
    # An answer, and not the one that was asked for.
    drift("truncated JSON", at_marks("truncated_json"), "svar_som_ikke_kan_leses", "JSON that breaks off at line 1"),
    drift("a page of HTML", at_marks("content_type"), "feil_innholdstype", "found content type 'text/html",
          "expected application/json"),
    Case("truncated JSON of the register", Fault("truncated_json", "131/codes"), KLASS[0], ["expected JSON to the end"],
         KLASS[:1], frozenset({"svar_som_ikke_kan_leses"}), "klass", whole=True),
    drift("a renamed measure", Fault("renamed_measure"), "maal_ukjent maal_mangler",
          "found the measure 'Grunnskolepoengsum'", "expected grunnskolepoeng"),
    drift("a missing measure", Fault("missing_measure"), "maal_mangler", "grunnskolepoeng trinn 10"),
    drift("numbers of pupils that are gone", Fault("missing_measure", detail="Antall elever"), "kolonne_mangler",
          "no column of it for grunnskolepoeng trinn 10", "the number of pupils"),
    drift("an added level of rows", Fault("added_level"), "nivaa_ukjent", "found the unknown level 'Landsdel'",
          "expected the levels Nasjonalt, Fylke, Kommune, Enhet"),
    drift("an added level of columns", Fault("added_column_level"), "overskrift_uleselig",
          "found 5 levels in the header", "expected 4: skoleaar, eierform, kjonn, maal"),
    drift("doubled rows", Fault("doubled_rows"), "doble_rader", "found 20 rows of units that stand more than once",
          "expected each unit once"),
    drift("no schools", Fault("missing_level"), "nivaa_mangler", "no row of the level Enhet"),
    drift("a county without a row", Fault("missing_row"), "nivaa_mangler", "expected every unit below its own county"),
    drift("another year", Fault("other_year"), "annet_aar", "found columns of 2023-24", "expected 2024-25"),
    Case("a year that the filter alone calls preliminary", Fault("preliminary_name"), MARKS,
         ["found 2 columns of 2024-25", "expected 'Foreløpige tall 2024-25', as the filter TidID calls the year"],
         [MARKS_VALUES, MARKS], frozenset({"forelopig_uenig"})),
    drift("a third of the municipalities gone", Fault("fewer_rows"), "ufullstendig", "no row of 6607 Hjelmurheim",
          "at most 10 municipalities without a row", "Fetch again"),
    Case("a missing filter", Fault("missing_filter", detail="TidID"), MARKS_PAGE,
         ["key 'TidID': found no such filter among EierformID, EnhetID"], WHOLE_MARKS, frozenset({"filter_mangler"}),
         whole=True),
    Case("a filter that the page takes and nobody knows", Fault("missing_filter", "filterVerdier", detail="EnhetID"),
         MARKS_VALUES, ["key 'EnhetID': found no such filter"], [MARKS_VALUES, MARKS], frozenset({"filter_mangler"}),
         whole=True),
    Case("a share that is called something else", Fault("renamed_measure", YOUTH, detail="Andel på mestringsnivå 1"),
         YOUTH, ["the measure 'Andel på mestringsnivå 1sum'"], [YOUTH], frozenset({"maal_ukjent", "maal_mangler"}), NP),
    Case("a filter that the page no longer takes", Fault("missing_filter", "Rapportside/GSK_NP_Geografisk"),
         "Rapportside/GSK_NP_Geografisk", ["GSK_NP_Geografisk.json, key 'ProevetypeID': found no such filter"],
         ["Rapportside/GSK_NP_Geografisk", FIVE, YOUTH], frozenset({"filter_mangler"}), NP, whole=True),
    # Flat rows.
    of_survey("a renamed field", Fault("renamed_measure"), "maal_mangler", "148 EUG-Indikator: rows without score"),
    of_survey("an added level of flat rows", Fault("added_level", "148/data"), "nivaa_ukjent radtall_langt_fra",
              "found rows of the level 5 (5 rows)", "expected 1, 2, 3 or 4", again=RECOUNTED),
    of_survey("doubled flat rows", Fault("doubled_rows", "148/data"), "doble_rader radtall_langt_fra",
              "found 10 rows that stand twice", "expected each row once", again=RECOUNTED),
    of_survey("a county without flat rows", Fault("missing_row", "150/data"), "radtall_langt_fra",
              "found 3922 rows in 1 of 1 pages", "expected 3924", at="150/data#1",
              again=["148/sideData", *BULLYING, "151/sideData"]),
    of_survey("flat rows of another year", Fault("other_year", "150/data"), "annet_aar", "found rows of 2023-24",
              "expected 2024-25", at="150/data#1", again=BULLYING[1:]),
    of_survey("an indicator that became another", Fault("moved_indicator", "150/data"),
              "maal_ukjent maal_mangler nivaa_mangler", "found rows of 'Trivsel' with code EUIndeks_1398",
              at="150/data#1", again=BULLYING[1:]),
    of_survey("flat rows that break off", Fault("truncated_json", "148/data"), "svar_som_ikke_kan_leses",
              "found JSON that ends before its list does", again=SCORES[1:]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fault_stops_its_source_alone_and_leaves_nothing_behind(
    home: FetchHome, stub: StubServer, case: Case
) -> None:
    other = GS if case.kilde == "klass" else "klass"
    if case.kilde == "klass":  # figures are read against it
        home.fetch("klass")
    fault = Fault(case.fault.kind, case.fault.match, detail=case.fault.detail)
    fault.retry_after, fault.body = case.fault.retry_after, case.fault.body
    stub.faults = [fault]
    first = home.fetch(case.kilde, other, years=[YEAR])
    failed = first.outcomes[case.kilde, "" if case.whole else YEAR]
    assert (failed.state, failed.transient) == (("ikke_naadd", True) if case.passes else ("stoppet", False))
    assert {each.kode for each in failed.warnings} == case.koder
    for word in case.words:
        assert word in failed.message
    assert (first.asked.count(case.at), first.slept) == (case.attempts, list(case.slept))
    shown = re.findall(r"\(snapshot (\w{12})\)", failed.message)
    assert all(any(digest.startswith(one) for digest in home.contents()) for one in shown)
    good = {("register", "")} | ({(GS, YEAR)} if other == GS else set())
    assert home.in_force() == good
    assert [one.state for one in first.report.outcomes if one.kilde == other] == ["hentet"]

    stub.faults = []
    second = home.fetch(case.kilde, other, years=[YEAR])
    assert second.asked == list(case.again)
    assert second.report.resumed and not second.report.failures
    assert home.in_force() == good | ({(case.kilde, YEAR)} if other == "klass" else set())


def test_an_answer_that_stalls_is_given_up_and_nothing_of_it_is_kept(home: FetchHome, stub: StubServer) -> None:
    home.fetch("klass")
    before = home.contents()
    stub.faults = [Fault("stall", MARKS)]
    first = home.fetch(GS, years=[YEAR], timeout=0.6)
    (failed,) = first.report.failures
    assert (failed.state, failed.transient) == ("ikke_naadd", True)
    assert "in 4 attempts; the last: no sign in time (ReadTimeout)" in failed.message
    assert (first.asked, first.slept) == ([*WHOLE_MARKS, *[MARKS] * 3], list(THREE_WAITS))
    assert len(home.contents() - before) == 2, "the page and its filters, and no half answer"
    stub.faults = []
    assert home.fetch(GS, years=[YEAR]).asked == [MARKS]


@pytest.mark.parametrize(
    ("fault", "slept"),
    [(Fault("status", detail="429", retry_after="7", times=2), [7.0, 7.0]), (Fault("cut", times=3), [1.0, 2.0, 4.0])],
    ids=["429", "cut"],
)
def test_a_fault_that_passes_is_outlasted(home: FetchHome, stub: StubServer, fault: Fault, slept: list[float]) -> None:
    fault.match = MARKS
    stub.faults = [fault]
    done = home.fetch("klass", GS, years=[YEAR])
    assert (done.states[GS, YEAR], done.slept) == ("hentet", slept)
    assert done.asked.count(MARKS) == len(slept) + 1


def test_the_patience_of_a_whole_fetch_is_bounded(home: FetchHome, stub: StubServer) -> None:
    stub.faults = [Fault("status", detail="503")]
    done = home.with_declared(forsok_i_alt=5).fetch()
    assert set(done.states.values()) == {"ikke_naadd"}
    assert len(done.slept) == 5
    assert "the 5 repeated attempts of this fetch are used up" in done.outcomes["klass", ""].message
    assert home.in_force() == set()


def test_a_year_is_compared_with_the_one_before_and_the_one_before_stays(home: FetchHome, stub: StubServer) -> None:
    stub.faults = [Fault("all_shielded", "TidID(202506)")]
    first = home.fetch("klass", GS, years=["2023-24", YEAR])
    assert (first.states[GS, "2023-24"], first.states[GS, YEAR]) == ("hentet", "stoppet")
    failed = first.outcomes[GS, YEAR]
    assert {each.kode for each in failed.warnings} == {"skjerming_langt_fra"}
    assert re.search(r"of the figures shielded in 2024-25 against .* in 2023-24", failed.message)
    assert home.in_force() == {("register", ""), (GS, "2023-24")}
    stub.faults = []
    second = home.fetch("klass", GS, years=["2023-24", YEAR])
    assert (second.asked, second.states[GS, YEAR]) == ([MARKS], "hentet")
    assert second.outcomes[GS, "2023-24"].earlier


def test_the_years_after_one_that_failed_are_asked_for_all_the_same(home: FetchHome, stub: StubServer) -> None:
    stub.faults = [Fault("status", "TidID(202406)", detail="500")]
    first = home.fetch("klass", GS, years=["2023-24", YEAR])
    assert (first.states[GS, "2023-24"], first.states[GS, YEAR]) == ("ikke_naadd", "hentet")
    stub.faults = []
    second = home.fetch("klass", GS, years=["2023-24", YEAR])
    assert (second.asked, second.states[GS, "2023-24"]) == ([MARKS], "hentet")


def test_of_all_sources_only_the_one_that_failed_is_missing(home: FetchHome, stub: StubServer) -> None:
    stub.faults = [Fault("doubled_rows", FIVE)]
    first = home.fetch(years=[YEAR])
    assert first.states == {
        ("klass", ""): "hentet", (NP, YEAR): "stoppet", (GS, YEAR): "hentet", (EU, YEAR): "hentet",
    }  # fmt: skip
    assert home.in_force() == {("register", ""), (GS, YEAR), (EU, YEAR)}
    stub.faults = []
    assert home.fetch(years=[YEAR]).asked == [FIVE]
    assert home.in_force() == {("register", ""), (GS, YEAR), (EU, YEAR), (NP, YEAR)}
