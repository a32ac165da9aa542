"""The export API's client: what it asks, that every row comes once, and how a move is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oppfolging_pipeline.core.errors import Finding, PermanentError, TransientError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.drift import DriftError
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file
from tests.support.asker import RecordedAsker
from tests.support.export import (
    BASE,
    OF_TABLE,
    Row,
    address,
    choices,
    country,
    described,
    filters,
    listing,
    page,
    paged,
    rows_of,
    side_data,
)
from tests.support.files import flat_row
from tests.support.shared import EKSPORT, needs_shared
from tests.unit.sources.exporting import BULLYING, REFUSED, Answers, Asking, drifts_of, fetched, the_client

ELEVEN = choices((10, "11", "Videregående trinn 1"))


@pytest.fixture
def asker(tmp_path: Path) -> Asking:
    return lambda answers: RecordedAsker(answers, tmp_path)


def of_bullying(one: RecordedAsker) -> list[str]:
    return [url for url in one.urls if "/150/" in url]


def test_the_source_is_described_in_one_call_and_one_for_each_table(asker: Asking) -> None:
    one = asker(described())
    published = the_client().published(one)
    assert one.urls == [f"{BASE}/", *(f"{BASE}/{number}/filterVerdier" for number in (148, 150, 151))]
    assert published.years == ("2023-24", "2024-25", "2025-26")
    assert published.facts == {"EUG-Indikator tabell": "148", "EUG-Mobbing tabell": "150"}
    assert (published.kilde, published.warnings, published.calls_per_year) == ("elevundersokelsen", (), 6)


def test_a_school_year_is_a_page_count_and_the_pages_of_each_table(asker: Asking) -> None:
    one = asker(country())
    assert fetched(one) == [
        "elevundersokelsen/2024-25/EUG-Indikator.148.data-1.json",
        "elevundersokelsen/2024-25/EUG-Mobbing.150.data-1.json",
        "elevundersokelsen/2024-25/EUG-Deltakelse.151.data-1.json",
    ]
    assert one.urls[4:] == [address(number, side) for number in OF_TABLE for side in (None, 1)]
    assert one.urls[7] == (
        f"{BASE}/150/data?filter=TidID(202412)_EierformID(-10)_KjoennID(-10)_SpoersmaalID(-50)_TrinnID(6_9)"
        "&format=0&sideNummer=1&antallRader=10000"
    )
    assert [(ask.part, ask.skoleaar, ask.page) for ask in one.asks[4:6]] == [
        ("sidedata", "2024-25", None), ("data", "2024-25", 1),
    ]  # fmt: skip


def test_the_answers_are_read_as_figures(asker: Asking) -> None:
    client, one = the_client(), asker(country())
    answers = client.fetch(one, client.published(one), "2024-25")
    with duckdb.connect() as connection:
        files = [read_file(each.path, each.ask.name, connection, default_catalog()) for each in answers]
    cells = [cell for each in files if isinstance(each, ParsedFile) for cell in each.figures.to_pylist()]
    assert len(cells) == 4 * 2 * 4
    assert {cell["indikator"] for cell in cells} == {"mobbing", "stotte_fra_larer", "motivasjon", "deltakelse"}


def test_a_preliminary_year_is_the_year(asker: Asking) -> None:
    answers: Answers = {**described()}
    for number, indexes in OF_TABLE.items():
        answers |= paged(number, [page(rows_of(indexes, "Foreløpige tall 2025-26"))], 202512)
    assert len(fetched(asker(answers), "2025-26")) == 3


def test_rows_that_do_not_call_a_year_preliminary_that_the_filter_does_are_never_read_as_final(asker: Asking) -> None:
    answers: Answers = {**described()}
    for number, indexes in OF_TABLE.items():
        answers |= paged(number, [page(rows_of(indexes, "2025-26"))], 202512)
    with pytest.raises(DriftError) as caught:
        fetched(asker(answers), "2025-26")
    told = [(drift.kode, drift.finding.found, drift.finding.expected) for drift in caught.value.drifts]
    expected = "'Foreløpige tall 2025-26', as the filter calls it"
    assert told == [("forelopig_uenig", f"rows of 2025-26 ({count} rows)", expected) for count in (16, 8)]
    assert [len(drift.answers) for drift in caught.value.drifts] == [2, 2], "the rows and the filters"


def test_a_year_that_only_the_rows_call_preliminary_is_fetched(asker: Asking) -> None:
    answers = country()
    for number, indexes in OF_TABLE.items():
        answers |= paged(number, [page(rows_of(indexes, "Foreløpige tall 2024-25"))])
    assert len(fetched(asker(answers))) == 3


ROWS = rows_of(["mobbing"])
NO_COUNTY = [row for row in ROWS if row["EnhetNivaa"] != "2"]
TWO_TOTALS = page(ROWS).replace(b'"RaderTotalt": "8"', b'"RaderTotalt": "9"', 1)
UPPER = [row for row in ROWS if row["TrinnKode"] == "10"]
THREE = [page(ROWS[:3], 1, 8), page(ROWS[3:6], 2, 8), page(ROWS[6:], 3, 8)]


def test_pages_are_asked_for_until_every_row_has_come(asker: Asking) -> None:
    one = asker({**country(), **paged(150, THREE)})
    assert len(fetched(one)) == 2 + 3
    assert of_bullying(one)[-3:] == [address(150, side) for side in (1, 2, 3)]


def test_no_page_is_asked_for_after_the_last_row_though_more_are_counted(asker: Asking) -> None:
    """`sideData` counts pages of the interface's own size, and one page too many is the last one again."""
    one = asker({**country(), **paged(150, THREE), address(150, None): side_data(9)})
    assert len(fetched(one)) == 2 + 3


