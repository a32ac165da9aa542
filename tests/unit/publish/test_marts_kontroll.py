"""From the audit reports of the lake to rows of `kontroll`, and what a report that cannot be read gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oppfolging_pipeline.core.errors import InvalidInput
from oppfolging_pipeline.engine import Lake
from oppfolging_pipeline.publish.marts import kontroll
from oppfolging_pipeline.tables.model import table

OUTCOME = {
    "tabell": "andel",
    "kontroll": "ikke_tom",
    "passed": False,
    "alvorlighet": "varsel",
    "avvik": ["enhet=6713"],
    "antall_avvik": 31,
    "veiledning": "Se steget før.",
    "varighet": 0.5,
}
REPORT = {"fil_sha256": "a" * 64, "rader": 7, "utfall": [OUTCOME]}


def told(home: Path, name: str, report: object) -> list[dict[str, object]]:
    """The rows of one table's file, of which the home holds that report."""
    path = home / "kontroll" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report), "utf-8")
    lake = Lake(home / "lager")
    return kontroll(lake, [lake.root / f"{name}.parquet"])


@pytest.mark.parametrize(
    ("name", "check"),
    [("skole/alt", "ikke_tom"), ("andel/2025/udir-2020", "ikke_tom (2025, udir-2020)")],
)
def test_a_row_is_the_outcome_with_the_part_in_its_name(tmp_path, name, check):
    (row,) = told(tmp_path, name, REPORT)
    assert row == {
        "tabell": "andel",
        "kontroll": check,
        "resultat": "ikke bestått",
        "alvorlighet": "varsel",
        "avvik": ["enhet=6713"],
        "veiledning": "Se steget før.",
        "varighet": 0.5,
        "antall_avvik": 31,
    }
    assert row.keys() == set(table("kontroll").column_names) - {"utgivelse"}


def test_of_cells_that_could_be_worked_out_only_their_number_is_told(tmp_path):
    """A warning named the municipalities and schools whose shielded figures follow from the source's own."""
    (row,) = told(tmp_path, "skole/alt", {**REPORT, "utfall": [{**OUTCOME, "bare_antall": True}]})
    assert (row["avvik"], row["antall_avvik"]) == ([], 31)


@pytest.mark.parametrize("count", [0, None])
def test_a_check_that_passed_or_does_not_count_is_told_from_one_that_found_something(tmp_path, count):
    outcome = {**OUTCOME, "passed": True, "avvik": [], "antall_avvik": count}
    (row,) = told(tmp_path, "skole/alt", {**REPORT, "utfall": [outcome]})
    assert (row["resultat"], row["antall_avvik"]) == ("bestått", count)


@pytest.mark.parametrize(
    "report",
    [
        {**REPORT, "utfall": []},
        {"utfall": [OUTCOME]},
        {**REPORT, "fil_sha256": "kort"},
        {**REPORT, "utfall": [{**OUTCOME, "antall_avvik": -1}]},
        {**REPORT, "utfall": [{name: OUTCOME[name] for name in OUTCOME if name != "passed"}]},
    ],
    ids=["no outcome", "no digest", "short digest", "negative number", "no verdict"],
)
def test_a_report_that_is_none_is_named_and_never_a_table_without_checks(tmp_path, report):
    with pytest.raises(InvalidInput, match=r"andel/2025/udir-2020\.json"):
        told(tmp_path, "andel/2025/udir-2020", report)
