"""Questions to what readers see: the published file, its manifest, earlier releases, the page of checks.

Belongs here: whether a reader finds a whole release as it was published. Does not belong here: the lake it is built of.
"""

from __future__ import annotations

import shlex

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import InvalidInput, PermanentError, shown
from oppfolging_pipeline.core.files import sha256_of
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.publish import manifest as manifests
from oppfolging_pipeline.publish.doctor.diagnosis import Case, Diagnosis, at
from oppfolging_pipeline.publish.manifest import EARLIER_FOLDER, MANIFEST_FILE, PUBLISHED_FILE, Known, ReleaseRecord
from oppfolging_pipeline.publish.skjermet_siden import found_in_home
from oppfolging_pipeline.publish.verify import file_faults
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.tables.model import CONTRACT_VERSION, replaced_since

REPORT_PAGE = "kontroll.html"


def release(case: Case) -> list[Diagnosis]:
    """The published file is absent, spoiled, somebody else's or not as declared; its manifest cannot be read."""
    folder = case.published
    file = folder / PUBLISHED_FILE
    try:
        before, unreadable = manifests.read_manifest(folder), []
    except PermanentError as error:
        before, unreadable = manifests.Manifest(), [_unreadable_manifest(case, error)]
    if not file.exists():
        return [*unreadable, _absent(case, before.newest)]
    try:
        known = manifests.reconcile(folder, before)
    except PermanentError as error:
        meaning = "Filen er ikke laget i dette hjemmet. Neste kjøring rører den ikke, og stopper."
        aside = f"mv {shlex.quote(str(file))} {shlex.quote(str(file))}.fremmed && {case.run_again()}"
        return [*unreadable, Diagnosis("publisert_fremmed", "feil", str(file), shown(str(error)), meaning, aside)]
    if known.current is None:
        digest = sha256_of(file)
        gone = [record for record in known.manifest.utgivelser if record.trukket and record.sha256 == digest]
        return [*unreadable, _half_withdrawn(case, gone[0]) if gone else _spoiled(case, before.newest)]
    behind = [] if unreadable else _behind(case, before, known)
    return [
        *unreadable,
        *_declared(case, known.current),
        *_day_passed(case, known.current),
        *behind,
        *_earlier(case, known),
        *_page(case, known),
    ]


def shown_since(case: Case, archive: Archive) -> list[Diagnosis]:
    """Kept releases that show what the source has shielded or withdrawn since they were made."""
    try:
        known = manifests.reconcile(case.published, manifests.read_manifest(case.published))
        with open_engine(lake=case.lake, memory_limit="1GB") as engine:
            found = found_in_home(engine, case.published, known, case.lake, archive, case.catalog)
    except (PermanentError, InvalidInput):
        return []  # a manifest, or a content, that cannot be read: that is a finding of its own
    meaning = (
        "Lesere finner tall som kilden ikke lenger viser. Kommandoen tar filen bort; er det den som er publisert nå, "
        "kommer den nyeste uten slike tall i stedet, om det er noen."
    )
    # A home in which everything looks back says itself that it does.
    own = all(record.kjent_per is not None for record in known.manifest.utgivelser)
    return [
        Diagnosis("viser_skjermet_siden", "hint" if own else "feil", str(case.published / str(one.record.fil)),
                  f"utgivelse {one.record.utgivelse} viser {one.tekst}", meaning,
                  case.command(f"releases withdraw {one.record.utgivelse}"))
        for one in found
    ]  # fmt: skip


def _unreadable_manifest(case: Case, error: PermanentError) -> Diagnosis:
    path = case.published / MANIFEST_FILE
    meaning = (
        "Manifestet lages på nytt av den publiserte filen ved neste kjøring, når innholdet i filen er det som ble "
        "publisert; er det endret siden, bygges filen på nytt av lageret."
    )
    remove = f"rm{' -r' if path.is_dir() else ''} {shlex.quote(str(path))} && {case.run_again()}"
    return Diagnosis("manifest_uleselig", "feil", str(path), shown(str(error)), meaning, remove)


def _absent(case: Case, newest: ReleaseRecord | None) -> Diagnosis:
    place = str(case.published / PUBLISHED_FILE)
    if newest is None:
        meaning = "Hjemmet har ingen utgivelse ennå."
        return Diagnosis("ikke_publisert", "hint", place, "ingen publisert fil", meaning, case.run_again())
    if newest.trukket is not None:
        return Diagnosis(
            "publisert_tatt_ut",
            "feil",
            place,
            f"ingen publisert fil: utgivelse {newest.utgivelse} er tatt ut {at(newest.trukket)}. "
            f"{newest.trukket_fordi}",
            "Lesere finner ingenting: ingen tidligere utgivelse kunne stå i stedet. En kjøring publiserer på nytt.",
            case.run_again(),
        )
    return Diagnosis(
        "publisert_borte",
        "feil",
        place,
        f"ingen publisert fil; den siste var utgivelse {newest.utgivelse}",
        f"Lesere finner ingenting. En kjøring bygger filen på nytt av lageret; tidligere utgivelser er i "
        f"{EARLIER_FOLDER}/.",
        case.run_again(),
    )