def test_no_page_is_asked_for_beyond_those_that_are_counted(asker: Asking) -> None:
    answers = {**country(), **paged(150, THREE), address(150, None): side_data(2)}
    del answers[address(150, 3)]
    (drift,) = drifts_of(asker(answers))
    assert (drift.kode, drift.finding.found, drift.finding.expected) == (
        "radtall_langt_fra", "6 rows in 2 of 2 pages", "8, as RaderTotalt says",
    )  # fmt: skip
    assert len(drift.answers) == 3, "both pages and the count may be the one to ask for again"


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (page(ROWS[:3], 1, 8), "the page before a second time"),
        (page(ROWS[3:6], 1, 8), "page 1"),
        (page(ROWS[3:6], 3, 8), "page 3"),
        (page(ROWS[3:6], 2, 8).replace(b'"Sidenummer": "2"', b'"Sidenummer": "3"', 1), "page 2 and 3"),
        (page(ROWS[3:6], 2, 8).replace(b'"Sidenummer": "2"', b'"Sidenummer": ""'), "page none"),
    ],
)
def test_another_page_than_the_asked_one_ends_the_asking(asker: Asking, second: bytes, found: str) -> None:
    one = asker({**country(), **paged(150, [THREE[0], second, THREE[2]])})
    (drift,) = drifts_of(one)
    assert (drift.kode, drift.finding.found) == ("samme_side_to_ganger", found)
    assert of_bullying(one)[-1] == address(150, 2)


def with_field(name: str, value: object) -> list[Row]:
    return [{**row, name: value} for row in ROWS]


def without_field(name: str) -> list[Row]:
    return [{key: value for key, value in row.items() if key != name} for row in ROWS]


