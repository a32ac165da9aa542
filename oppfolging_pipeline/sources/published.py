"""What a source says that it has published, and how its client is called: the same for every source of figures.

Belongs here: the shape that the clients share. Does not belong here: what each interface answers (`report_api`,
`export_api`), or which years are fetched (`fetching`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from oppfolging_pipeline.sources.asking import Answer, Asker
from oppfolging_pipeline.sources.drift import Drift, DriftCollector


@dataclass(frozen=True)
class Published:
    """What a source says it has published: `years` oldest first.

    `years` are the school years that all of the source's pages or tables have. `facts` is what can move and be
    discovered again (`GSK_NP_Geo_Trinn5 endepunkt` → `GSK/NasjonaleProever/4/1`): the caller compares it with last
    time, and the first time with what is `declared` of it. `calls_per_year` is the number of data calls that a year
    needs at least. `questions` are the texts that each indicator in use is made of today, and `questions_by` the
    digests of the answers that say so. A client may subclass this with what it needs itself.
    """

    kilde: str
    years: tuple[str, ...]
    facts: Mapping[str, str]
    warnings: tuple[Drift, ...]
    calls_per_year: int
    declared: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    questions_by: Mapping[str, str] = field(default_factory=dict, kw_only=True)


class SourceClient(Protocol):
    """A source of figures behind a live interface. `moved` gathers warnings that only a fetch of figures can see."""

    kilde: str
    moved: DriftCollector

    def published(self, asker: Asker) -> Published:
        """Ask what there is. Raises `DriftError` with everything critical."""

    def fetch(self, asker: Asker, published: Published, skoleaar: str) -> tuple[Answer, ...]:
        """The data answers of one published school year, in order. Raises `DriftError` when they are not what was
        asked for."""


class RegisterClient(Protocol):
    """KLASS."""

    calls: int

    def fetch(self, asker: Asker, first_day: date, as_of: date) -> tuple[Answer, ...]:
        """Codes and changes from the first day to the as-of date, both included."""
