"""What the example shields hides: no figure and no count follows from a municipality and its other schools."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oppfolging_pipeline.sources.example import GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
from oppfolging_pipeline.sources.example.calendar import autumn_era, position, spring_era
from oppfolging_pipeline.sources.example.cells import Cell, published
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.schools import skoler
from oppfolging_pipeline.sources.example.series import POENG, PROVER, UNDERSOKELSE
from oppfolging_pipeline.sources.example.shielding import Hidden, beside

# Schools 1, 2 and 3 of municipality A and 9 of B, with their pupils; 4 of A has none.
PUPILS = {1: 20, 2: 30, 3: 40, 4: 0, 9: 50}
KOMMUNE_OF = {1: "A", 2: "A", 3: "A", 4: "A", 9: "B"}
BESIDE: dict[str, tuple[tuple[set[int], set[str]], tuple[set[int], set[str]]]] = {
    "nothing hidden": ((set(), set()), (set(), set())),
    "a single school": (({3}, set()), ({1, 3}, set())),
    "a single school, the smallest": (({1}, set()), ({1, 2}, set())),
    "two schools": (({1, 3}, set()), ({1, 3}, set())),
    "a municipality alone": ((set(), {"A"}), ({1}, {"A"})),
    "a municipality and a school": (({2}, {"A"}), ({2}, {"A"})),
    "the only school": (({9}, set()), ({9}, {"B"})),
    "a municipality of one school": ((set(), {"B"}), ({9}, {"B"})),
}


@pytest.mark.parametrize(("hidden", "expected"), BESIDE.values(), ids=BESIDE)
def test_what_is_hidden_beside(hidden: tuple[set[int], set[str]], expected: tuple[set[int], set[str]]) -> None:
    found = beside(PUPILS, KOMMUNE_OF, Hidden(frozenset(hidden[0]), frozenset(hidden[1])))
    assert (set(found.skoler), set(found.kommuner)) == expected


def municipalities() -> Iterator[tuple[Cell, list[Cell]]]:
    """Every cell of a municipality in every school year and series, with the cells of its schools that have pupils."""
    for skoleaar in sorted({*SKOLEAAR, *GRUNNSKOLEPOENG_SKOLEAAR}):
        for series, years, era in (
            (PROVER + UNDERSOKELSE, SKOLEAAR, autumn_era(skoleaar)),
            (POENG, GRUNNSKOLEPOENG_SKOLEAAR, spring_era(skoleaar)),
        ):
            if skoleaar not in years:
                continue
            figures = published(skoleaar, era, series)
            kommune_of = [steder()[skole.sted_in(position(skoleaar))].koder[era] for skole in skoler()]
            for serie in series:
                schools: dict[str, list[Cell]] = {}
                for nr, cell in figures.skoler[serie].items():
                    if cell.tally.antall:
                        schools.setdefault(kommune_of[nr], []).append(cell)
                for code, cell in figures.kommuner[serie].items():
                    if cell.tally.antall:
                        yield cell, schools[code]


def test_no_figure_and_no_count_follows_from_a_municipality_and_its_other_schools() -> None:
    # As in Udir's own files: a shown one never stands beside exactly one that is hidden, nor a hidden one beside none.
    seen = set()
    for kommune, schools in municipalities():
        hidden = sum(cell.status == "skjermet" for cell in schools)
        without_count = sum(cell.status == "skjermet" or cell.antall_skjult for cell in schools)
        assert hidden != 1 if kommune.status == "vist" else hidden > 0
        assert without_count > 0 if kommune.status == "skjermet" or kommune.antall_skjult else without_count != 1
        seen.add((kommune.status, min(hidden, 2), min(len(schools), 2)))
    assert seen == {
        ("vist", 0, 1), ("vist", 0, 2), ("vist", 2, 2), ("skjermet", 1, 1), ("skjermet", 1, 2), ("skjermet", 2, 2),
    }  # fmt: skip


def test_a_series_is_shielded_alike_whatever_else_is_asked_for() -> None:
    skoleaar = SKOLEAAR[-2]
    alone, together = (published(skoleaar, autumn_era(skoleaar), asked) for asked in (PROVER, UNDERSOKELSE + PROVER))
    assert all(alone.skoler[serie] == together.skoler[serie] for serie in PROVER)
    assert all(alone.kommuner[serie] == together.kommuner[serie] for serie in PROVER)
