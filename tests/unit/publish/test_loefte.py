"""The promise about shielding: which published figures go beyond what the sources show, and which do not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish.loefte import beyond_the_source
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import small_set
from tests.unit.register.country import change, code, country
from tests.unit.staging.build import Row, Shown, observed
from tests.unit.staging.country import AFTER, BEFORE, changing_country

S1, S2, S3, S4 = "100000001", "100000002", "100000003", "100000004"
REQUEST = Request(2025, small_set(), default_catalog())
_TALL = {
    "uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR", "nivaa": "VARCHAR", "enhet": "VARCHAR",
    "indikator": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR", "verdi": "DOUBLE", "antall": "INTEGER",
    "beregnet": "BOOLEAN", "rettelse": "VARCHAR",
}  # fmt: skip


def grunn(
    enhet: str,
    verdi: float | None,
    antall: int | None,
    said: Sequence[Row],
    *,
    skoleaar: str = AFTER,
    beregnet: bool = False,
    rettelse: str | None = None,
    same: bool = True,
    register: Register | None = None,
) -> str | None:
    """Why the published figure may not stand; None when it may. Lesing on trinn 5; `same`: read from those contents."""
    nivaa = "skole" if len(enhet) == 9 else "kommune"
    row = (2025, REQUEST.rule_set.navn, nivaa, enhet, "lesing", 5, skoleaar, verdi, antall, beregnet, rettelse)
    with open_engine() as engine:
        found = beyond_the_source(
            engine,
            engine.frame(_TALL, [row]),
            engine.rows(table("siste_utsagn"), [{**one, "kjent": True} for one in said]),
            [REQUEST],
            register or changing_country(),
            engine.rows(
                table("sporing"),
                [
                    {**REQUEST.partition, "sha256": "0" * 64, "kilde": "nasjonale_prover", "skoleaar": aar,
                     "indikator": "lesing", "maal": "skalapoeng", "trinn": 5, "celler": 1}
                    for aar in (BEFORE, AFTER) if same
                ],
            ),
        )  # fmt: skip
        rows = engine.fetch(found)
    return rows[0]["grunn"] if rows else None


K = "6101"
OWN: dict[str, tuple[tuple[Shown, Shown], tuple[float | None, int | None, str | None], str | None]] = {
    "as the source shows it": ((50, 20), (50, 20, None), None),
    "a star": (("*", "*"), (50, 20, None), "skjermet"),
    "a star on the number of pupils": ((50, "*"), (50, 20, None), "skjermet"),
    "a star on the number of pupils, which is not told": ((50, "*"), (50, None, None), None),
    "a star, corrected": (("*", "*"), (50, 20, "x"), "skjermet"),
    "no figure any more": ((None, None), (50, 20, None), "borte"),
    "no number of pupils": ((50, None), (50, 20, None), "borte"),
    "another figure": ((49, 20), (50, 20, None), "annet_tall"),
    "a figure a little off": ((50, 20), (50.0004, 20, None), "annet_tall"),
    "another number of pupils": ((50, 21), (50, 20, None), "annet_tall"),
    "another figure, marked with its correction": ((49, 21), (50, 20, "x"), None),
}


@pytest.mark.parametrize("enhet", [K, S1])
@pytest.mark.parametrize(("shown", "published", "expected"), OWN.values(), ids=OWN)
def test_a_figure_as_it_stands(enhet, shown, published, expected):
    verdi, antall, rettelse = published
    others = [observed("6120", 50, 20), observed(S4, 50, 20, kommunenr="6120")]
    said = [observed(enhet, *shown, kommunenr=K), *others]
    assert grunn(enhet, verdi, antall, said, rettelse=rettelse) == expected


def test_a_cell_that_is_gone_is_told_from_a_series_that_nothing_is_known_of():
    others = [observed("6120", 50, 20)]
    assert grunn(K, 50, 20, others) == "borte"
    assert grunn(K, 50, 20, [observed("6120", 50, 20, skoleaar=BEFORE)]) == "ukjent"


def test_of_a_result_of_other_contents_it_is_asked_whether_the_cell_is_shown_and_not_what_it_shows():
    assert grunn(K, 50, 20, [observed(K, 49, 21)], same=False) is None
    assert grunn(K, 50, 20, [observed(K, "*", 21)], same=False) == "skjermet"


def test_a_new_number_moves_the_figure():
    assert grunn("6202", 50, 20, [observed("6102", 50, 20, skoleaar=BEFORE)], skoleaar=BEFORE) is None
    assert grunn("6202", 50, 20, [observed("6102", "*", 20, skoleaar=BEFORE)], skoleaar=BEFORE) == "skjermet"


MERGED: dict[str, tuple[Sequence[tuple[Shown, Shown]], str | None]] = {
    "both shown": ([(40, 10), (50, 30)], None),
    "one is starred": ([(40, 10), ("*", "*")], "skjermet"),
    "one has a starred weight": ([(40, 10), (50, "*")], "skjermet"),
    "one has no weight": ([(40, 40), (50, None)], "borte"),
    "one is without pupils": ([(47.5, 40), (None, 0)], None),
    "one is empty": ([(47.5, 40), (None, None)], None),
    "one lacks its figure": ([(47.5, 30), (None, 10)], "borte"),
    "another mean": ([(41, 10), (50, 30)], None),  # 47.75, published as 48
    "another mean than can be rounded to it": ([(46, 10), (50, 30)], "annet_tall"),
}


@pytest.mark.parametrize(("parts", "expected"), MERGED.values(), ids=MERGED)
def test_a_merger(parts, expected):
    said = [observed(code, *cell, skoleaar=BEFORE) for code, cell in zip(("6104", "6105"), parts, strict=True)]
    assert grunn("6106", 48, 40, said, skoleaar=BEFORE, beregnet=True) == expected


def test_half_of_a_merger_that_the_source_alone_has_is_moved_and_never_beside_a_starred_half():
    half = observed("6104", 48, 40, skoleaar=BEFORE)
    assert grunn("6106", 48, 40, [half], skoleaar=BEFORE) is None
    assert grunn("6106", 48, 40, [half, observed("6105", "*", "*", skoleaar=BEFORE)], skoleaar=BEFORE) == "skjermet"


def divided(*schools: tuple[str, tuple[Shown, Shown], str | None]) -> list[Row]:
    """6107 before, whose own figure is starred, with its schools, each with its code after (None: gone)."""
    rows = [observed("6107", "*", "*", skoleaar=BEFORE), observed("6108", 50, 20)]
    for orgnr, cell, after in schools:
        rows.append(observed(orgnr, *cell, kommunenr="6107", skoleaar=BEFORE))
        if after is not None:
            rows.append(observed(orgnr, 50, 20, kommunenr=after))
    return rows


DIVIDED: dict[str, tuple[Sequence[tuple[str, tuple[Shown, Shown], str | None]], str | None]] = {
    "its schools are shown": ([(S1, (48, 40), "6108"), (S2, (30, 9), "6109")], None),
    "a school of the other part is starred": ([(S1, (48, 40), "6108"), (S2, ("*", "*"), "6109")], None),
    "a school of its own is starred": ([(S1, (48, 40), "6108"), (S2, ("*", "*"), "6108")], "skjermet"),
    "a school that nobody can place is starred": ([(S1, (48, 40), "6108"), (S2, ("*", "*"), None)], "skjermet"),
    "a school that went to a third municipality is starred": ([(S1, (48, 40), "6108"), (S2, ("*", "*"), "6101")], None),
    "it has no school": ([(S2, (48, 40), "6109")], "borte"),
}


@pytest.mark.parametrize(("schools", "expected"), DIVIDED.values(), ids=DIVIDED)
def test_a_part_of_a_division(schools, expected):
    assert grunn("6108", 48, 40, divided(*schools), skoleaar=BEFORE, beregnet=True) == expected


def test_an_old_code_beside_the_new_one_is_not_asked_about():
    """A download has both the merged municipality and its parts: the one that was in force counts."""
    said = [observed("6106", 48, 40), observed("6104", "*", "*"), observed("6105", "*", "*")]
    assert grunn("6106", 48, 40, said) is None


@pytest.mark.parametrize(("whole", "expected"), [("*", "skjermet"), (48, "udelt")])
def test_the_whole_never_stands_as_a_part(whole, expected):
    """The part that kept the code of the whole was given its figure."""
    said = [observed("6107", whole, 40, skoleaar=BEFORE), observed("6108", 50, 20)]
    assert grunn("6108", 48, 40, said, skoleaar=BEFORE) == expected


def test_a_school_under_a_code_that_no_municipality_row_stands_under_is_a_part_of_a_division():
    """6101 has no row of its own that year; its school was placed in a part of 6107 since."""
    schools = divided((S1, (40, 20), "6108"))
    schools += [observed(S2, 56, 20, kommunenr="6108", skoleaar=BEFORE)]
    assert grunn("6108", 48, 40, schools, skoleaar=BEFORE, beregnet=True) is None
    schools[-1] |= {"verdi": None, "verdistatus": "skjermet"}
    assert grunn("6108", 48, 40, schools, skoleaar=BEFORE, beregnet=True) == "skjermet"


def test_a_school_that_stands_twice_is_one_part():
    twice = [observed(S1, 48, 40, kommunenr=code, skoleaar=BEFORE) for code in ("6107", "6108")]
    said = [observed("6107", "*", "*", skoleaar=BEFORE), observed(S1, 50, 20, kommunenr="6108"), *twice]
    assert grunn("6108", 48, 40, said, skoleaar=BEFORE, beregnet=True) is None


def test_a_correction_gives_no_merger_a_weight_that_the_source_does_not_show():
    said = [observed("6104", 40, 10, skoleaar=BEFORE), observed("6105", 50, "*", skoleaar=BEFORE)]
    assert grunn("6106", 48, None, said, skoleaar=BEFORE, beregnet=True, rettelse="x") == "uten_vekt"


def test_a_school_is_placed_by_a_later_row_under_a_number_that_came_after_the_identification():
    """It counted as a part of both municipalities, and a star on it stopped the release of the other."""
    day, later = "2024-12-01", "2025-06-01"
    codes = [code("6107", end=day), code("6108", day, later), code("6118", later), code("6109", day)]
    changes = [change(day, "6107", "6108"), change(day, "6107", "6109"), change(later, "6108", "6118")]
    said = [observed("6107", "*", "*")]
    for orgnr, cell, after in ((S1, ("*", "*"), "6118"), (S2, (48, 40), "6109")):
        said += [observed(orgnr, *cell, kommunenr="6107"), observed(orgnr, kommunenr=after, skoleaar="2025-26")]
    register = country(codes, changes)
    assert grunn("6109", 48, 40, said, beregnet=True, register=register) is None
    assert grunn("6108", 48, 40, said, beregnet=True, register=register) == "skjermet"
