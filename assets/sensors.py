"""The sensor that notices a new school year.

Belongs here: asking now and then, and requesting the fetch of what is new until it is here. Does not belong here: how
it is asked (`oppfolging_pipeline.sources.news`), or fetching (`assets.fetching`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.fetching import asset_name
from assets.interfaces import InterfacesResource
from assets.partitions import partition_key, skoleaar_partitions
from assets.resources import ClockResource, HomeResource
from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import OppfolgingError
from oppfolging_pipeline.sources.conversation import BriefConversation
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import REGISTER
from oppfolging_pipeline.sources.news import newest_published

FETCH_JOB = "henting"
WEEK = 7 * 24 * 3600  # seconds


@dg.sensor(
    job_name=FETCH_JOB,
    minimum_interval_seconds=WEEK,
    description="Spør kildene hver uke om et nytt skoleår er publisert, og ber om det til det er i arkivet.",
)
def nytt_skoleaar(
    context: dg.SensorEvaluationContext, home: HomeResource, interfaces: InterfacesResource, clock: ClockResource
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run request for each source with a school year that is newer than what the archive holds.

    The run key makes it once for each source, year and day: a run that fails is requested again at the next evaluation,
    a week later, until the year is in the archive. A source that does not answer is told of and asked again the next
    time; the others are not kept waiting for it.
    """
    have = Evidence(home.archive).newest_years()
    declared = interfaces.declared
    today = date_in_norway(clock.now())
    told = []
    asked = False
    with interfaces.brief_client() as http, BriefConversation(http) as asker:
        for kilde, sider in declared.nytt.items():
            try:
                newest = newest_published(asker, interfaces.addresses.rapport, kilde, sider)
            except OppfolgingError as error:
                context.log.warning("%s: %s", kilde, error)
                told.append(f"{kilde}: svarte ikke som ventet")
                continue
            if newest <= have.get(kilde, ""):
                told.append(f"{kilde}: {newest} er hentet")
            elif not skoleaar_partitions.has_partition_key(partition_key(newest)):
                told.append(f"{kilde}: {newest} er ikke begynt")
            else:
                asked = True
                yield dg.RunRequest(
                    run_key=f"{kilde}-{newest}-{today}",
                    partition_key=partition_key(newest),
                    # The new year's figures may stand with codes that only a newer register has.
                    asset_selection=[dg.AssetKey(asset_name(REGISTER)), dg.AssetKey(asset_name(kilde))],
                )
    if not asked:
        yield dg.SkipReason("; ".join(told))
