"""Points of cells and shares of units, worked by hand. Each case names the mistake that it guards against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppfolging_pipeline.engine import Engine, open_engine
from oppfolging_pipeline.indicators.andel import andel_rader
from oppfolging_pipeline.indicators.vurdering import vurder
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set

LESING = Item("lesing", "skalapoeng", 5)
MOBBING = Item("mobbing", "andel_mobbet", 7, verdi="5")
POENG = Item("grunnskolepoeng", "grunnskolepoeng", 10, vekt=3, verdi="2.5")
YEARS = ("2022-23", "2023-24", "2024-25")
Cell = tuple[str | None, str]  # verdi, verdistatus


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


def cell_row(item: Item, skoleaar: str, cell: Cell, enhet: str = "6101", vindusaar: int = 1) -> dict[str, Any]:
    verdi, status = cell
    return {
        "uttrekksaar": 2025, "indikatorsett": "prove", "nivaa": "kommune", "enhet": enhet, "kommunenr": enhet,
        "indikator": item.indikator, "maal": item.maal, "trinn": item.trinn, "skoleaar": skoleaar,
        "vindusaar": vindusaar, "verdi": None if verdi is None else Decimal(verdi), "verdistatus": status,
        "ikke_bygd_grunn": "Prøve." if status == "kan_ikke_bygges" else None, "antall": 20, "beregnet": False,
        "forelopig": False,
    }  # fmt: skip


def limit_row(item: Item, skoleaar: str, national: str, absolute: str) -> dict[str, Any]:
    return {
        "uttrekksaar": 2025, "indikatorsett": "prove", "indikator": item.indikator, "trinn": item.trinn,
        "skoleaar": skoleaar, "nasjonal_grense": Decimal(national), "absolutt_grense": Decimal(absolute),
        "metode": "avvik", "kilde": "prøve", "rettelse": None, "offisielt": True, "eksempel": False,
    }  # fmt: skip


def points(engine: Engine, items: Sequence[Item], cells: list[dict[str, Any]], limits: list[dict[str, Any]]) -> Any:
    request = Request(2025, small_set(items), default_catalog())
    harmonisert = engine.rows(table("harmonisert"), cells)
    return vurder(engine, harmonisert, engine.rows(table("grense"), limits), request)


@pytest.mark.parametrize(
    ("item", "national", "absolute", "verdi", "expected"),
    [
        # Higher is better: (risikopoeng, mulige_risikopoeng, forbi_absolutt).
        pytest.param(LESING, "50", "47", "51", (0, 3, False), id="better-than-national"),
        pytest.param(LESING, "50", "47", "50", (0, 3, False), id="equal-to-national-is-not-worse"),
        pytest.param(LESING, "50", "47", "49", (1, 3, False), id="worse-than-national"),
        pytest.param(LESING, "50", "47", "47", (1, 3, False), id="equal-to-absolute-is-only-worse-than-national"),
        pytest.param(LESING, "50", "47", "46", (3, 3, True), id="worse-than-absolute-is-3-not-1-plus-3"),
        pytest.param(LESING, "47", "44", "44", (1, 3, False), id="44-against-44-is-not-worse"),
        pytest.param(LESING, "44", "44", "44", (0, 3, False), id="equal-to-both-limits"),
        pytest.param(LESING, "44", "44", "43", (3, 3, True), id="equal-limits-give-the-absolute-points"),
        # Lower is better, with decimals that binary floats cannot hold (8.9 + 5 is 13.9).
        pytest.param(MOBBING, "8.9", "13.9", "8.8", (0, 3, False), id="lower-is-better-than-national"),
        pytest.param(MOBBING, "8.9", "13.9", "8.9", (0, 3, False), id="lower-equal-to-national"),
        pytest.param(MOBBING, "8.9", "13.9", "9.0", (1, 3, False), id="higher-than-national-is-worse"),
        pytest.param(MOBBING, "8.9", "13.9", "13.9", (1, 3, False), id="13.9-against-13.9-is-not-worse"),
        pytest.param(MOBBING, "8.9", "13.9", "14.0", (3, 3, True), id="higher-than-absolute-is-worse"),
        # Weight 3 on both points and possible points.
        pytest.param(POENG, "43.7", "41.2", "41.2", (3, 9, False), id="41.2-against-41.2-is-not-worse"),
        pytest.param(POENG, "43.7", "41.2", "41.1", (9, 9, True), id="one-tenth-worse-weighs-three-times"),
        pytest.param(POENG, "43.7", "41.2", "43.7", (0, 9, False), id="equal-to-national-with-weight"),
    ],
)
def test_points_of_one_shown_cell(
    engine: Engine, item: Item, national: str, absolute: str, verdi: str, expected: tuple[int, int, bool]
) -> None:
    rows = points(
        engine, [item], [cell_row(item, "2023-24", (verdi, "vist"))], [limit_row(item, "2023-24", national, absolute)]
    )
    assert rows.project("risikopoeng, mulige_risikopoeng, forbi_absolutt").fetchall() == [expected]


@pytest.mark.parametrize("status", ["skjermet", "mangler", "ikke_aktuelt", "kan_ikke_bygges"])
def test_a_cell_that_is_not_shown_has_no_points_and_none_possible(engine: Engine, status: str) -> None:
    rows = points(
        engine, [LESING], [cell_row(LESING, "2023-24", (None, status))], [limit_row(LESING, "2023-24", "50", "47")]
    )
    assert rows.project("risikopoeng, mulige_risikopoeng, forbi_absolutt").fetchall() == [(None, 0, None)]


def test_each_year_is_held_against_its_own_limits(engine: Engine) -> None:
    """A window-wide limit would give the same points twice."""
    rows = points(
        engine,
        [LESING],
        [cell_row(LESING, year, ("48", "vist")) for year in YEARS[:2]],
        [limit_row(LESING, YEARS[0], "48", "45"), limit_row(LESING, YEARS[1], "52", "49")],
    )
    assert rows.project("skoleaar, risikopoeng").order("skoleaar").fetchall() == [(YEARS[0], 0), (YEARS[1], 3)]


def share(engine: Engine, cells: Sequence[Sequence[Cell]], items: Sequence[Item] = (LESING, MOBBING, POENG)) -> Any:
    """The row of `andel` of one unit: `cells[i]` are the cells of `items[i]` for the years of the window."""
    limits = {"lesing": ("50", "47"), "mobbing": ("8.9", "13.9"), "grunnskolepoeng": ("43.7", "41.2")}
    rows, known = [], []
    for item, of_item in zip(items, cells, strict=True):
        for number, cell in enumerate(of_item, start=1):
            # Final marks lag one year: the window's second year is another school year for them.
            skoleaar = ("2021-22", *YEARS)[number - 1 if item is POENG else number]
            rows.append(cell_row(item, skoleaar, cell, vindusaar=number))
            known.append(limit_row(item, skoleaar, *limits[item.indikator]))
    return engine.fetch(andel_rader(engine, points(engine, items, rows, known)))[0]


V, X, M, N = "vist", (None, "skjermet"), (None, "mangler"), (None, "ikke_aktuelt")
U = (None, "kan_ikke_bygges")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(
            # lesing 1 + 3 + 0 = 4 of 9; mobbing 3 of 3 (two shielded); grunnskolepoeng 3·1 of 9 (two missing).
            # 4 + 3 + 3 = 10 of 9 + 3 + 9 = 21. Weights: shown 3 + 1 + 3 = 7, existing 3 + 3 + 3 = 9. All three years.
            [
                [("49", V), ("46", V), ("50", V)],
                [("14.0", V), X, X],
                [M, M, ("43.6", V)],
            ],
            (10, 21, 100 * 10 / 21, 7, 9, 7 / 9, 3, 2, 0),
            id="sums-first-then-divides",
        ),
        pytest.param(
            # Means of shares would say (100 + 0) / 2 = 50 for 3 of 3 beside 0 of 9; summed it is 3 of 12.
            [[("46", V), M, M], [N, N, N], [("45.0", V), M, M]],
            (3, 12, 25.0, 4, 4, 1.0, 1, 1, 0),
            id="not-a-mean-of-shares",
        ),
        pytest.param(
            # Final marks of the window's second year and tests of its second year are one year of figures, not two.
            [[M, ("50", V), M], [M, M, M], [M, ("44.0", V), M]],
            (0, 12, 0.0, 4, 4, 1.0, 1, 0, 0),
            id="a-lagged-source-counts-by-window-year",
        ),
        pytest.param(
            # What a change of municipalities left unknown exists: 1 is shown of 1 + 1 + 3, and 3 that are starred.
            [[("46", V), U, M], [N, N, N], [U, M, X]],
            (3, 3, 100.0, 1, 8, 1 / 8, 1, 1, 4),
            id="what-cannot-be-built-exists",
        ),
        pytest.param(
            [[X, X, X], [N, N, N], [X, M, M]], (0, 0, None, 0, 6, 0.0, 0, 0, 0), id="all-shielded-has-no-share"
        ),
        pytest.param(
            [[M, M, M], [N, N, N], [M, M, M]], (0, 0, None, 0, 0, None, 0, 0, 0), id="nothing-has-no-coverage"
        ),
    ],
)
def test_share_of_one_unit(engine: Engine, cells: list[list[Cell]], expected: tuple[Any, ...]) -> None:
    names = (
        "risikopoeng", "mulige_risikopoeng", "andel_risikopoeng", "vekt_vist", "vekt_finnes", "dekningsgrad",
        "aar_med_tall", "celler_forbi_absolutt", "vekt_ikke_bygd",
    )  # fmt: skip
    row = share(engine, cells)
    assert tuple(row[name] for name in names) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # Five of seven figures, though their weights are 7 of 9.
        ([[("49", V), ("46", V), ("50", V)], [("14.0", V), X, X], [M, M, ("43.6", V)]], (5, 7, 0, 3, 3)),
        # Shown in the first year alone; the second would have a figure if what cannot be built could.
        ([[("46", V), U, M], [N, N, N], [U, M, X]], (1, 4, 2, 1, 2)),
        ([[M, M, M], [N, N, N], [M, M, M]], (0, 0, 0, 0, 0)),
    ],
    ids=["weights-are-no-counts", "what-cannot-be-built", "nothing"],
)
def test_figures_and_years_of_one_unit_are_counted(
    engine: Engine, cells: list[list[Cell]], expected: tuple[int, ...]
) -> None:
    names = ("celler_vist", "celler_finnes", "celler_ikke_bygd", "aar_med_tall", "aar_med_tall_om_bygd")
    row = share(engine, cells)
    assert tuple(row[name] for name in names) == expected


def test_a_unit_is_preliminary_when_any_of_its_cells_is(engine: Engine) -> None:
    cells = [cell_row(LESING, year, ("50", "vist")) for year in YEARS]
    cells[2]["forelopig"] = True
    limits = [limit_row(LESING, year, "50", "47") for year in YEARS]
    assert engine.fetch(andel_rader(engine, points(engine, [LESING], cells, limits)))[0]["forelopig"] is True


values = st.integers(0, 200).map(lambda tenths: f"{tenths / 10:.1f}")
cells_strategy = st.lists(
    st.one_of(values.map(lambda v: (v, "vist")), st.sampled_from([X, M, N])), min_size=3, max_size=3
)


@settings(max_examples=40, deadline=None)
@given(cells=cells_strategy, hidden=st.integers(0, 2))
def test_shielding_a_cell_never_gives_points(cells: list[Cell], hidden: int) -> None:
    with open_engine() as engine:
        before = share(engine, [cells], [MOBBING])
        after = share(engine, [[X if number == hidden else cell for number, cell in enumerate(cells)]], [MOBBING])
    assert after["risikopoeng"] <= before["risikopoeng"]
    assert after["mulige_risikopoeng"] <= before["mulige_risikopoeng"]
    for row in (before, after):
        assert row["andel_risikopoeng"] is None or 0 <= row["andel_risikopoeng"] <= 100
        assert row["dekningsgrad"] is None or 0 <= row["dekningsgrad"] <= 1


@settings(max_examples=30, deadline=None)
@given(pair=st.tuples(values, values).map(lambda p: sorted(p, key=Decimal)))
@pytest.mark.parametrize("item", [MOBBING, LESING], ids=["lower-is-better", "higher-is-better"])
def test_a_worse_figure_never_gives_fewer_points(item: Item, pair: list[str]) -> None:
    """`pair` is ascending: for MOBBING the second figure is worse or equal, for LESING the first."""
    cells = [cell_row(item, year, (verdi, "vist")) for year, verdi in zip(YEARS[:2], pair, strict=True)]
    limits = {"mobbing": ("8.9", "13.9"), "lesing": ("10", "7")}[item.indikator]
    with open_engine() as engine:
        rows = points(engine, [item], cells, [limit_row(item, year, *limits) for year in YEARS[:2]])
        (first,), (second,) = rows.order("skoleaar").project("risikopoeng").fetchall()
    assert (first <= second) if item is MOBBING else (first >= second)
