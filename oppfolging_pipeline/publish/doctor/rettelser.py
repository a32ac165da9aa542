"""A question about corrections of known errors: one that no figure of the home has been corrected by.

Belongs here: corrections that are in force against the lake. Does not belong here: one that the source has overtaken
(a run stops on it, and `runs` tells that).
"""

from __future__ import annotations

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import OppfolgingError
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging.intake import read_register
from oppfolging_pipeline.staging.rettelser import in_force


def unapplied(case: Case, archive: Archive) -> list[Diagnosis]:
    """Corrections of what the home knows that no observation in the lake carries: a slip of the pen looks like that,
    and so does a part of a source that the home does not have, or one that was written after the newest run."""
    basis, files = archive.newest_accepted(), case.lake.files("observasjon")
    if basis is None or not files or case.lake.not_as_audited(files):
        return []  # nothing has been read, or what was read is not to be trusted: that is a finding of its own
    try:
        register = read_register(basis)
    except OppfolgingError:
        return []  # likewise
    known = in_force(case.corrections, register, date_in_norway(basis.known_at or case.now))
    if not known:
        return []
    with open_engine() as engine:
        there = engine.read(files, "observasjon").filter("rettelse IS NOT NULL").unique("rettelse").fetchall()
    applied = {name for (name,) in there}
    return [
        Diagnosis(
            "rettelse_ikke_brukt",
            "hint",
            f"{one.fil}, {one.id}",
            f"en rettelse som ikke er brukt på noe tall i hjemmet ({one.kilde}, {one.indikator}, {one.maal}, "
            f"{one.trinn}. trinn, {one.skoleaar})",
            "Tallet står som i kilden. Hjemmet har ikke den delen av kilden, rettelsen er skrevet etter siste kjøring, "
            "eller skoleår, indikator, mål eller trinn er skrevet feil.",
            case.run_again(),
        )
        for one in known
        if one.id not in applied
    ]
