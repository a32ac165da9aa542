"""Group `publish`: the release that BI reads.

Belongs here: the asset of the published file. Does not belong here: how it is built (`oppfolging_pipeline.publish`).
"""

import dagster as dg

from assets import OWNERS, loefte
from assets.audited import ToAudit, definition_metadata, publish_audited, suite_checks_of
from assets.cohorts import faseplan, identified, rapportering, vedtak
from assets.execution import JOURNAL_TAG
from assets.identification import identifisert, kandidat, rangering
from assets.resources import ClockResource, HomeResource
from assets.staging import Results, kommune, observasjon, skole
from oppfolging_pipeline import __version__
from oppfolging_pipeline.cohorts.dagen import TABELLER, dagen_for_kjoringen, gjelder_til
from oppfolging_pipeline.core.run_journal import settle
from oppfolging_pipeline.publish import marts, uttak
from oppfolging_pipeline.publish.andre_tall import note_of_each_other
from oppfolging_pipeline.publish.consistency import (
    incomplete_results,
    require_all_results,
    require_audited_tables,
    require_consistent_results,
    require_declared_results,
)
from oppfolging_pipeline.publish.kontrollside import PAGE_FILE, write_release_page
from oppfolging_pipeline.publish.manifest import read_manifest, reconcile
from oppfolging_pipeline.publish.release import KEEP, ReleaseInfo, after_publication, publish_release
from oppfolging_pipeline.publish.skjermet_siden import found_in_home, release_note
from oppfolging_pipeline.staging import intake
from oppfolging_pipeline.tables.model import CONTRACT_VERSION

# A run that has this asset too has gone from the archive to the release: what went wrong before it is over.
_WHOLE_JOB = observasjon.key.to_python_identifier()


@dg.asset(
    group_name="publish",
    owners=OWNERS,
    kinds={"duckdb"},
    deps=[rangering, kandidat, identifisert, vedtak, faseplan, rapportering, kommune, skole],
    check_specs=suite_checks_of("utgivelse", *marts.MADE_HERE),
    metadata=definition_metadata("utgivelse"),
    description=(
        "Den publiserte filen `publisert/oppfolging.duckdb`: alle uttrekk i hjemmemappen, byttet ut i ett steg. "
        "Likt innhold gir ingen ny utgivelse."
    ),
)
def utgivelse(context: dg.AssetExecutionContext, home: HomeResource, clock: ClockResource) -> Results:
    """Write and audit the remaining marts, then replace the published file as a whole."""
    with home.writing() as engine:
        lake = home.complete
        for uttrekksaar, rules in incomplete_results(home.lake, home.published):
            context.log.warning(
                "uttrekk %s under %s lacks tables and was never published: the release is made without it. "
                "`oppfolging doctor` tells what to do.",
                uttrekksaar,
                rules,
            )
        require_audited_tables(lake)
        require_declared_results(engine, lake)
        require_all_results(lake, home.published)
        require_consistent_results(engine, lake)
        oppsett = home.oppsett
        rule_sets = marts.rule_sets_used(home.sets_used(lake))
        staged = marts.stage(engine, lake, home.archive, home.catalog, rule_sets, oppsett.filer)
        figures = (engine.read([file.staged], file.table.key) for file in staged[:2])
        promise, of_then = loefte.kept(home, engine, lake, *figures)
        audited = publish_audited(context, home, [ToAudit.one(file) for file in staged], outcomes=[promise])
        yield from (result for result in audited if isinstance(result, dg.AssetCheckResult))
        per = dagen_for_kjoringen(lake, *TABELLER)
        kjent_per, of_each = marts.basis(engine, lake)
        known = reconcile(home.published, read_manifest(home.published))
        shown = found_in_home(engine, home.published, known, home.lake, home.archive, home.catalog)
        notes = (marts.first_words(engine, lake), of_each, of_then, note_of_each_other(engine, lake))
        # A new release is kept beside the newest of those that are kept now, the published one among them.
        kept = [record for record in known.manifest.utgivelser if record.fil][-KEEP:]
        as_it_is, as_new = (
            " ".join(filter(None, (*notes, release_note(of_earlier))))
            for of_earlier in (
                [one for one in shown if one.record != known.current],
                [one for one in shown if one.record in kept],
            )
        )
        release = publish_release(
            marts.sources(engine, lake),
            home.published,
            ReleaseInfo(
                code_version=__version__,
                contract_version=CONTRACT_VERSION,
                rule_sets={rule_set.navn: rule_set.sha256 for rule_set in rule_sets},
                created_at=clock.now(),
                per=per,
                gjelder_til=gjelder_til(
                    identified(home, engine), intake.read_register(home.archive.in_force()), per, oppsett.faseplan
                ),
                kjent_per=kjent_per,
                merknad=as_it_is or None,
                merknad_som_ny=as_new,
            ),
        )
        # Also when the release is unchanged: a killed run may have left the page of the one before it.
        with after_publication(release.utgivelse, PAGE_FILE):
            write_release_page(home.published)
        with after_publication(release.utgivelse, uttak.FOLDER):
            uttak.settle(home.lake)
        if _WHOLE_JOB in {node.name for node in context.job_def.nodes}:
            settle(home.root, context.run.tags.get(JOURNAL_TAG, ""), clock.now())
    context.log.info("release %s (%s)", release.utgivelse, "new" if release.changed else "unchanged")
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(release.rows.values()),
            "utgivelse": release.utgivelse,
            "ny": release.changed,
            "fil": dg.MetadataValue.path(str(release.file)),
            "kontrollrapport": dg.MetadataValue.path(str(home.published / PAGE_FILE)),
            "innhold_sha256": release.innhold_sha256,
            "viser_skjermet_siden": dg.MetadataValue.json([[one.record.utgivelse, one.tekst] for one in shown]),
        }
    )
