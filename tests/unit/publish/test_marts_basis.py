"""What a release says of the basis of its results, of which it may hold those of several runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from oppfolging_pipeline.engine import Lake, open_engine
from oppfolging_pipeline.publish.marts import basis

SET, OTHER = "udir-2020", "np-skalapoeng"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
OLDER = "Eldre grunnlag. Nasjonale prøver: siste henting 2026-01-25 mislyktes, brukt er 2024-25 fra filer 2026-01-11."
Result = tuple[int, str, date | None, str | None]  # uttrekksaar, indikatorsett, kjent_per, merknad
BASES: dict[str, tuple[list[Result], tuple[date | None, str | None]]] = {
    "one run, of all that had come in": ([(2025, SET, None, None)], (None, None)),
    "one run, of what was known": ([(2025, SET, MARCH, None)], (MARCH, None)),
    "several runs of one day": ([(2024, SET, MARCH, None), (2025, SET, MARCH, None)], (MARCH, None)),
    "several runs of different days": (
        [(2025, SET, APRIL, None), (2024, SET, MARCH, None)],
        (
            APRIL,
            f"Uttrekk 2024 ({SET}) bygger bare på det som var kjent 2026-03-01. "
            f"Uttrekk 2025 ({SET}) bygger bare på det som var kjent 2026-04-01.",
        ),
    ),
    "one that looked back beside one that did not": (
        [(2025, SET, None, None), (2025, OTHER, MARCH, None)],
        (None, f"Uttrekk 2025 ({OTHER}) bygger bare på det som var kjent 2026-03-01."),
    ),
    "an older basis of one of them": (
        [(2024, SET, None, OLDER), (2025, SET, None, None)], (None, f"Uttrekk 2024 ({SET}): {OLDER}"),
    ),
    "an older basis of what was known": ([(2025, SET, MARCH, OLDER)], (MARCH, f"Uttrekk 2025 ({SET}): {OLDER}")),
    "both": (
        [(2024, SET, MARCH, OLDER), (2025, SET, None, "Noe annet.")],
        (
            None,
            f"Uttrekk 2024 ({SET}) bygger bare på det som var kjent 2026-03-01. Uttrekk 2024 ({SET}): {OLDER} "
            f"Uttrekk 2025 ({SET}): Noe annet.",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("results", "expected"), BASES.values(), ids=BASES)
def test_a_release_speaks_for_every_result_that_it_holds(
    tmp_path: Path, results: list[Result], expected: tuple[date | None, str | None]
) -> None:
    lake = Lake(tmp_path / "lager")
    columns = ("uttrekksaar", "indikatorsett", "kjent_per", "merknad")
    with open_engine() as engine:
        for result in results:
            row = dict(zip(columns, result, strict=True)) | {
                "skoler_uten_kommune": 0, "rettelser_sha256": "0" * 64, "brudd_sha256": "0" * 64,
            }  # fmt: skip
            partition = {name: row[name] for name in columns[:2]}
            lake.commit([engine.write([row], "grunnlag", lake, partition)])
        assert basis(engine, lake) == expected
