"""Group `henting`: what the live interfaces answer, archived and accepted, one asset for each source.

Belongs here: the assets that fetch, and what Dagster is told of them. Does not belong here: fetching
(`oppfolging_pipeline.staging.fetch`), or a run without network (`raw_innboks` and what follows it).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from assets import OWNERS
from assets.interfaces import InterfacesResource
from assets.partitions import partition_key, skoleaar_of, skoleaar_partitions
from assets.resources import ClockResource, HomeResource
from oppfolging_pipeline.core.errors import PermanentError, TransientError
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.archived import Snapshot
from oppfolging_pipeline.sources.fetching import REGISTER, Outcome
from oppfolging_pipeline.staging.fetch import FetchReport, Told, Wanted, fetch

GROUP = "henting"
# The register first, as figures are read against it; but a dependency would keep them from being fetched without it.
FIRST = {"dagster/priority": "1"}
# Only what may pass by itself is tried again: a permanent failure says so with `allow_retries=False`.
RETRIES = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def asset_name(kilde: str) -> str:
    """The asset that fetches a source."""
    return f"raw_{kilde}"


def _fetch(
    context: dg.AssetExecutionContext,
    home: HomeResource,
    interfaces: InterfacesResource,
    clock: ClockResource,
    choice: Wanted,
) -> dg.MaterializeResult:
    """Fetch one source. Raises `TransientError` when it did not answer, `dagster.Failure` when a person must act."""
    told = Told(
        answer=lambda ask, counted: context.log.info("%s (%d calls, %d bytes)", ask.name, counted.calls, counted.bytes),
        plan=lambda plan: context.log.info("%d data calls planned", plan.calls),
        outcome=lambda outcome: context.log.info("%s %s: %s", outcome.kilde, outcome.skoleaar, outcome.state),
    )
    try:
        with home.writing() as engine, interfaces.client(clock.now) as http:
            report = fetch(
                choice,
                home.archive,
                engine.connection,
                http,
                interfaces.addresses,
                home.catalog,
                interfaces.declared,
                clock.now,
                told,
                context.run.run_id,
            )
    except PermanentError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    _raise_failures(report.failures)
    if all(outcome.state == "ikke_publisert" for outcome in report.outcomes):
        raise dg.Failure(
            f"found no published figures of {choice.kilder[0]} for {', '.join(choice.years or ())}; expected some. "
            "Choose school years that the source has published.",
            allow_retries=False,
        )
    known, now = home.archive.snapshots(), clock.now()
    if choice.years is None:
        return dg.MaterializeResult(metadata={**_counts(report), **_contents(report.outcomes[0], known, now)})
    for outcome in report.outcomes:
        context.add_asset_metadata(_contents(outcome, known, now), partition_key=partition_key(outcome.skoleaar))
    return dg.MaterializeResult(metadata=_counts(report))


def _raise_failures(failures: Sequence[Outcome]) -> None:
    text = "\n".join(f"{one.kilde} {one.skoleaar}".strip() + f": {one.message}" for one in failures)
    if any(not one.transient for one in failures):
        raise dg.Failure(description=text, allow_retries=False)
    if failures:
        raise TransientError(text)


def _counts(report: FetchReport) -> dict[str, Any]:
    """What the fetch took, for all of its school years together."""
    return {"kall": report.counted.calls, "kall spart": report.counted.resumed, "bytes": report.counted.bytes}


def _contents(outcome: Outcome, known: Mapping[str, Snapshot], now: datetime) -> dict[str, Any]:
    """What a unit brought. `alder (dager)` is its newest content's: days since it first came in, 0 for what is new."""
    first_came = [known[digest].archived_at.replace(tzinfo=UTC) for digest in outcome.sha256]
    return {
        "dagster/row_count": outcome.rows,
        "tilstand": outcome.state,
        "sha256": dg.MetadataValue.md("\n".join(f"- `{digest}`" for digest in outcome.sha256) or "Ingen."),
        "advarsler": dg.MetadataValue.md("\n".join(f"- {drift}" for drift in outcome.warnings) or "Ingen."),
        **({"alder (dager)": (now - max(first_came)).days} if first_came else {}),
    }


@dg.asset(
    name=asset_name(REGISTER),
    group_name=GROUP,
    owners=OWNERS,
    kinds={"http", "json"},
    pool=REGISTER,
    op_tags=FIRST,
    retry_policy=RETRIES,
    description="Kommuner, fylker og endringer fra SSB KLASS (131 og 104), arkivert uendret.",
)
def raw_klass(
    context: dg.AssetExecutionContext, home: HomeResource, interfaces: InterfacesResource, clock: ClockResource
) -> dg.MaterializeResult:
    """The register as it is today."""
    return _fetch(context, home, interfaces, clock, Wanted((REGISTER,)))


def _raw(kilde: str, navn: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=asset_name(kilde),
        group_name=GROUP,
        owners=OWNERS,
        kinds={"http", "json"},
        partitions_def=skoleaar_partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=kilde,
        retry_policy=RETRIES,
        description=f"{navn}: svarene fra Udirs grensesnitt for hvert skoleår, arkivert uendret og godkjent.",
    )
    def raw(
        context: dg.AssetExecutionContext, home: HomeResource, interfaces: InterfacesResource, clock: ClockResource
    ) -> dg.MaterializeResult:
        years = tuple(skoleaar_of(key) for key in context.partition_keys)
        return _fetch(context, home, interfaces, clock, Wanted((kilde,), years))

    return raw


raw_kilder = [_raw(kilde, each.navn) for kilde, each in default_catalog().kilder.items()]
