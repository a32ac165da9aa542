"""The register that several lists make up: the newest of each kind, in place of the carried ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.example import register_files as example
from oppfolging_pipeline.staging.register_lists import RegisterList, register_of
from tests.support.tiny import register_files

FILES = register_files()
DAY = date(2025, 1, 1)


def listed(name: str, content: bytes | None = None, intake: int = 1) -> RegisterList:
    return RegisterList(name, klass_files.parse(FILES[name] if content is None else content, name), intake)


WHOLE = [listed(name) for name in FILES]


def test_without_a_list_the_carried_register_is_used() -> None:
    assert register_of([]) is carried_register()


def test_lists_of_every_kind_leave_nothing_of_the_carried_municipalities() -> None:
    register = register_of(WHOLE)
    assert sorted(register.gjeldende(DAY)) == ["6101", "6102", "6201", "6202", "6205"]
    assert {office.statsforvalter for office in register.embeter} == {"Embetet i Lurfylket", "Embetet i Skrattfylket"}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_lists_of_a_kind_the_one_that_came_last_counts(order: int) -> None:
    newer = listed("koder.csv", FILES["koder.csv"].replace(b"Krattvik", b"Krattevik"), 2)
    register = register_of([*WHOLE, newer][::order])
    assert register.gjeldende(DAY)["6101"].navn == "Krattevik"
    assert register.gjeldende(DAY)["6102"].navn == "Nupelo"


def test_two_lists_of_a_kind_that_came_together_are_refused_and_both_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        register_of([*WHOLE, RegisterList("koder2.csv", WHOLE[0].content, 1)])
    (finding,) = caught.value.findings
    assert (finding.file, finding.found) == ("koder2.csv", "a second file of kommune_koder beside koder.csv")


def test_two_old_lists_of_a_kind_do_not_matter_when_a_newer_one_has_come() -> None:
    old = RegisterList("koder2.csv", WHOLE[0].content, 1)
    assert "6101" in register_of([*WHOLE, old, listed("koder.csv", intake=2)]).gjeldende(DAY)


MAP = listed(
    "kart.csv",
    b"code_2023,name_2023,code_2024,name_2024,kind\n6203,Slengen,6205,Sammen,merged\n6204,Ytre,6206,Nabo,renumbered\n"
    b"6101,Krattvik,6101,Krattvik,unchanged\n",
)


@pytest.mark.parametrize(
    ("of_map", "of_changes", "target"),
    [(2, 1, "6206"), (1, 1, "6206"), (1, 2, "6205")],
    ids=["a newer map", "a map that came along", "an older map"],
)
def test_of_a_map_and_a_list_of_changes_the_newer_says_what_became_of_a_municipality(
    of_map: int, of_changes: int, target: str
) -> None:
    """Else a map from an inbox would overrule every list of changes that is fetched after it."""
    lists = [*WHOLE, replace(MAP, intake=of_map)]
    if of_changes > of_map:
        lists.append(listed("endringer.csv", intake=of_changes))
    else:  # the municipality that the map tells of is in the list of codes too
        lists = [one for one in lists if one.content.kind != "kommune_koder"]
        lists.append(listed("koder.csv", FILES["koder.csv"] + b"6206,Nabo,2024-01-01,\n"))
    register = register_of(lists)
    assert {endring.til for endring in register.endringer if endring.fra == "6204"} == {target}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_the_names_of_lists_that_were_saved_again_are_published_as_they_are(encoding: str) -> None:
    """In Windows-1252 š has a byte that is a control character in ISO-8859-1: Kárá<U+009A>johka was published."""
    saved = {name: content.decode().replace("Krattvik", "Kárášjohka - Krattvik") for name, content in FILES.items()}
    lists = [listed(name, content.encode(encoding)) for name, content in saved.items()]
    names = {row["kommunenavn"] for row in register_of(lists).rader()}
    assert {"Kárášjohka - Krattvik", "Slengvær"} <= names


def test_a_list_that_was_damaged_before_it_was_saved_is_refused() -> None:
    """The bytes of ISO-8859-1's own š, as the API of a program that read the list wrongly would give it."""
    damaged = FILES["koder.csv"].decode().replace("Krattvik", "Kárá\u009ajohka").encode()
    with pytest.raises(
        InvalidInput, match=r"row 2, column 'name': found 'Kárá<U\+009A>johka', with U\+009A \(a control"
    ):
        listed("koder.csv", damaged)


