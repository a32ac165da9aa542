"""The suites of ranking and choice on the sentences that the wording makes, in every case that it has.

Belongs here: that what is said rightly passes: ties on the cut, priorities, each reason for not being judged. Does not
belong here: spoiled sentences (`tests.mutation`), where a home has few of these cases.
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
    R: {"grunn_naar_ikke_vurdert", "begrunnelsen_er_kommunens"},
    S: {"vurdert_etter_regelen"},
    K: {"grunnen_er_kandidatens"},
    I: {"begrunnelsen_sier_hva_kandidaten_er"},
}
# Two in category 1, three alike on its cut; one of each reason for not being judged.
KOMMUNER = [
    andel_row("6101", 30, 36, beyond=4), andel_row("6102", 12, 36, beyond=2), andel_row("6103", 12, 36, beyond=1),
    andel_row("6104", 4, 12), andel_row("6105", 1, 7), andel_row("6106", 1, 7), andel_row("6107", 0, 36),
    andel_row("6108", 0, 0, shown=0, exist=0), andel_row("6109", 3, 15, shown=5, exist=12, years=3),
    andel_row("6110", 3, 18, years=1),
]  # fmt: skip
# Four candidates alike but for their share, two of them in that too; one of a municipality that is not judged.
SKOLER = [
    school_row(f"{kommune}{number}", kommune, points)
    for kommune in ("6105", "6106", "6107", "6109")
    for number, points in (("00001", 36), ("00002", 0))
] + [school_row("610100009", "6101", 0, 0, shown=0, exist=0), school_row("610100008", "6101", 3, 9, years=1)]


def of(antall_1: int, antall_2: int, maal: str = "standardavvik", ovre_andel: str = "25") -> RuleSet:
    """The carried set with other parameters."""

    def with_value(parameter: Any, verdi: object) -> Any:
        return parameter.model_copy(update={"verdi": verdi})

    first, second = CARRIED.kategori1, CARRIED.kategori2
    spread = second.spredning.model_copy(update={"maal": with_value(second.spredning.maal, maal)})
    changed = {
        "antall": with_value(second.antall, antall_2),
        "ovre_andel": with_value(second.ovre_andel, Decimal(ovre_andel)),
        "spredning": spread,
    }
    return CARRIED.model_copy(
        update={
            "kategori1": first.model_copy(update={"antall": with_value(first.antall, antall_1)}),
            "kategori2": second.model_copy(update=changed),
        }
    )


def made(rule_set: RuleSet, priorities: Mapping[str, int]) -> dict[str, list[Row]]:
    """The tables of the decision, as the assets make them."""
    of_set = {"indikatorsett": rule_set.navn, "andel_risikopoeng": None, "dekningsgrad": None}  # the last two: unread
    rows = [{**row, **of_set} for row in (*KOMMUNER, *SKOLER)]
    key, names = {"uttrekksaar": 2025, "indikatorsett": rule_set.navn}, names_of(rows)
    decision = decided(rows, rule_set, priorities)
    ranking = tables.rangering_kommune(decision, rule_set, names, key)
    return {
        "andel": rows,
        R: ranking,
        S: tables.rangering_skole(decision, rule_set, names, key),
        K: tables.kandidat_kategori2(decision, rule_set, names, key),
        I: tables.identifisert_kommune(ranking, decision),
    }


def failing(folder: Path, rule_set: RuleSet, rows: Mapping[str, list[Row]]) -> set[str]:
    """Those of the checks of sentences that fail on the tables."""
    files = {name: write_parquet(folder / f"{name}.parquet", table(name).columns, rows[name]) for name in rows}
    request = Request(2025, rule_set, CATALOG)
    facts = {
        "sett": Facts(*kontrollgrunnlag.sett([request])),
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


CASES: dict[str, tuple[RuleSet, dict[str, int], str]] = {
    "three alike on the cut": (of(2, 2), {}, "likhetsregelen avgjorde"),
    "fewer judged than there are places": (of(30, 10), {}, "Identifisert i kategori 1, de 30"),
    "two candidates alike on the cut": (of(4, 1), {}, "kommunenummeret avgjorde"),
    "by priority": (of(2, 2), {"6107": 1, "6106": 2}, "etter statsforvalterens prioritet"),
    "one that is not judged among the candidates": (of(2, 3, "maks_min"), {}, "høyeste minus laveste"),
    "a share with decimals": (of(2, 2, ovre_andel="12.50"), {}, "blant de 12,5 prosent"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_wording_makes_passes_in_every_case(tmp_path, case):
    rule_set, priorities, words = CASES[case]
    rows = made(rule_set, priorities)
    assert any(words in row["begrunnelse"] for row in rows[R]), "the case is there"
    assert failing(tmp_path, rule_set, rows) == set()


QUIET = {
    "of municipalities": (of(2, 2), R, "begrunnelse", " likhetsregelen avgjorde.", "begrunnelsen_er_kommunens"),
    "of candidates": (of(4, 1), K, "grunn", " Står likt med en kandidat på andre siden av grensen;",
                      "grunnen_er_kandidatens"),
}  # fmt: skip


@pytest.mark.parametrize("what", QUIET)
def test_a_tie_on_the_cut_that_is_kept_quiet_is_caught(tmp_path, what):
    rule_set, key, column, words, check = QUIET[what]
    rows = made(rule_set, {})
    rows[key] = [{**row, column: row[column].replace(words, "")} for row in rows[key]]
    assert check in failing(tmp_path, rule_set, rows)
