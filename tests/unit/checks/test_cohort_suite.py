"""The suite of the cohorts on what `pulje_rader` makes, through changes of municipalities after the identification.

Belongs here: lawful changes that must pass, and the same changes got wrong. Does not belong here: the queries one by
one (`test_suite_queries`), or spoiled data of a whole home (`tests.mutation`).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.audited import ToAudit, targets_of
from checks.catalogue import Beside, Facts
from checks.runner import run_checks
from oppfolging_pipeline.cohorts import kontrollgrunnlag
from oppfolging_pipeline.cohorts.dagen import identifiseringer, puljer
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.loader import load_rule_set
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table
from tests.support.declared import minimal_row, write_parquet
from tests.unit.register.country import change, code, country

Row = dict[str, Any]
CATALOG = default_catalog()
OWN, OTHER = (load_rule_set(name, CATALOG) for name in ("udir-2020", "np-skalapoeng"))
BEFORE, BETWEEN, AFTER = date(2025, 3, 1), date(2026, 2, 1), date(2027, 2, 1)
# On 1 January 2026 6101 and 6102 merge, 6103 is divided, 6104 gets another number; a year later a part of 6103 another
# name. 6105 is unchanged.
FIRST, SECOND = "2026-01-01", "2027-01-01"
PAIRS = [("6101", "6201"), ("6102", "6201"), ("6103", "6203"), ("6103", "6204"), ("6104", "6205")]
KATEGORI = {"6101": 2, "6102": 1, "6103": 1, "6104": 2, "6105": 1}


def register() -> Register:
    codes = [code(each, end=FIRST) for each in ("6101", "6102", "6103", "6104")] + [code("6105"), code("6109")]
    codes += [code("6201", FIRST), code("6203", FIRST, SECOND), code("6203", SECOND, name="Nytt navn")]
    codes += [code("6204", FIRST), code("6205", FIRST)]
    return country(codes, [change(FIRST, *pair) for pair in PAIRS])


def identified(uttrekksaar: int = 2025, indikatorsett: str = OWN.navn, *codes: str) -> list[Row]:
    declared = table("identifisert_kommune")
    return [
        minimal_row(declared, uttrekksaar=uttrekksaar, indikatorsett=indikatorsett, kommunenr=each,
                    kommunenavn=f"Sted {each}", kategori=KATEGORI.get(each, 1))
        for each in codes or tuple(KATEGORI)
    ]  # fmt: skip


def cohort(per: date, rows: list[Row] | None = None, valgt: str | None = None) -> list[Row]:
    """The cohorts of the identified, as the asset makes them."""
    sets = {one.navn: one for one in (OWN, OTHER)}
    of = identifiseringer(identified() if rows is None else rows, lambda year, name: sets[name], valgt)
    return puljer(of, register(), per)


def failing(
    folder: Path, rows: list[Row], of: list[Row] | None = None, per: date | None = None, valgt: str | None = None
) -> set[str]:
    """The checks that fail on the cohort, beside those identified and a register in which all this happens.

    `per` is the day that it is seen from, as a run knows it; None as when it is checked by hand. `valgt` is the set
    that the home has asked for by name.
    """
    every = identified() if of is None else of
    asked = [
        Request(year, OWN if name == OWN.navn else OTHER, CATALOG)
        for year, name in sorted({(row["uttrekksaar"], row["indikatorsett"]) for row in every})
    ]
    file = write_parquet(folder / "pulje.parquet", table("pulje_kommune").columns, rows)
    beside = Beside(
        {"identifisert_kommune": [write_parquet(folder / "i.parquet", table("identifisert_kommune").columns, every)]},
        {
            "puljesett": Facts(*kontrollgrunnlag.puljesett(asked, valgt)),
            "sett_fra_dag": Facts(*kontrollgrunnlag.sett_fra_dag(per)),
            "etterfolger": Facts(*kontrollgrunnlag.etterfolger(asked, register(), per)),
        },
    )
    targets = targets_of([ToAudit.one(StagedFile(table("pulje_kommune"), file, file, len(rows)))])
    (outcomes,) = run_checks(targets, folder / "neste", beside)
    return {one.kontroll for one in outcomes if not one.passed}


def replaced(rows: list[Row], of: str, **changed: object) -> list[Row]:
    return [{**row, **changed} if row["kommunenr"] == of else row for row in rows]


@pytest.mark.parametrize("per", [date(2024, 12, 31), BEFORE, BETWEEN, AFTER])
def test_a_merger_or_a_division_of_those_identified_does_not_stop_every_later_run(tmp_path, per):
    # Once it did: the rows of the cohort were counted against those identified.
    rows = cohort(per)
    assert len(rows) == 5
    assert failing(tmp_path, rows) == failing(tmp_path, rows, per=per) == set()


def test_a_cohort_of_another_day_than_the_runs_is_caught(tmp_path):
    # By hand nobody knows the day: a cohort that is right of some day passes.
    assert failing(tmp_path, cohort(BEFORE), per=BETWEEN) == {"de_identifiserte", "i_registeret"}
    assert failing(tmp_path, cohort(BETWEEN), per=AFTER) == {"i_registeret"}, "a part that has got another name"


def test_a_cohort_that_began_after_the_change_stands_beside_one_that_went_through_it(tmp_path):
    of = [*identified(), *identified(2026, OWN.navn, "6201", "6204")]
    assert failing(tmp_path, cohort(BETWEEN, of), of) == set()
    # Seen from before the change, the later cohort is what it was on its own day.
    assert failing(tmp_path, cohort(BEFORE, of), of) == set()


def test_the_two_cohorts_are_seen_from_one_day(tmp_path):
    of = [*identified(), *identified(2024, OWN.navn, "6101", "6103")]
    mixed = [*cohort(BEFORE, of)[:2], *cohort(BETWEEN, identified())]
    assert failing(tmp_path, mixed, of) == {"de_identifiserte", "i_registeret"}


WRONG = {
    "another municipality's number and name, its own number at the uttrekk": (
        replaced(cohort(BETWEEN), "6105", kommunenr="6109", kommunenavn="Sted 6109"),
        {"de_identifiserte", "i_registeret"},
    ),
    "a part of what was divided left out": (
        [row for row in cohort(BETWEEN) if row["kommunenr"] != "6204"], {"de_identifiserte"},
    ),
    "the higher kategori of two that merged": (replaced(cohort(BETWEEN), "6201", kategori=2), {"de_identifiserte"}),
    "the other number of two that merged": (
        replaced(cohort(BETWEEN), "6201", kommunenr_ved_uttrekk="6101"), {"de_identifiserte"},
    ),
    "a name of nobody's": (replaced(cohort(BETWEEN), "6203", kommunenavn="Et annet sted"), {"i_registeret"}),
    "a merger and a division that nobody is told of": (
        replaced(replaced(cohort(BETWEEN), "6201", merknad=None), "6204", merknad=None),
        {"merknaden_sier_hva_som_er_hendt"},
    ),
    "another office than the one that it had": (
        replaced(cohort(BETWEEN), "6105", statsforvalter="Et annet"), {"embetet_da_og_naa"},
    ),
    "nobody to ask now": (
        replaced(cohort(BETWEEN), "6105", statsforvalter_i_dag=None), {"embetet_da_og_naa"},
    ),
    "called the scheme's own, or real, when it is not": (
        replaced(replaced(cohort(BETWEEN), "6105", offisielt=False), "6203", eksempel=True), {"merket_som_det_er"},
    ),
    "identified from the day that it was merged": (
        replaced(cohort(BETWEEN), "6201", siden=date(2026, 1, 1)), {"identifisert_fra_uttrekksdagen"},
    ),
}  # fmt: skip


def test_a_day_that_has_not_come_is_caught_where_the_day_is_known(tmp_path):
    early = date(2024, 12, 31)
    since = [{**row, "siden": BEFORE} for row in cohort(early)]
    assert failing(tmp_path, since, per=early) == {"identifisert_fra_uttrekksdagen"}
    without = [{**row, "siden": None} for row in cohort(BETWEEN)]
    assert failing(tmp_path, without, per=BETWEEN) == {"identifisert_fra_uttrekksdagen"}


@pytest.mark.parametrize("what", WRONG)
def test_a_change_got_wrong_is_caught(tmp_path, what):
    rows, checks = WRONG[what]
    assert failing(tmp_path, rows) == checks


def test_the_unofficial_set_forms_no_cohort_where_the_official_one_was_run(tmp_path):
    unofficial = identified(2025, OTHER.navn, "6101", "6105")
    both = [*identified(2025, OWN.navn, "6102", "6105"), *unofficial]
    assert failing(tmp_path, cohort(BEFORE, both), both) == set()
    assert "de_identifiserte" in failing(tmp_path, cohort(BEFORE, unofficial, OTHER.navn), both)
    # Rows of the one and rows of the other are no cohort either.
    mixed = [*cohort(BEFORE, both), *cohort(BEFORE, unofficial, OTHER.navn)[:1]]
    assert "de_identifiserte" in failing(tmp_path, mixed, both)


def test_the_unofficial_set_forms_no_cohort_where_it_was_run_alone_either(tmp_path):
    """Forty real municipalities stood in a cohort of a set that is nobody's."""
    of = identified(2025, OTHER.navn)
    assert cohort(BETWEEN, of) == []
    assert failing(tmp_path, [], of) == set()
    assert failing(tmp_path, cohort(BETWEEN, of, OTHER.navn), of) == {"de_identifiserte", "i_registeret"}


def test_the_unofficial_set_forms_the_cohort_where_it_is_asked_for_by_name_and_says_so(tmp_path):
    of = [*identified(2025, OTHER.navn), *identified(2025, OWN.navn, "6102", "6105")]
    rows = cohort(BETWEEN, of, OTHER.navn)
    assert failing(tmp_path, rows, of, valgt=OTHER.navn) == set()
    unsaid = replaced(rows, "6105", merknad=None)
    assert failing(tmp_path, unsaid, of, valgt=OTHER.navn) == {"merknaden_sier_hva_som_er_hendt"}
    assert "de_identifiserte" in failing(tmp_path, cohort(BETWEEN, of), of, valgt=OTHER.navn)


def test_a_cohort_that_is_not_there_is_missed(tmp_path):
    assert failing(tmp_path, []) == {"de_identifiserte"}
