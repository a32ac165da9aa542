"""One run of the whole graph on the tiny country, which the tests of this folder look at.

Belongs here: the run and what it published. Does not belong here: expectations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.support.run import failures, run_job
from tests.support.tiny import SKOLEAAR, write_tiny

RULES = "np-skalapoeng"
REGELSETT = "OPPFOLGING_REGELSETT"
FOUR_YEARS = (*SKOLEAAR, "2025-26")


def whose(*years: int, rules: str = RULES) -> str:
    """What a release of those years says first: that the set is not the scheme's own."""
    listed = " og ".join(map(str, years))
    return f"Ikke ordningens offisielle indikatorsett ({rules}): uttrekk {listed}."


@dataclass(frozen=True)
class Run:
    """A run of the job: its home, its inbox and what Dagster says of it."""

    home: Path
    inbox: Path
    result: dg.ExecuteInProcessResult


@pytest.fixture(scope="session")
def tiny_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox of the tiny country: three school years."""
    return write_tiny(tmp_path_factory.mktemp("innboks"))


@pytest.fixture(autouse=True)
def asked_for_by_name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The homes' set is not the scheme's own: it forms the cohorts as it is asked for by name. Not in the modules where
    nobody asks for it (`two_years`)."""
    if request.module.__name__.rpartition(".")[2] not in ("test_results", "test_andre_tall"):
        monkeypatch.setenv(REGELSETT, RULES)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_inbox: Path) -> Run:
    """The whole job for the identification year 2025, whose set forms the cohort. No test may change its home."""
    home = tmp_path_factory.mktemp("hjem")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(REGELSETT, RULES)
        result = run_job(home, tiny_inbox, rules=RULES, years=[2025], skoleaar=SKOLEAAR)
    assert result.success, failures(result)
    return Run(home, tiny_inbox, result)


@pytest.fixture
def published(run: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read-only."""
    with closing(duckdb.connect(str(run.home / "publisert" / "oppfolging.duckdb"), read_only=True)) as connection:
        yield connection


@pytest.fixture(scope="session")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the results of 2025 and 2026, both of the same figures; they form no cohort. No test may
    change it."""
    place = tmp_path_factory.mktemp("to-aar")
    inbox = write_tiny(place / "innboks", FOUR_YEARS)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(REGELSETT, raising=False)
        result = run_job(
            place / "hjem", inbox, rules=RULES, years=[2025, 2026], skoleaar=FOUR_YEARS, per="2026-03-01",
            now="2026-03-01T12:00:00+00:00",
        )  # fmt: skip
    assert result.success, failures(result)
    return place / "hjem"
