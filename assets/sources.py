"""Group `sources`: what came in is archived before anything is read from it.

Belongs here: the asset of the inbox. Does not belong here: reading it (`staging`).
"""

import dagster as dg

from assets.resources import ClockResource, HomeResource
from oppfolging_pipeline.sources.example_folder import ensure_example
from oppfolging_pipeline.sources.inbox import files_in

OWNERS = ["team:oppfolging"]


@dg.asset(
    group_name="sources",
    owners=OWNERS,
    kinds={"file"},
    description=(
        "Filene i innboksen, arkivert uendret etter innholdets sha256. Uten innboks: det oppdiktede eksempellandet, "
        "skrevet som filer i kildenes egne formater. En fil som senere avvises blir liggende i arkivet."
    ),
)
def raw_innboks(context: dg.AssetExecutionContext, home: HomeResource, clock: ClockResource) -> dg.MaterializeResult:
    """Archive the inbox, or the example country, as one intake; or keep the intake in force when there is no inbox.

    A home with real figures never falls back to the example: without an inbox its own archive stays the basis.
    """
    with home.writing():
        archive, inbox = home.archive, home.settings.inbox
        in_force = archive.newest_accepted()
        if inbox is None and in_force is not None and in_force.origin == "fil":
            intake = archive.renew(in_force, clock.now())
        else:
            folder = inbox if inbox is not None else ensure_example(home.root / "eksempel")
            origin = "fil" if inbox is not None else "eksempel"
            intake = archive.take_in(folder, files_in(folder), origin, clock.now())
    context.log.info("%d contents archived as intake %d (%s)", len(intake.own), intake.id, intake.origin)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(intake.own),  # one row of the ledger per content
            "opprinnelse": intake.origin,
            "bytes": sum(snapshot.size for snapshot in intake.own),
            "innhold": dg.MetadataValue.md(
                "\n".join(f"- {snapshot.file} `{snapshot.sha256[:12]}`" for snapshot in intake.own)
            ),
        }
    )
