"""Group `henting`: what the live interfaces answer, archived and accepted, one asset for each source.

Belongs here: the assets that fetch, and what Dagster is told of them. Does not belong here: fetching
(`oppfolging_pipeline.staging.fetch`), or a run without network (`raw_innboks` and what follows it).
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
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
from oppfolging_pipeline.sources.fetching import GOOD, REGISTER, WHOLE, Outcome
from oppfolging_pipeline.staging.fetch import FetchReport, Told, Wanted, fetch

GROUP = "henting"
# The register first, as figures are read against it; but a dependency would keep them from being fetched without it.
FIRST = {"dagster/priority": "1"}
# Only what may pass by itself is tried again: any other failure says so with `allow_retries=False`.
RETRIES = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

Results = Iterator[dg.AssetMaterialization | dg.MaterializeResult]


def asset_name(kilde: str) -> str:
    """The asset that fetches a source."""
    return f"raw_{kilde}"


def _fetch(
    context: dg.AssetExecutionContext,
    home: HomeResource,
    interfaces: InterfacesResource,
    clock: ClockResource,
    choice: Wanted,
) -> Results:
    """Fetch one source. Raises `TransientError` when it did not answer, `dagster.Failure` for everything else."""
    told = Told(
        answer=lambda ask, counted: context.log.info("%s (%d calls, %d bytes)", ask.name, counted.calls, counted.bytes),
        plan=lambda plan: context.log.info("%d data calls planned", plan.calls),
        outcome=lambda outcome: context.log.info("%s %s: %s", outcome.kilde, outcome.skoleaar, outcome.state),
    )
    with _tried_again_only_when_transient():
        with home.writing() as engine, interfaces.client(clock.now) as http:
            report = fetch(
                choice,
                home.archive,
                engine.connection,
                http,
                interfaces.addresses,
                home.catalog,
                home.oppsett.rettelser,
                interfaces.declared,
                clock.now,
                told,
                context.run.run_id,
                needed=home.needed,
                breaks=home.oppsett.brudd,
            )
        known, now = home.archive.snapshots(), clock.now()
        brought = {one.skoleaar: _contents(one, known, now) for one in report.outcomes if one.state in GOOD}
        faults = [*_failed(report), *_not_published(report, brought)]
        if report.failures and all(one.transient for one in report.failures):
            raise TransientError("\n".join(faults))
        if faults:
            for skoleaar, metadata in brought.items():  # a step that fails has no result to tell of what went well
                told_of = {**_counts(report), **metadata}
                yield dg.AssetMaterialization(context.asset_key, partition=partition_key(skoleaar), metadata=told_of)
            raise dg.Failure("\n".join(faults), allow_retries=False)
        for skoleaar, metadata in brought.items():
            if skoleaar != WHOLE:
                context.add_asset_metadata(metadata, partition_key=partition_key(skoleaar))
        yield dg.MaterializeResult(metadata={**_counts(report), **brought.get(WHOLE, {})})


@contextmanager
def _tried_again_only_when_transient() -> Iterator[None]:
    """Whatever is raised in it, but for a `TransientError`, as a failure that Dagster does not try again: also a fault
    of our own, or of this machine. Asking the sources once more mends neither."""
    try:
        yield
    except (TransientError, dg.Failure):
        raise
    except PermanentError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except Exception as error:
        raise dg.Failure(f"{type(error).__name__}: {error}", allow_retries=False) from error


def _failed(report: FetchReport) -> list[str]:
    return [f"{one.kilde} {one.skoleaar}".strip() + f": {one.message}" for one in report.failures]


def _not_published(report: FetchReport, brought: Collection[str]) -> list[str]:
    """The school years of the range that the source has not published: they must not pass for fetched."""
    absent = [one for one in report.outcomes if one.state == "ikke_publisert" and one.skoleaar]
    if not absent:
        return []
    kept = f" The figures of {', '.join(sorted(brought))} are accepted, and in the archive." if brought else ""
    return [
        f"found no published figures of {absent[0].kilde} for {', '.join(one.skoleaar for one in absent)}; expected "
        f"every school year that was asked for.{kept} Choose partitions that the source has published."
    ]


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
) -> Results:
    """The register as it is today."""
    yield from _fetch(context, home, interfaces, clock, Wanted((REGISTER,)))


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
    ) -> Results:
        years = tuple(skoleaar_of(key) for key in context.partition_keys)
        yield from _fetch(context, home, interfaces, clock, Wanted((kilde,), years))

    return raw


raw_kilder = [_raw(kilde, each.navn) for kilde, each in default_catalog().kilder.items()]
