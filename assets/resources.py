"""The resources that assets are handed: the home with its lake and archive, the run's choices, the clock.

Belongs here: thin wrappers round the package. Does not belong here: any logic of theirs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from oppfolging_pipeline.core.clock import date_in_norway, end_of_day_in_norway, system_clock
from oppfolging_pipeline.core.disk import disk_faults_told
from oppfolging_pipeline.core.files import leftovers, writer_lock
from oppfolging_pipeline.core.run_journal import Asked
from oppfolging_pipeline.engine import Engine, Lake, open_engine
from oppfolging_pipeline.publish.consistency import complete_results
from oppfolging_pipeline.rules.behov import Behov, needed_cells
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett import Oppsett
from oppfolging_pipeline.settings import Settings, read_settings
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.brukte_sett import Result, sets_used


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home: archive, lake, quarantine and published file. Empty fields are read from the environment."""

    home: str = ""
    inbox: str = ""
    oppsett_mappe: str = ""

    @property
    def settings(self) -> Settings:
        """Settings from the environment, with this resource's own fields over them."""
        own = {
            "OPPFOLGING_HOME": self.home,
            "OPPFOLGING_INBOX": self.inbox,
            "OPPFOLGING_OPPSETT": self.oppsett_mappe,
        }
        return read_settings({**os.environ, **{name: value for name, value in own.items() if value}})

    @property
    def root(self) -> Path:
        """The home's folder."""
        return self.settings.home

    @property
    def catalog(self) -> Catalog:
        """The catalogue, with the user's column pattern where one is set."""
        return self.settings.catalog

    @property
    def oppsett(self) -> Oppsett:
        """What the home is run with: carried settings, and its own."""
        return self.settings.oppsett()

    @property
    def needed(self) -> Behov:
        """What the rule sets that the home can be run with need of the sources."""
        return needed_cells(self.oppsett.regelsett.values())

    def sets_used(self, lake: Lake | None = None) -> dict[Result, RuleSet]:
        """The rule set of each result of the lake (by default of those that a release is of)."""
        return sets_used(lake or self.complete, self.catalog)

    def run_command(self, rules: str, years: Sequence[int]) -> str:
        """The command that makes those years anew under a rule set in this home."""
        return Asked(rules=rules, uttrekk=tuple(years), oppsett=self.own_folder_as_named).command(self.root)

    @property
    def own_folder_as_named(self) -> str:
        """The folder of the home's own settings where it was named, empty for the one in the home."""
        return str(self.settings.oppsett_mappe or "")

    @property
    def archive(self) -> Archive:
        """The archive of the home."""
        settings = self.settings
        return Archive(settings.home / "arkiv", settings.protokoll_url)

    @property
    def lake(self) -> Lake:
        """The lake of the home."""
        return Lake(self.root / "lager")

    @property
    def complete(self) -> Lake:
        """The lake without results that a run left half made and that were never published: what a release is of."""
        return complete_results(self.lake, self.published)

    @property
    def published(self) -> Path:
        """The folder of the published file."""
        return self.root / "publisert"

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """An engine, while this process is the home's only writer. What killed runs left half written is removed.

        Raises `TransientError` when another one is, and `PermanentError` that names the home for a disk that is full or
        that cannot be written to, wherever in the work it shows.
        """
        import duckdb

        spill = self.lake.staging_root / "duckdb"
        with writer_lock(self.root / ".laas"), disk_faults_told(self.root, duckdb.Error):
            for half_written in leftovers(self.root / "kontroll"):
                half_written.unlink(missing_ok=True)
            spill.mkdir(parents=True, exist_ok=True)
            try:
                with open_engine(spill, lake=self.lake) as engine:
                    yield engine
            finally:
                # What was staged has been moved by now, into place or into quarantine.
                shutil.rmtree(self.lake.staging_root, ignore_errors=True)


class UttrekkResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What a run is asked for: rule set (none: the home's), identification years (none: the newest complete one) and
    as-of date.

    `kjent_per` (ISO date): only what had come in by the end of that day in Norway. `tillat_eldre`: sources whose last
    fetch failed may stand on what they gave before.
    """

    rules: str = ""
    years: list[int] = []  # noqa: RUF012 (a field of the resource's schema)
    per: str = ""
    kjent_per: str = ""
    tillat_eldre: bool = False

    @property
    def known_at(self) -> datetime | None:
        """The last instant of `kjent_per`, or None for everything."""
        return end_of_day_in_norway(date.fromisoformat(self.kjent_per)) if self.kjent_per else None

    def rule_set(self, home: HomeResource) -> RuleSet:
        """The rule set of the run. Raises `PermanentError` when there is none of the name, or nobody says which."""
        settings = home.settings
        return settings.oppsett().of_a_run(self.rules, settings.regelsett)


class ClockResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The clock. `fixed` (ISO 8601) stands still: for tests and for replaying a run."""

    fixed: str = ""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromisoformat(self.fixed) if self.fixed else system_clock()

    def as_of(self, per: str) -> date:
        """The as-of date: the one asked for, or today."""
        return date.fromisoformat(per) if per else date_in_norway(self.now())
