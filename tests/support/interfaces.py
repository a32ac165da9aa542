"""Dagster's resource of the live interfaces, pointed at the contract server, with waits that take no time.

Belongs here: that resource, and running the job that fetches with it. Does not belong here: any expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg

from assets.interfaces import InterfacesResource
from assets.partitions import range_tags
from assets.resources import ClockResource, HomeResource
from assets.sensors import FETCH_JOB
from oppfolging_pipeline.core.clock import system_clock
from oppfolging_pipeline.definitions import build_definitions
from oppfolging_pipeline.sources.http import HttpClient
from tests.support.run import NOON
from tests.udir_stub import StubServer

PUBLISHED = ("2023-24", "2024-25", "2025-26")  # grunnskolepoeng of the newest are not published yet


class Hurried(InterfacesResource):
    """Asks again without waiting."""

    def client(self, now: Callable[[], datetime] = system_clock) -> HttpClient:
        """The real client but for its sleep."""
        return replace(super().client(now), sleep=lambda _: None)


def interfaces_at(stub: StubServer) -> Hurried:
    """The resource that leads to the server."""
    return Hurried(rapport=stub.rapport_url, eksport=stub.eksport_url, klass=stub.klass_url, pause="0")


def fetch_job(
    home: Path,
    interfaces: InterfacesResource,
    names: Sequence[str],
    skoleaar: Sequence[str],
    *,
    now: str = NOON,
    instance: dg.DagsterInstance | None = None,
) -> dg.ExecuteInProcessResult:
    """Run the job that fetches for those assets, from the first to the last of `skoleaar`."""
    definitions = build_definitions(
        home=HomeResource(home=str(home)), clock=ClockResource(fixed=now), interfaces=interfaces
    )
    with instance or dg.DagsterInstance.ephemeral() as used:
        return definitions.resolve_job_def(FETCH_JOB).execute_in_process(
            instance=used,
            asset_selection=[dg.AssetKey(name) for name in names],
            tags=range_tags(skoleaar),
            raise_on_error=False,
        )