EMPTY = b'{"codeChanges": []}'


@pytest.mark.parametrize("content", [EMPTY, b"changeOccurred,oldCode,oldName,newCode,newName\n"])
def test_a_list_without_changes_takes_none_away_that_are_known(content: bytes) -> None:
    """It is of a period without changes: beside the carried codes every merger of 2020 would be gone, and the register
    be refused."""
    register = register_of([listed("endringer", content)])
    assert register.endringer == carried_register().endringer
    later = register_of([*WHOLE, listed("endringer", content, 2)])
    assert later.endringer == register_of(WHOLE).endringer != ()


def test_a_list_without_changes_beside_codes_of_its_own_says_that_there_are_none() -> None:
    """The carried changes are of codes that are not in force there."""
    codes = b"code,name,validFrom,validTo\n6101,Krattvik,2024-01-01,\n6202,Fjomsund,2024-01-01,\n"
    others = [one for one in WHOLE if one.content.kind in ("fylke_koder", "statsforvaltere")]
    register = register_of([*others, listed("koder", codes), listed("endringer", EMPTY)])
    assert (list(register.gjeldende(DAY)), register.endringer) == (["6101", "6202"], ())


def test_a_list_without_changes_does_not_make_an_older_map_outdated() -> None:
    codes = listed("koder.csv", FILES["koder.csv"] + b"6206,Nabo,2024-01-01,\n")
    lists = [one for one in WHOLE if one.content.kind not in ("kommune_koder", "kommune_endringer")]
    register = register_of([*lists, codes, MAP, listed("endringer", EMPTY, 2)])
    assert {endring.til for endring in register.endringer} == {"6205", "6206"}


def test_the_example_has_no_offices_in_klass_and_gets_its_own() -> None:
    """Those that the package carries are of the real counties."""
    country = example.register_files()
    offices = country.pop(example.STATSFORVALTERE_FILE)
    lists = [listed(name, content) for name, content in country.items()]
    expected = {row["statsforvalter"] for row in klass_files.parse(offices, example.STATSFORVALTERE_FILE).rows}
    assert {office.statsforvalter for office in register_of(lists).embeter} == expected


def test_another_country_with_the_examples_codes_is_not_given_a_norwegian_office() -> None:
    lists = [one for one in WHOLE if one.content.kind != "statsforvaltere"]
    with pytest.raises(InvalidInput, match="no statsforvalter"):
        register_of(lists)


def test_the_offices_of_norways_counties_are_the_carried_ones_wherever_the_lists_come_from() -> None:
    carried = carried_register()
    heading = b"code,name,validFrom,validTo\n"
    rows = [f"{one.fylkesnr},{one.navn},{one.gyldig_fra},{one.gyldig_til or ''}\n" for one in carried.fylker]
    counties = listed("fylker.csv", heading + "".join(rows).encode())
    register = register_of([counties])
    assert {(one.statsforvalter, one.fylkesnr) for one in register.embeter} == {
        (one.statsforvalter, one.fylkesnr) for one in carried.embeter
    }


def test_offices_that_came_in_go_before_those_of_the_example() -> None:
    register = register_of(WHOLE)
    assert {office.statsforvalter for office in register.embeter} == {"Embetet i Lurfylket", "Embetet i Skrattfylket"}


def test_lists_that_do_not_fit_each_other_are_all_named() -> None:
    orphan = FILES["koder.csv"] + b"7101,Utenfylke,2015-01-01,\n"
    with pytest.raises(InvalidInput) as caught:
        register_of([listed("koder.csv", orphan), *WHOLE[1:]])
    assert all(finding.file for finding in caught.value.findings)
    assert "7101" in str(caught.value)


def test_the_homes_own_list_goes_before_any_other_of_its_kind_however_new() -> None:
    (offices,) = [one for one in WHOLE if one.content.kind == "statsforvaltere"]
    mine = klass_files.parse(b"statsforvalter,fylkesnr\nMitt embete,61\nMitt embete,62\n", "egen")
    newer = replace(offices, file="nyere.csv", intake=9)
    own = RegisterList("egen", mine, 1, own=True)
    register = register_of([*WHOLE, newer, own])
    assert {office.statsforvalter for office in register.embeter} == {"Mitt embete"}
