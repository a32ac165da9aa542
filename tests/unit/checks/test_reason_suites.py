"""The suites of ranking and choice on the sentences that the wording makes, in every case that it has.

Belongs here: that what is said and ordered rightly passes, whatever order a set has: ties on the cut, priorities, open
points, each reason for not being judged. Does not belong here: spoiled sentences (`tests.mutation`), where a home has
few of these cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assets.audited import ToAudit, targets_of
from checks.catalogue import Beside, Facts
from checks.runner import run_checks
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.identification import tables
from oppfolging_pipeline.publish.kontrollgrunnlag import regelsett_parameter
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.rules.merking import merking_av
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging import kontrollgrunnlag
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.declared import write_parquet
from tests.unit.identification.build import andel_row, decided, names_of, school_row

Row = dict[str, Any]
CATALOG = default_catalog()
CARRIED = load_rule_set("np-skalapoeng", CATALOG)
R, S, K, I = "rangering_kommune", "rangering_skole", "kandidat_kategori2", "identifisert_kommune"  # noqa: E741
CHECKS = {
    R: {"grunn_naar_ikke_vurdert", "begrunnelsen_er_kommunens", "plass_etter_andel_og_likhetsregel",
        "margin_delt_og_naer", "aapne_poeng_som_regnet"},
    S: {"vurdert_etter_regelen"},
    K: {"grunnen_er_kandidatens", "rekkefolgen_er_settets", "spredning_som_regnet"},
    I: {"begrunnelsen_sier_hva_kandidaten_er", "margin_og_delt_i_kategori2"},
}  # fmt: skip
# Two in category 1, three alike on its cut; one of each reason for not being judged, and of what open points can do.
KOMMUNER = [
    andel_row("6101", 30, 36, beyond=4, open_weight=1), andel_row("6102", 12, 36, beyond=2),
    andel_row("6103", 12, 36, beyond=1),
    andel_row("6104", 4, 12), andel_row("6105", 0, 36), andel_row("6106", 1, 7), andel_row("6107", 1, 7),
    andel_row("6108", 0, 0, shown=0, exist=0), andel_row("6109", 3, 15, shown=5, exist=12, years=3),
    andel_row("6110", 3, 18, years=1), andel_row("6111", 0, 0, shown=0, exist=12, years=0),
    andel_row("6112", 11, 33, beyond=3, open_weight=1), andel_row("6113", 0, 33, open_weight=1),
    andel_row("6114", 6, 15, shown=5, exist=12, open_weight=1),
    andel_row("6115", 6, 15, shown=4, exist=12, open_weight=1), andel_row("6116", 6, 2997, shown=999, exist=2000),
]  # fmt: skip
# Four candidates alike but for their share, two of them in that too; one of a municipality that is not judged.
SKOLER = [
    school_row(f"{kommune}{number}", kommune, points)
    for kommune in ("6105", "6106", "6107", "6109")
    for number, points in (("00001", 36), ("00002", 0))
] + [school_row("610100009", "6101", 0, 0, shown=0, exist=0), school_row("610100008", "6101", 3, 9, years=1)]


def of(antall_1: int, antall_2: int, **other: Any) -> RuleSet:
    """The carried set with other parameters: `antall` and `ved_likhet` of category 1, and those of category 2."""

    def with_value(parameter: Any, verdi: object) -> Any:
        return parameter.model_copy(update={"verdi": verdi})

    first, second = CARRIED.kategori1, CARRIED.kategori2
    of_first = {"antall": antall_1} | {"ved_likhet": other.pop("ved_likhet_1", first.ved_likhet.verdi)}
    maal = other.pop("maal", "standardavvik")
    spread = second.spredning.model_copy(update={"maal": with_value(second.spredning.maal, maal)})
    of_second = {"antall": antall_2, **other}
    return CARRIED.model_copy(
        update={
            "kategori1": first.model_copy(
                update={name: with_value(getattr(first, name), verdi) for name, verdi in of_first.items()}
            ),
            "kategori2": second.model_copy(
                update={name: with_value(getattr(second, name), verdi) for name, verdi in of_second.items()}
                | {"spredning": spread}
            ),
        }
    )


def made(rule_set: RuleSet, priorities: Mapping[str, int]) -> dict[str, list[Row]]:
    """The tables of the decision, as the assets make them."""
    of_set = {"indikatorsett": rule_set.navn, "andel_risikopoeng": None, "dekningsgrad": None}  # the last two: unread
    rows = [{**row, **of_set} for row in (*KOMMUNER, *SKOLER)]
    key, names = {"uttrekksaar": 2025, "indikatorsett": rule_set.navn}, names_of(rows)
    decision = decided(rows, rule_set, priorities)
    merking = merking_av(rule_set, eksempel=True, forelopig=decision.forelopig)
    ranking = merking.merket(tables.rangering_kommune(decision, rule_set, names, key))
    return {
        "andel": rows,
        R: ranking,
        S: tables.rangering_skole(decision, rule_set, names, key),
        K: merking.merket(tables.kandidat_kategori2(decision, rule_set, names, key)),
        I: tables.identifisert_kommune(ranking, decision),
    }


def failing(folder: Path, rule_set: RuleSet, rows: Mapping[str, list[Row]]) -> set[str]:
    """Those of the checks of sentences that fail on the tables."""
    files = {name: write_parquet(folder / f"{name}.parquet", table(name).columns, rows[name]) for name in rows}
    request = Request(2025, rule_set, CATALOG)
    facts = {
        "sett": Facts(*kontrollgrunnlag.sett([request])),
        "merking": Facts(*kontrollgrunnlag.merking([request], eksempel=True)),
        "regelsett_parameter": Facts(*regelsett_parameter([rule_set])),
    }
    whole = targets_of([ToAudit.one(StagedFile(table(key), files[key], files[key], 1)) for key in CHECKS])
    targets = []
    for target in whole:
        checks = tuple(check for check in target.checks if check.name in CHECKS[target.table.key])
        asked = {name for check in checks for name in check.reads}
        targets.append(
            replace(target, checks=checks, helpers=tuple(one for one in target.helpers if one.name in asked))
        )
    found = run_checks(targets, folder / "neste", Beside({name: [file] for name, file in files.items()}, facts))
    assert [len(group) for group in found] == [len(names) for names in CHECKS.values()]
    return {one.kontroll for group in found for one in group if not one.passed}


PRIORITY, SPREAD = "statsforvalterens_prioritet", "storst_spredning"
BY_NUMBER = ("lavest_kommunenr",)
CASES: dict[str, tuple[RuleSet, dict[str, int], str]] = {
    "three alike on the cut": (of(2, 2), {}, "flest tall dårligere enn den absolutte grensen avgjorde"),
    "alike in that too": (of(3, 2), {}, "flest tall dårligere enn den absolutte grensen avgjorde"),
    "alike, and another rule first": (
        of(2, 2, ved_likhet_1=("flest_mulige_poeng", *BY_NUMBER)), {}, "flest mulige risikopoeng avgjorde",
    ),
    "alike, and the number alone": (of(2, 2, ved_likhet_1=BY_NUMBER), {}, "lavest kommunenummer avgjorde"),
    "fewer judged than there are places": (of(30, 10), {}, "Identifisert i kategori 1, de 9 med høyest andel."),
    "two candidates alike on the cut": (of(5, 1), {}, "lik på begge sider av grensen; lavest kommunenummer avgjorde"),
    "candidates of other shares": (of(5, 2), {}, "høyest andel risikopoeng avgjorde"),
    "by priority": (of(2, 2), {"6107": 1, "6106": 2}, "etter statsforvalterens prioritet"),
    "alike, by priority": (of(5, 1), {"6107": 1}, "statsforvalterens prioritet avgjorde"),
    "priority between those alike": (
        of(5, 1, rekkefolge=(SPREAD, PRIORITY)), {"6107": 1}, "etter spredning. Spredningen er lik på begge sider av "
        "grensen; statsforvalterens prioritet avgjorde",
    ),
    "no priority asked for": (of(5, 2, rekkefolge=(SPREAD,)), {"6107": 1}, "høyest andel risikopoeng avgjorde"),
    "the number alone": (of(5, 2, ved_likhet=BY_NUMBER), {}, "lavest kommunenummer avgjorde"),
    "one that is not judged among the candidates": (of(2, 3, maal="maks_min"), {}, "høyeste minus laveste"),
    "after those that are": (of(5, 3), {}, "en vurdert kommune går foran en som ikke er vurdert"),
    "only judged ones are candidates": (
        of(2, 3, ikke_vurdert_kan_vaere_kandidat=False), {}, "Kandidat nr. 3 av 3 i kategori 2",
    ),
    "a share with decimals": (of(2, 2, ovre_andel=Decimal("12.50")), {}, "blant de 12,5 prosent"),
    "open, and it could have moved": (of(2, 2), {}, "; plassen kunne vært en annen."),
    "open, and it could not": (of(2, 2), {}, "; plassen ville vært den samme."),
    "open, and enough to be judged": (of(2, 2), {}, "; med dem kunne kommunen vært vurdert."),
    "open, and still too little": (of(2, 2), {}, "; kommunen ville ikke vært vurdert med dem heller."),
    "so nearly enough that it would read as enough": (of(2, 2), {}, "det 49,95 prosent, og minst 50 prosent kreves."),
    "nothing shown": (of(2, 2), {}, "Ikke vurdert. Ingen av tallene som finnes, er vist."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_wording_makes_passes_in_every_case(tmp_path, case):
    rule_set, priorities, words = CASES[case]
    rows = made(rule_set, priorities)
    assert any(words in row["begrunnelse"] for row in rows[R]), "the case is there"
    assert failing(tmp_path, rule_set, rows) == set()


TIED = " Spredningen er lik på begge sider av grensen;"
QUIET = {
    "of municipalities": (
        of(2, 2), R, "begrunnelse", " flest tall dårligere enn den absolutte grensen avgjorde.",
        "begrunnelsen_er_kommunens",
    ),
    "of candidates": (of(5, 1), K, "grunn", TIED, "grunnen_er_kandidatens"),
    "that points are open": (
        of(2, 2), R, "begrunnelse", "; plassen kunne vært en annen.", "begrunnelsen_er_kommunens"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", QUIET)
def test_a_tie_on_the_cut_that_is_kept_quiet_is_caught(tmp_path, what):
    rule_set, key, column, words, check = QUIET[what]
    rows = made(rule_set, {})
    assert any(words in row[column] for row in rows[key])
    rows[key] = [{**row, column: row[column].replace(words, "")} for row in rows[key]]
    assert check in failing(tmp_path, rule_set, rows)


@pytest.mark.parametrize(
    ("made_by", "checked_by", "check"),
    [
        (of(2, 2), of(2, 2, ved_likhet_1=BY_NUMBER), "plass_etter_andel_og_likhetsregel"),
        (of(5, 1, rekkefolge=(SPREAD,)), of(5, 1), "rekkefolgen_er_settets"),
        (of(5, 1), of(5, 1, ved_likhet=BY_NUMBER), "rekkefolgen_er_settets"),
        (of(5, 1), of(5, 1, ikke_vurdert_kan_vaere_kandidat=False), "spredning_som_regnet"),
        (of(5, 1), of(5, 1, maal="maks_min"), "spredning_som_regnet"),
    ],
)
def test_a_decision_by_another_order_than_the_sets_is_caught(tmp_path, made_by, checked_by, check):
    """The checks go by the parameters that they are handed, and by no order of their own."""
    assert check in failing(tmp_path, checked_by, made(made_by, {"6107": 1}))


SPOILT = {
    "near the cut": (R, "naer_grensen", lambda old: not old, "margin_delt_og_naer"),
    "open points": (R, "aapne_poeng", lambda old: old + 3, "aapne_poeng_som_regnet"),
    "what they could do": (R, "aapne_kunne_endret_plassen", lambda old: not old, "aapne_poeng_som_regnet"),
    "margin of spread": (I, "margin", lambda old: None if old is None else old + 0.2, "margin_og_delt_i_kategori2"),
    "no margin of spread": (I, "margin", lambda _: None, "margin_og_delt_i_kategori2"),
    "shared place": (I, "delt_plassering", lambda old: not old, "margin_og_delt_i_kategori2"),
    "spread": (K, "spredning", lambda old: old + 0.1, "spredning_som_regnet"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_not_as_computed_is_caught(tmp_path, what):
    rule_set = of(5, 1)
    key, column, changed, check = SPOILT[what]
    rows = made(rule_set, {})
    rows[key] = [{**row, column: changed(row[column])} for row in rows[key]]
    assert check in failing(tmp_path, rule_set, rows)
