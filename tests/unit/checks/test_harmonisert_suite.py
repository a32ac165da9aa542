"""The suite of the harmonised cells on what `harmonise` makes, whatever municipalities and cells a source lacks.

Belongs here: sound tables that must pass, and the same ones marked wrong. Does not belong here: the queries one by one
(`test_suite_queries`), or spoiled data of a whole home (`tests.mutation`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from checks.suite_files import suite_of
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging import kontrollgrunnlag
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.golden_sets import Item, small_set
from tests.unit.checks.drawn import COMPUTED, SETS, figures
from tests.unit.staging.build import Row, harmonised, observed
from tests.unit.staging.country import BEFORE, changing_country

# What a figure must be made of; `grunnlag_er_helt` asks whether enough of the country is there, which is another thing.
OF_CHANGES = (
    "skolen_i_sin_kommune", "kommunetall_som_observert", "plassert_etter_delingen", "beregnet_er_ombygd",
    "ombygd_bare_av_viste", "delt_uten_skoler_paa_avveie", "delt_av_alle_elevene", "ikke_bygd_av_en_grunn",
    "grunn_der_det_ikke_er_bygd", "antall_er_delenes", "ombygd_mellom_delene",
)  # fmt: skip
SMALL = small_set([Item(), Item("regning")])


def made(folder: Path, rows: list[Row], rule_set: RuleSet = SMALL) -> list[Row]:
    """The table, of those observations."""
    with open_engine() as engine:
        cells = harmonised(engine, folder, rows, changing_country(), rule_set=rule_set).cells
    return list(cells.values())


def failing(cells: Sequence[Row], rows: Sequence[Row], rule_set: RuleSet = SMALL) -> dict[str, set[str]]:
    """The checks that fail on the cells beside those observations, each with the units that it names.

    Asked of the engine as the runner asks, without its reports: it takes a tenth of the time.
    """
    request, register, suite = Request(2025, rule_set, default_catalog()), changing_country(), suite_of("harmonisert")
    facts = {
        "ventet_celle": kontrollgrunnlag.ventet_celle([request]),
        "ventet_kommune": kontrollgrunnlag.ventet_kommune([request], register),
        "opphav": kontrollgrunnlag.opphav([request], register),
        "katalog_kilde": kontrollgrunnlag.katalog_kilde(default_catalog()),
    }
    with open_engine() as engine:
        engine.rows(table("harmonisert"), cells).create_view("harmonisert")
        engine.rows(table("observasjon"), rows).create_view("observasjon")
        for name, (columns, of_fact) in facts.items():
            engine.frame(columns, of_fact).create_view(name)
        for helper in suite.helpers:
            engine.run(helper.sql.format(batch="harmonisert")).create_view(helper.name)
        found = {}
        for check in suite.checks:
            if check.name in OF_CHANGES:
                query = check.kwargs["unexpected_rows_query"].format(batch="harmonisert")
                found[check.name] = {enhet for (enhet,) in engine.run(query).project("enhet").fetchall()}
    assert found.keys() == set(OF_CHANGES)
    return {name: units for name, units in found.items() if units}


def before(*of: tuple[Any, ...]) -> list[Row]:
    """Observations of the year before the changes: each the unit, its figure and pupils, of a school its municipality,
    and of another test than lesing its indikator."""
    rows = []
    for unit, verdi, antall, *more in of:
        named = dict(zip(("kommunenr", "indikator"), more, strict=False))
        rows.append(observed(unit, verdi, antall, skoleaar=BEFORE, **named))
    return rows


S1, S2, S3, S4, S5, S6, S7 = (f"10000000{number}" for number in range(1, 8))
# 6104 and 6105 merge into 6106; 6107 is divided into 6108 and 6109; 6110 into 6111 and, with the whole of 6113, 6112.
# Schools stand in their part by their row of the newest year.
STANDS_IN = {S1: "6108", S2: "6109", S3: "6111", S4: "6112", S5: "6108", S6: "6112"}
PLACED = [observed(orgnr, kommunenr=code) for orgnr, code in STANDS_IN.items()]
SOUND = {
    "a merger": before(("6104", 48, 30), ("6105", 52, 10)),
    "one half of a merger has no row": before(("6104", 48, 30)),
    "one half of a merger has no row, the other is shielded": before(("6104", "*", 30)),
    "no part of a merger has the cell": before(("6104", 48, 30, "", "regning"), ("6105", 52, 10, "", "regning")),
    "one half of a merger has the cell": before(("6104", 48, 30), ("6105", 52, 10, "", "regning")),
    "no part of a merger has a row": before(("6101", 48, 30)),
    "a division seen through": before(("6107", 48, 30), (S1, 50, 20, "6107"), (S2, 44, 10, "6107")),
    "a division without a row of the whole": before((S1, 50, 20, "6107"), (S2, 44, 10, "6107")),
    "a part of a division without a school in the cell": before(("6107", 50, 20), (S1, 50, 20, "6107")),
    "a division of which only another cell is there": before(("6107", 50, 20, "", "regning"), (S1, 50, 20, "6107")),
    "a division whose whole is there without schools": before(("6107", 50, 20)),
    "a division and merger, the merged one without a row": before(
        ("6110", 48, 30), (S3, 50, 20, "6110"), (S6, 44, 10, "6110"), (S4, 51, 10, "6113")
    ),
    "a division and merger, the divided one without a row": before(
        ("6113", 48, 30), (S3, "*", 20, "6110"), (S4, "*", 10, "6113")
    ),
    "a merger cast back to the later code": before(("6106", 48, 30)),
    "a renumbering cast back to the later code": before(("6202", 48, 30)),
    "a part cast back to its later code": before(("6108", 47, "*"), (S1, 50, 20, "6107")),
    "a school that moved, with no figure of the set since": [
        *before((S7, 50, 20, "6101")), observed(S7, kommunenr="6120", trinn=9)
    ],
    "a school under its part already before the division": before(
        ("6107", 49, 35), (S1, 50, 20, "6107"), (S2, 44, 15, "6107"), (S5, 30, 10, "6108")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_table_is_not_refused_for_what_the_source_lacks(tmp_path, name):
    # Municipalities may be without a row in a download, and mergers and divisions are then made of those that have one.
    rows = [*SOUND[name], *PLACED]
    assert failing(made(tmp_path, rows), rows) == {}


@pytest.mark.parametrize("name", SETS)
def test_no_country_that_is_drawn_is_refused(tmp_path, name):
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rows = figures(random.Random(seed), SETS[name], computed=name == COMPUTED)  # noqa: S311 (no secret)
        assert failing(made(folder, rows, SETS[name]), rows, SETS[name]) == {}, seed


WRONG = {
    "half of a merger called rebuilt": ("one half of a merger has no row", "6106", True),
    "a merger called observed": ("a merger", "6106", False),
    "a merger of one cell called observed": (
        "one half of a merger has the cell", "6106", False),
    "a merger of no cell called rebuilt": ("no part of a merger has the cell", "6106", True),
    "a division called observed": ("a division seen through", "6108", False),
    "a hidden division called observed": (
        "a division whose whole is there without schools", "6109", False),
    "a division without a whole called rebuilt": (
        "a division without a row of the whole", "6108", True),
    "an unchanged one called rebuilt": ("no part of a merger has a row", "6101", True),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_marked_wrong_is_caught(tmp_path, name):
    sound, enhet, beregnet = WRONG[name]
    rows = [*SOUND[sound], *PLACED]
    cells = [
        {**cell, "beregnet": beregnet}
        if (cell["enhet"], cell["skoleaar"], cell["indikator"]) == (enhet, BEFORE, "lesing")
        else cell
        for cell in made(tmp_path, rows)
    ]
    assert failing(cells, rows) == {"beregnet_er_ombygd": {enhet}}


SHOWN = {"verdi": Decimal(47), "verdistatus": "vist", "antall": 40, "ikke_bygd_grunn": None}
UNKNOWN = {"verdi": None, "verdistatus": "kan_ikke_bygges", "antall": None, "ikke_bygd_grunn": "En grunn."}
SPOILED = {
    "a merger shown though a part is starred": (
        before(("6104", 47, 30), ("6105", "*", 10)), "6106", SHOWN, {"ombygd_bare_av_viste", "antall_er_delenes"}),
    "a merger shown though a weight is not known": (
        before(("6104", 47, 30), ("6105", 52, "*")), "6106", SHOWN, {"ombygd_bare_av_viste", "antall_er_delenes"}),
    "a part shown though one of its schools is starred": (
        before(("6107", 48, 30), (S1, 50, 20, "6107"), (S5, "*", "*", "6107"), (S2, 44, 10, "6107")), "6108", SHOWN,
        {"ombygd_bare_av_viste", "antall_er_delenes", "ombygd_mellom_delene"}),
    "a part shown though a school is in a third municipality": (
        before(("6107", 48, 42), (S1, 47, 40, "6107"), (S3, 50, 2, "6107")), "6108", SHOWN,
        {"delt_uten_skoler_paa_avveie"}),
    "a part shown though nobody knows where a school is": (
        before(("6107", 48, 42), (S1, 47, 40, "6107"), ("100000009", 50, 2, "6107")), "6108", SHOWN,
        {"delt_uten_skoler_paa_avveie"}),
    "a part shown of some of the pupils": (
        before(("6107", 48, 50), (S1, 47, 40, "6107")), "6108", SHOWN, {"delt_av_alle_elevene"}),
    "a merger of shown parts called unknown": (
        before(("6104", 48, 30), ("6105", 52, 10)), "6106", UNKNOWN, {"ikke_bygd_av_en_grunn"}),
    "a part of shown schools called shielded, as the whole is": (
        before(("6107", "*", "*"), (S1, 50, 20, "6107"), (S2, 44, 10, "6107")), "6108",
        {**UNKNOWN, "verdistatus": "skjermet", "ikke_bygd_grunn": None}, {"ikke_bygd_av_en_grunn"}),
    "what cannot be built called missing": (
        before(("6104", 48, 30), ("6105", "*", 10)), "6106",
        {"verdistatus": "mangler", "ikke_bygd_grunn": None}, {"ikke_bygd_av_en_grunn"}),
    "what cannot be built without a reason": (
        before(("6104", 48, 30), ("6105", "*", 10)), "6106", {"ikke_bygd_grunn": None}, {"grunn_der_det_ikke_er_bygd"}),
    "a reason beside a figure": (
        before(("6104", 48, 30), ("6105", 52, 10)), "6106", {"ikke_bygd_grunn": "En grunn."},
        {"grunn_der_det_ikke_er_bygd"}),
    "the pupils of a merger counted in one part only": (
        before(("6104", 48, 30), ("6105", 52, 10)), "6106", {"antall": 30}, {"antall_er_delenes"}),
    "a merger outside its parts": (
        before(("6104", 48, 30), ("6105", 52, 10)), "6106", {"verdi": Decimal(53)}, {"ombygd_mellom_delene"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_made_wrong_of_parts_is_caught(tmp_path, name):
    of_sources, enhet, change, caught_by = SPOILED[name]
    rows = [*of_sources, *PLACED]
    sound = made(tmp_path, rows)
    assert failing(sound, rows) == {}
    cells = [
        {**cell, **change}
        if (cell["enhet"], cell["skoleaar"], cell["indikator"]) == (enhet, BEFORE, "lesing")
        else cell
        for cell in sound
    ]
    assert failing(cells, rows) == {check: {enhet} for check in caught_by}


@pytest.mark.parametrize(("orgnr", "elsewhere"), [(S7, "6101"), (S1, "6109")], ids=["moved", "in the other part"])
def test_a_school_in_a_municipality_that_it_has_left_is_caught(tmp_path, orgnr, elsewhere):
    rows = [*SOUND["a school that moved, with no figure of the set since"], *PLACED]
    cells = [cell if cell["enhet"] != orgnr else {**cell, "kommunenr": elsewhere} for cell in made(tmp_path, rows)]
    assert failing(cells, rows)["skolen_i_sin_kommune"] == {orgnr}


def test_a_school_that_only_an_older_row_places_is_caught(tmp_path):
    """Its newest row has the number of the whole, which one of the parts may have kept."""
    rows = [*before(("6107", 48, 20), (S1, 48, 20, "6107")), *PLACED[1:]]
    with open_engine() as engine:
        cells = list(harmonised(engine, tmp_path, rows, changing_country(), rule_set=SMALL).cells.values())
    placed = [{**cell, "nivaa": "skole", "enhet": S1} for cell in cells if cell["enhet"] == "6108"]
    found = failing([*cells, *placed], rows)
    assert found["plassert_etter_delingen"] == {S1}


@pytest.mark.parametrize(
    ("answered", "antall", "fails"),
    [
        (20, 5, set()),
        (20, 140, {"antall_er_delenes"}),
        (None, 5, {"ombygd_bare_av_viste", "antall_er_delenes", "ombygd_mellom_delene"}),
    ],
    ids=["by those who answered", "those who answered in the place of the bullied", "without those who answered"],
)
def test_a_merger_of_shares_is_held_against_those_who_answered(tmp_path, answered, antall, fails):
    survey = {"kilde": "elevundersokelsen", "trinn": 7, "skoleaar": BEFORE}
    rows = [
        observed("6104", 4, 2, indikator="mobbing", maal="andel_mobbet", **survey),
        observed("6105", 8, 3, indikator="mobbing", maal="andel_mobbet", **survey),
    ]
    weights = [
        observed(one, 90, 40, indikator="deltakelse", maal="andel_deltatt", **survey) for one in ("6104", "6105")
    ]
    rule_set = small_set([Item("mobbing", "andel_mobbet", 7)])
    cells = made(tmp_path, [*rows, *weights], rule_set)
    (merged,) = [cell for cell in cells if (cell["enhet"], cell["skoleaar"]) == ("6106", BEFORE)]
    assert (merged["verdi"], merged["antall"]) == (6, 5)
    merged["antall"] = antall
    known = weights if answered else weights[:1]
    assert set(failing(cells, [*rows, *known], rule_set)) == fails


def test_a_figure_of_the_half_that_is_there_is_what_was_read(tmp_path):
    # The half that has a row is moved: another figure than its own was not looked at while it was taken for a merger.
    rows = [*SOUND["one half of a merger has no row"], *PLACED]
    cells = made(tmp_path, rows)
    for cell in cells:
        if (cell["enhet"], cell["skoleaar"], cell["indikator"]) == ("6106", BEFORE, "lesing"):
            cell["verdi"] += 1
    assert failing(cells, rows) == {"kommunetall_som_observert": {"6106"}}