@pytest.mark.parametrize(
    ("content", "kode", "found"),
    [
        (page(with_field("Skoleaarnavn", "2023-24")), "annet_aar", "rows of 2023-24 (8 rows)"),
        (page([*UPPER, *(r | {"TrinnKode": "9"} for r in UPPER)]), "annet_trinn", "rows of grade 9 (4 rows)"),
        (page([*ROWS, {**ROWS[0], "EnhetNivaa": "5"}]), "nivaa_ukjent", "rows of the level 5 (1 rows)"),
        (page(NO_COUNTY), "nivaa_mangler", "no row of the level fylke (EnhetNivaa 2)"),
        (page(UPPER), "maal_mangler", "no row of mobbing on grade 7"),
        (page([*ROWS, flat_row(KjoennKode="J")]), "valg_mangler", "rows of Alle eierformer, gender J (1 rows)"),
        (page([*ROWS, flat_row(EierformNavn="Privat eiet")]), "valg_mangler", "rows of Privat eiet, gender A (1 rows)"),
        (
            page(with_field("Spoersmaalgruppe", "Trivsel")),
            "maal_ukjent",
            "rows of 'Trivsel' with code EUIndeks_1398 (8 rows)",
        ),
        (page([*ROWS, ROWS[3]]), "doble_rader", "1 rows that stand twice, first page 1, row 4"),
        (page(ROWS, 1, 9), "radtall_langt_fra", "8 rows in 1 of 1 pages"),
        (page(ROWS)[:-3], "svar_som_ikke_kan_leses", "JSON that ends before its list does"),
        (TWO_TOTALS, "radtall_langt_fra", "8 and 9 rows in all"),
        (b"[]", "svar_som_ikke_kan_leses", "JSON that begins with []"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_rows_that_were_not_asked_for_or_are_not_there_stop_the_source(
    asker: Asking, content: bytes, kode: str, found: str
) -> None:
    drifts = drifts_of(asker({**country(), BULLYING: content}))
    told = {drift.kode: drift for drift in drifts}
    assert kode in told, drifts
    assert told[kode].finding.found == found
    assert told[kode].alvorlighet == "kritisk"
    assert told[kode].finding.file == "elevundersokelsen/2024-25/EUG-Mobbing.150.data-1.json"
    assert told[kode].sha256 is not None


@pytest.mark.parametrize("name", ["Kommunekode", "TrinnKode", "AntallBesvart", "Sidenummer", "RaderTotalt"])
def test_a_field_that_is_gone_is_told_by_its_name(asker: Asking, name: str) -> None:
    rows = [{key: value for key, value in row.items() if key != name} for row in json.loads(page(ROWS))]
    (drift,) = drifts_of(asker({**country(), BULLYING: json.dumps(rows).encode()}))
    assert (drift.kode, drift.finding.column, drift.finding.expected) == ("kolonne_mangler", name, f"also {name}")


def test_the_other_name_of_the_group_is_its_name_too(asker: Asking) -> None:
    rows = [{("Indikator" if key == "Spoersmaalgruppe" else key): value for key, value in row.items()} for row in ROWS]
    assert len(fetched(asker({**country(), BULLYING: page(rows)}))) == 3


def test_the_schools_abroad_are_no_second_nation(asker: Asking) -> None:
    abroad = [{**row, "Nasjonaltkode": "U", "Fylkekode": "25", "Kommunekode": "2599"} for row in ROWS]
    assert len(fetched(asker({**country(), BULLYING: page([*ROWS, *abroad])}))) == 3


def test_faults_of_both_tables_are_told_together(asker: Asking) -> None:
    wrong = rows_of(OF_TABLE[148], "2023-24")
    drifts = drifts_of(asker({**country(), address(148, 1): page(wrong), BULLYING: page(with_field("TrinnKode", "9"))}))
    assert {"annet_aar", "annet_trinn"} <= {drift.kode for drift in drifts}


SWAPPED = described(t148=filters(OF_TABLE[150]), t150=filters(OF_TABLE[148]))


@pytest.mark.parametrize("names", [{}, {148: "EUG-Mobbing", 150: "EUG-Indikator"}], ids=["ids", "ids and names"])
def test_tables_that_have_changed_places_are_found_by_what_they_have(asker: Asking, names: dict[int, str]) -> None:
    tables = {148: "EUG-Indikator", 150: "EUG-Mobbing", 151: "EUG-Deltakelse", **names}
    published = the_client().published(asker({**SWAPPED, f"{BASE}/": listing(tables)}))
    assert published.facts == {"EUG-Indikator tabell": "150", "EUG-Mobbing tabell": "148"}
    assert [(drift.alvorlighet, drift.kode) for drift in published.warnings] == [("advarsel", "tabell_flyttet")] * 2


def test_a_table_with_the_filters_and_without_the_field_gives_way_to_the_next(asker: Asking) -> None:
    one = asker(
        {
            **country(),
            **described(t149=filters(["mobbing"])),
            BULLYING: page(without_field("AndelMobbet")),
            address(149, None): side_data(1),
            address(149, 1): page(ROWS),
        }
    )
    client = the_client()
    published = client.published(one)
    assert client.fetch(one, published, "2024-25")[1].ask.url == address(149, 1)
    assert [drift.kode for drift in client.moved.drifts] == ["tabell_flyttet"]
    assert one.urls.count(BULLYING) == 1
    client.fetch(one, published, "2024-25")
    assert one.urls.count(BULLYING) == 1, "what has proved itself is not looked for again"


def test_a_measure_that_no_table_has_is_told_with_what_each_had(asker: Asking) -> None:
    no_bullying = {"t149": filters(["stotte"])}
    answers = {**country(), **described(**no_bullying), BULLYING: page(without_field("AndelMobbet"))}
    (drift,) = drifts_of(asker(answers))
    assert drift.kode == "maal_mangler"
    for told in ("150 EUG-Mobbing: rows without andel_mobbet", "149 EUG-Tema: no EUIndeks_1398"):
        assert told in drift.finding.found
    assert "152" not in drift.finding.found, "upper secondary is no candidate"
    assert drift.finding.expected == "EUG-Mobbing with Mobbing på skolen (EUIndeks_1398)"


@pytest.mark.parametrize(
    ("answers", "kode", "found"),
    [
        (
            described(t150=filters([], SpoersmaalID=choices((-50, "EUIndeks_1398", "Trivsel")))),
            "maal_mangler",
            "150 EUG-Mobbing: EUIndeks_1398 with the name 'Trivsel'",
        ),
        (
            described(t150=filters([], SpoersmaalID=choices((-50, "EUIndeks_9", "Mobbing på skolen")))),
            "maal_mangler",
            "150 EUG-Mobbing: no EUIndeks_1398",
        ),
        (described(t150=filters([], SpoersmaalID=None)), "filter_mangler", "150 EUG-Mobbing: no filter SpoersmaalID"),
        (described(t150=filters(["mobbing"], TrinnID=None)), "filter_mangler", "150 EUG-Mobbing: no filter TrinnID"),
        (
            described(t150=filters(["mobbing"], TrinnID=ELEVEN)),
            "valg_mangler",
            "150 EUG-Mobbing: no grade 7 and no grade 10 in TrinnID; 148 EUG-Indikator: no EUIndeks_1398",
        ),
        ({**described(), f"{BASE}/150/filterVerdier": REFUSED}, "side_mangler", "150 EUG-Mobbing: a refusal"),
    ],
)
def test_a_table_must_have_the_indicators_code_and_name_and_the_grades(
    asker: Asking, answers: Answers, kode: str, found: str
) -> None:
    others = {url: content for url, content in described(t149=filters([]), t151=filters([])).items() if "/1" in url}
    (drift,) = drifts_of(asker({**others, **answers}))
    assert drift.kode == kode
    assert drift.finding.found.startswith(found)


@pytest.mark.parametrize("grades", [None, ELEVEN, choices((6, "7", "7. årstrinn"))], ids=["none", "11", "not 10"])
def test_a_table_of_other_grades_gives_way_to_the_next(asker: Asking, grades: Any) -> None:
    """A table of upper secondary that has taken the id has the same indicators by code and name."""
    tables = {**described(t150=filters(["mobbing"], TrinnID=grades), t153=filters(["mobbing"]))}
    names = {148: "EUG-Indikator", 150: "EUV-Mobbing", 151: "EUG-Deltakelse", 153: "EUG-Mobbing"}
    published = the_client().published(asker({**tables, f"{BASE}/": listing(names)}))
    assert published.facts["EUG-Mobbing tabell"] == "153"
    assert [drift.finding.key for drift in published.warnings] == ["EUG-Mobbing"]
    assert [drift.kode for drift in published.warnings] == ["tabell_flyttet"]


def test_tables_that_are_all_gone_are_told(asker: Asking) -> None:
    drifts = drifts_of(asker({f"{BASE}/": listing({152: "EUV-Indikator"})}))
    assert [(drift.kode, drift.finding.found) for drift in drifts] == [
        ("side_mangler", "the tables 152 EUV-Indikator")
    ] * 2


@pytest.mark.parametrize(
    ("replaced", "kode", "key"),
    [
        ({"TidID": None}, "filter_mangler", "TidID"),
        ({"KjoennID": None}, "filter_mangler", "KjoennID"),
        ({"EierformID": choices((8, "3", "Offentlig skole"))}, "valg_mangler", "EierformID"),
        ({"MaalformID": choices((1, "B", "Bokmål"), (2, "N", "Nynorsk"))}, "filter_ukjent", "MaalformID"),
        ({"TidID": choices((202312, "202312", "2024-25"))}, "annet_aar", "TidID[indeks 0]"),
        ({"TidID": choices((-10, "Alle", "Alle år"))}, "annet_aar", "TidID"),
    ],
)
def test_a_filter_that_cannot_be_chosen_in_stops_the_source(
    asker: Asking, replaced: dict[str, Any], kode: str, key: str
) -> None:
    (drift,) = drifts_of(asker(described(t150=filters(["mobbing"], **replaced))))
    assert (drift.kode, drift.finding.key) == (kode, key)


@pytest.mark.parametrize(
    ("values", "sent"),
    [(choices((-10, "Alle", "Alle"), (1, "B", "Bokmål")), "-10"), (choices((1, "M", "Mobbing")), "1")],
)
def test_a_new_filter_that_leaves_nothing_out_is_told_and_sent(asker: Asking, values: Any, sent: str) -> None:
    changed = {
        url.replace("_SpoersmaalID", f"_MobbingID({sent})_SpoersmaalID"): content
        for url, content in paged(150, [page(ROWS)]).items()
    }
    one = asker({**country(), **described(t150=filters(["mobbing"], MobbingID=values)), **changed})
    client = the_client()
    published = client.published(one)
    assert [(drift.alvorlighet, drift.kode) for drift in published.warnings] == [("advarsel", "filter_ukjent")]
    assert len(client.fetch(one, published, "2024-25")) == 3


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (f"{BASE}/", b'{"tabeller": []}'),
        (f"{BASE}/150/filterVerdier", b"[]"),
        (address(150, None), b"[]"),
        (address(150, None), b'[{"JSONSider": 0}]'),
        (address(150, None), b'[{"XMLSider": 1}]'),
    ],
)
def test_an_answer_of_another_shape_is_told(asker: Asking, url: str, content: bytes) -> None:
    drifts = drifts_of(asker({**country(), url: content}))
    assert {drift.kode for drift in drifts} == {"svar_som_ikke_kan_leses"}


def test_a_table_that_is_refused_although_it_is_listed_is_told(asker: Asking) -> None:
    (drift,) = drifts_of(asker({**country(), BULLYING: REFUSED}))
    assert (drift.kode, drift.finding.expected) == (
        "side_mangler",
        "rows of the table 150 EUG-Mobbing, as the list says",
    )
    assert len(drift.answers) == 2, "the list and the filters are asked for again"


@pytest.mark.parametrize("error", [TransientError("did not come"), HttpRefused(Finding("403", "200", "Ask."), 403)])
def test_what_is_no_move_is_passed_on(asker: Asking, error: Exception) -> None:
    with pytest.raises(type(error)):
        fetched(asker({**country(), BULLYING: error}))


def test_a_year_that_only_one_table_has_is_not_published(asker: Asking) -> None:
    one = filters(["mobbing"], TidID=choices((202312, "202312", "2023-24")))
    published = the_client().published(asker(described(t150=one)))
    assert published.years == ("2023-24",)
    with pytest.raises(PermanentError, match=r"found 2024-25; expected a published year \(2023-24\)"):
        the_client().fetch(asker({}), published, "2024-25")


def test_tables_without_a_year_in_common_are_no_source_that_has_published_nothing(asker: Asking) -> None:
    one = filters(["mobbing"], TidID=choices((201412, "201412", "2014-15")))
    (drift,) = drifts_of(asker(described(t150=one)))
    assert (drift.alvorlighet, drift.kode) == ("kritisk", "annet_aar")
    assert drift.finding.found == (
        "no school year in common (148 EUG-Indikator: 2023-24, 2024-25, 2025-26; 150 EUG-Mobbing: 2014-15)"
    )


@needs_shared
@pytest.mark.parametrize("name", ["vgs_154_mobbing.json", "vgs_152_indikator_first200.json"])
def test_recorded_rows_of_upper_secondary_are_not_what_was_asked_for(asker: Asking, name: str) -> None:
    """They were trimmed: what is told is each field that is needed and was cut away."""
    url = BULLYING if "mobbing" in name else address(148, 1)
    drifts = drifts_of(asker({**country(), url: (EKSPORT / name).read_bytes()}))
    assert {drift.kode for drift in drifts} == {"kolonne_mangler"}
    assert {"EnhetNivaa", "TrinnKode", "RaderTotalt"} <= {drift.finding.column for drift in drifts}


@needs_shared
def test_the_recorded_refusal_is_never_read_as_rows(asker: Asking) -> None:
    (drift,) = drifts_of(asker({**country(), BULLYING: (EKSPORT / "error400_eksport_no_filter.json").read_bytes()}))
    assert (drift.kode, drift.finding.found) == (
        "svar_som_ikke_kan_leses", "an error answer of Udir's (Filter må oppgis!)",
    )  # fmt: skip


def test_an_index_without_questions_in_the_filter_is_told_as_not_checked(asker: Asking) -> None:
    bare = choices((-50, "EUIndeks_1398", "Mobbing på skolen"))
    one = asker({**country(), **described(t150=filters([], SpoersmaalID=bare))})
    published = the_client().published(one)
    (told,) = [drift for drift in published.warnings if drift.kode == "sporsmaal_ikke_kontrollert"]
    assert (told.alvorlighet, told.finding.key) == ("advarsel", "mobbing")
    assert published.questions["mobbing"] == () != published.questions["motivasjon"]