def _half_withdrawn(case: Case, gone: ReleaseRecord) -> Diagnosis:
    return Diagnosis(
        "uttak_avbrutt",
        "feil",
        str(case.published / PUBLISHED_FILE),
        f"utgivelse {gone.utgivelse}, som skulle vært tatt ut: det ble avbrutt. {gone.trukket_fordi}",
        "Lesere finner fortsatt utgivelsen. Kommandoen fullfører uttaket.",
        case.command(f"releases withdraw {gone.utgivelse}"),
    )


def _spoiled(case: Case, newest: ReleaseRecord | None) -> Diagnosis:
    was = f" (den siste var utgivelse {newest.utgivelse})" if newest else ""
    return Diagnosis(
        "publisert_skadet",
        "feil",
        str(case.published / PUBLISHED_FILE),
        f"en publisert fil som ikke er den som ble publisert{was}: den lar seg ikke åpne, eller er endret siden",
        "Lesere får feil, eller tall som ingen har kontrollert. En kjøring bygger filen på nytt av lageret.",
        case.run_again(),
    )


def _declared(case: Case, current: ReleaseRecord) -> list[Diagnosis]:
    place = str(case.published / PUBLISHED_FILE)
    if current.kontraktversjon != CONTRACT_VERSION:
        found = f"kontraktversjon {current.kontraktversjon}; programmet har {CONTRACT_VERSION}"
        meaning = "Filen er hel, men laget av en annen versjon av programmet. En kjøring publiserer med denne."
        if gone := replaced_since(current.kontraktversjon):
            listed = "; ".join(f"{name}: bruk {instead}" for name, instead in gone.items())
            meaning = f"{meaning} Borte siden {current.kontraktversjon}: {listed}."
        return [Diagnosis("annen_kontraktversjon", "hint", place, found, meaning, case.run_again())]
    faults = file_faults(case.published / PUBLISHED_FILE)
    meaning = "Filen er ikke som deklarert. En kjøring med den låste versjonen av programmet bygger den på nytt."
    return [Diagnosis("publisert_ikke_som_deklarert", "feil", place, "; ".join(faults), meaning, case.run_again())][
        : bool(faults)
    ]


def _day_passed(case: Case, current: ReleaseRecord) -> list[Diagnosis]:
    """The states of the cohorts are of a day, and are others today."""
    if current.gjelder_til is None or date_in_norway(case.now) <= current.gjelder_til:
        return []
    found = f"tilstander sett fra {current.per}, som gjaldt til {current.gjelder_til}"
    meaning = "Faser, halvår og frister i puljene er kommet lenger siden. En kjøring uten --per ser dem fra i dag."
    return [Diagnosis("dagen_er_passert", "hint", str(case.published / PUBLISHED_FILE), found, meaning,
                      case.run_as_of_today())]  # fmt: skip


def _behind(case: Case, before: manifests.Manifest, known: Known) -> list[Diagnosis]:
    if known.manifest == before or known.current is None:
        return []
    place, meaning = (
        str(case.published / MANIFEST_FILE),
        "Filen er hel. Neste kjøring bringer manifestet i takt med den.",
    )
    found = f"et manifest som ikke er i takt med filene; publisert er utgivelse {known.current.utgivelse}"
    return [Diagnosis("manifest_etter", "hint", place, found, meaning, case.run_again())]


def _earlier(case: Case, known: Known) -> list[Diagnosis]:
    """Earlier releases that are kept and are not what was published."""
    meaning = "Den siste utgivelsen er ikke berørt. Hent den tidligere fra en kopi, eller fjern den."
    return [
        Diagnosis("tidligere_skadet", "hint", str(case.published / record.fil), "en tidligere utgivelse som er endret",
                  meaning, f"rm {shlex.quote(str(case.published / record.fil))}")
        for record in known.manifest.utgivelser
        if record.fil and record != known.current and sha256_of(case.published / record.fil) != record.sha256
    ]  # fmt: skip


def _page(case: Case, known: Known) -> list[Diagnosis]:
    """The page of checks is absent, or of another release."""
    page = case.published / REPORT_PAGE
    if known.current is None:
        return []
    if not page.is_file():
        found = "ingen side med kontrollene"
    elif known.current.utgivelse not in page.read_text(encoding="utf-8", errors="replace"):
        found = f"en side med kontrollene av en annen utgivelse enn {known.current.utgivelse}"
    else:
        return []
    meaning = "Utgivelsen er ikke berørt. Neste kjøring skriver siden på nytt."
    return [Diagnosis("kontrollside", "hint", str(page), found, meaning, case.run_again())]
