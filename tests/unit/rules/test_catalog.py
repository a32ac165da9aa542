"""What the catalogue says of each measure, and which column of a grade it is."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.publish.marts import dim_indikator
from oppfolging_pipeline.rules.catalog import Catalog, default_catalog

LEVELS = [f"andel_mestringsnivaa_{level}" for level in range(1, 6)]


@pytest.mark.parametrize(
    ("indikator", "trinn", "expected"),
    [
        ("lesing", 5, ["skalapoeng", *LEVELS[:3]]),
        ("lesing", 8, ["skalapoeng", *LEVELS]),
        ("regning", 9, ["skalapoeng", *LEVELS]),
        ("engelsk", 5, ["skalapoeng", *LEVELS[:3]]),
        ("mobbing", 7, ["andel_mobbet"]),
    ],
)
def test_a_grade_has_its_own_measures(indikator: str, trinn: int, expected: list[str]) -> None:
    assert list(default_catalog().maal_for(indikator, trinn)) == expected


@pytest.mark.parametrize(
    ("trinn", "heading", "expected"),
    [
        (5, "Andel på mestringsnivå 3", "andel_mestringsnivaa_3"),
        (5, "Andel på mestringsnivå 4", None),
        (8, "Andel på mestringsnivå 4", "andel_mestringsnivaa_4"),
        (8, "Mestringsniva 5", "andel_mestringsnivaa_5"),
        (8, "Andel på mestringsnivå 10", None),
    ],
)
def test_a_level_is_found_on_the_grades_that_have_it(trinn: int, heading: str, expected: str | None) -> None:
    assert default_catalog().maal_of_column("lesing", trinn, heading) == expected


def test_the_published_dimension_has_a_row_for_each_measure_of_each_grade_and_no_other() -> None:
    rows = {(row["indikator"], row["trinn"], row["maal"]) for row in dim_indikator(default_catalog())}
    assert ("lesing", 8, "andel_mestringsnivaa_5") in rows
    assert ("lesing", 5, "andel_mestringsnivaa_5") not in rows
    assert len([row for row in rows if row[0] == "engelsk"]) == 4 + 6


def test_the_catalogue_says_what_every_count_counts() -> None:
    catalog = default_catalog()
    assert {key for key, maal in catalog.maal.items() if maal.antall_er == "teller"} == {"andel_mobbet"}
    assert catalog.maal["andel_mobbet"].vekt_fra == "deltakelse"
    assert {key for key, one in catalog.indikatorer.items() if one.valgfri} == {"deltakelse"}
    told = {(row["indikator"], row["antall_er"]) for row in dim_indikator(catalog)}
    assert ("mobbing", "teller") in told and ("stotte_fra_larer", "besvart") in told
    assert len(told) == len(catalog.indikatorer)


# A measure that is declared wrong would be weighted by a numerator, or compared with nothing.
@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("maal", "andel_mobbet", "antall_er"), "besvart", "vekt_fra must stand where antall_er is teller"),
        (("maal", "andel_mobbet", "vekt_fra"), None, "vekt_fra must stand where antall_er is teller"),
        (("maal", "score", "vekt_fra"), "deltakelse", "vekt_fra must stand where antall_er is teller"),
        (("maal", "score", "antall_er"), None, "antall_er"),
        (("maal", "andel_mobbet", "vekt_fra"), "lesing", "lesing is no indicator of elevundersokelsen"),
        (("maal", "andel_mobbet", "vekt_fra"), "ukjent", "ukjent is no indicator of elevundersokelsen"),
        (("maal", "andel_mobbet", "vekt_fra"), "mobbing", "must have one measure, whose antall_er is besvart"),
        (("indikatorer", "deltakelse", "trinn"), (7,), "deltakelse is no indicator of elevundersokelsen with trinn"),
        (
            ("maal", "andel_mobbet", "toleranse", "landet_mot_kommunene"),
            1.5,
            "must stand where the count is the weight",
        ),
        (("maal", "score", "toleranse", "fylke_mot_kommunene"), None, "must stand where the count is the weight"),
    ],
)
def test_a_count_that_is_declared_wrong_is_refused(place: tuple[str, ...], value: object, told: str) -> None:
    given = default_catalog().model_dump()
    *path, last = place
    entry = given
    for part in path:
        entry = entry[part]
    entry[last] = value
    with pytest.raises(ValueError, match=told):
        Catalog.model_validate(given)


def test_grades_with_the_same_test_are_grades_of_the_indicator() -> None:
    # A grade written wrong would be compared with nothing, and the check would pass.
    given = default_catalog().model_dump()
    given["indikatorer"]["engelsk"]["samme_proeve"] = (8, 9)
    with pytest.raises(ValueError, match=r"engelsk: samme_proeve names trinn \[9\]"):
        Catalog.model_validate(given)
