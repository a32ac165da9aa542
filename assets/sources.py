"""Group `sources`: what came in is archived before anything is read from it.

Belongs here: the asset of the inbox. Does not belong here: fetching (`fetching`), or reading (`staging`).
"""

import dagster as dg

from assets import OWNERS
from assets.fetching import raw_kilder, raw_klass
from assets.resources import ClockResource, HomeResource, UttrekkResource
from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.sources.example_folder import ensure_example
from oppfolging_pipeline.sources.inbox import files_in, told_open
from oppfolging_pipeline.staging.egne_filer import own_files
from oppfolging_pipeline.staging.intake import settle_origin


@dg.asset(
    group_name="sources",
    owners=OWNERS,
    kinds={"file"},
    deps=[raw_klass, *raw_kilder],
    description=(
        "Grunnlaget for en kjøring: filene i innboksen, arkivert uendret etter innholdets sha256, og alt som er "
        "arkivert fra før. Uten arkiv og innboks: det oppdiktede eksempellandet, skrevet som filer i kildenes egne "
        "formater. En fil som senere avvises, blir liggende i arkivet."
    ),
)
def raw_innboks(
    context: dg.AssetExecutionContext, home: HomeResource, uttrekk: UttrekkResource, clock: ClockResource
) -> dg.MaterializeResult:
    """Archive the inbox, or the example country, as one intake; or go on from the archive when there is no inbox.

    A home that anything else has come into never falls back to the example: without an inbox its archive is the basis.
    """
    with home.writing():
        archive, inbox = home.archive, home.settings.inbox
        uttrekk.rule_set(home)  # what is wrong with the home's settings is told before anything comes in
        own = own_files(home.oppsett)
        settle_origin(archive)
        if inbox is not None and uttrekk.known_at is not None:
            raise dg.Failure(
                f"found kjent_per {uttrekk.kjent_per} and an inbox ({inbox}); expected one of them: what lies in the "
                "inbox is taken in now. Unset OPPFOLGING_INBOX, or run without kjent_per.",
                allow_retries=False,
            )
        if uttrekk.known_at is not None and date_in_norway(clock.now()) < date_in_norway(uttrekk.known_at):
            raise dg.Failure(
                f"found kjent_per {uttrekk.kjent_per}; expected today or an earlier day. Correct it.",
                allow_retries=False,
            )
        if inbox is not None:
            if told := told_open(inbox):
                context.log.warning(told)
            intake = archive.take_in(inbox, files_in(inbox), "fil", clock.now(), own)
        elif uttrekk.known_at is None and archive.is_for_the_example():
            folder = ensure_example(home.root / "eksempel")
            intake = archive.take_in(folder, files_in(folder), "eksempel", clock.now(), own)
        else:
            intake = archive.renew(clock.now(), uttrekk.known_at, own)
    context.log.info("intake %d (%s): %d contents", intake.id, intake.origin, len(intake.snapshots))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(intake.snapshots),  # one row of the ledger per content
            "opprinnelse": intake.origin,
            "nye": len(intake.own),
            "bytes": sum(snapshot.size for snapshot in intake.snapshots),
            "innhold": dg.MetadataValue.md(
                "\n".join(f"- {snapshot.file} `{snapshot.sha256[:12]}`" for snapshot in intake.snapshots)
            ),
        }
    )
