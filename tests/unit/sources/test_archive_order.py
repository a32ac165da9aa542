"""Which intake a content counts as news of, and which school years one that was read holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from oppfolging_pipeline.sources.archive_order import Read, news


class Row(NamedTuple):
    sha256: str
    id: int
    origin: str
    accepted: bool = True


# (contents, origin, accepted) of intakes 1, 2, …, and content → the newest intake that brought it as news.
Steps = list[tuple[str, str, bool]]
NEWS: dict[str, tuple[Steps, dict[str, int]]] = {
    "nothing": ([], {}),
    "each its own": ([("a", "fil", True), ("b", "hentet", True)], {"a": 1, "b": 2}),
    "still there": ([("a", "fil", True), ("ab", "fil", True), ("ab", "fil", True)], {"a": 1, "b": 2}),
    "still there after a fetch of something else": (
        [("a", "fil", True), ("b", "hentet", True), ("a", "fil", True)], {"a": 1, "b": 2},
    ),
    "taken away and back": ([("ab", "fil", True), ("b", "fil", True), ("ab", "fil", True)], {"a": 3, "b": 1}),
    "still there, the last one refused": (
        [("a", "fil", True), ("b", "fil", False), ("a", "fil", True)], {"a": 1, "b": 2},
    ),
    "refused the first time": ([("a", "fil", False), ("a", "fil", True), ("a", "fil", True)], {"a": 2}),
    "fetched, then in the inbox too": ([("a", "hentet", True), ("a", "fil", True), ("a", "fil", True)], {"a": 2}),
    "in the inbox, then fetched too": ([("a", "fil", True), ("a", "hentet", True), ("a", "fil", True)], {"a": 2}),
    "fetched again": ([("a", "hentet", True), ("b", "hentet", True), ("a", "hentet", True)], {"a": 3, "b": 2}),
    "of the invented country": ([("a", "eksempel", True), ("a", "eksempel", True)], {"a": 2}),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), NEWS.values(), ids=NEWS)
def test_what_lies_there_is_as_old_as_when_it_came_and_all_else_is_news(steps: Steps, expected: dict[str, int]) -> None:
    rows = [
        Row(content, number, origin, accepted)
        for number, (contents, origin, accepted) in enumerate(steps, 1)
        for content in contents
    ]
    assert news(rows) == expected


@pytest.mark.parametrize(
    ("period", "years"),
    [
        ("2023-24", {"2023-24"}),
        ("2022-23 til 2024-25", {"2022-23", "2023-24", "2024-25"}),
        ("1999-00 til 2022-23", {"2021-22", "2022-23"}),
        (None, set()),  # the register
    ],
)
def test_a_content_covers_the_school_years_from_its_first_to_its_last(period: str | None, years: set[str]) -> None:
    read = Read("nasjonale_prover", period, datetime(2026, 1, 1, tzinfo=UTC), "fil")
    asked = ("2021-22", "2022-23", "2023-24", "2024-25", "2025-26")
    assert {year for year in asked if read.covers(year)} == years
