"""Asking the export API's client in tests: the client itself, an asker of set answers, and what comes of a fetch.

Belongs here: what the tests of the client share. Does not belong here: expectations, or the answers (`tests.support`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.rules.behov import Behov
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.export_api import ExportClient
from oppfolging_pipeline.sources.http_faults import HttpRefused
from oppfolging_pipeline.sources.live import live
from tests.support.asker import RecordedAsker
from tests.support.export import (
    BASE,
    address,
)

Answers = dict[str, bytes | Exception]
Asking = Callable[[Answers], RecordedAsker]
BULLYING = address(150, 1)
REFUSED = HttpRefused(Finding("status 404", "status 200", "Ask for what is there."), 404)


def the_client(needed: Behov | None = None) -> ExportClient:
    declared = live().eksport
    return ExportClient(BASE, declared.elevundersokelsen, declared.radgrense, default_catalog(), needed)


def fetched(one: RecordedAsker, skoleaar: str = "2024-25") -> list[str]:
    client = the_client()
    return [answer.ask.name for answer in client.fetch(one, client.published(one), skoleaar)]


def drifts_of(one: RecordedAsker) -> list[Drift]:
    with pytest.raises(DriftError) as caught:
        fetched(one)
    assert all(drift.finding.found and drift.finding.expected and drift.finding.action for drift in caught.value.drifts)
    return list(caught.value.drifts)
