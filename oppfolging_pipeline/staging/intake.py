"""Reading a whole intake: every figure file, and the register that goes with it.

Belongs here: putting the readers' answers together with all faults gathered. Does not belong here: reading one file
(`sources`) or choosing between rows (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.core.files import open_content, read_content
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_content
from oppfolging_pipeline.rules.behov import Behov, every_cell, needed_kilder
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archive_origin import correct_origin
from oppfolging_pipeline.sources.archived import Intake, Reading, Snapshot
from oppfolging_pipeline.sources.flat import KILDE
from oppfolging_pipeline.sources.ledger import with_zone
from oppfolging_pipeline.sources.parsed import OtherReport, ParsedFile
from oppfolging_pipeline.sources.recognise import is_flat, read_file
from oppfolging_pipeline.sources.text_file import HEAD
from oppfolging_pipeline.sources.wide_needs import LEFT_OUT
from oppfolging_pipeline.staging.land import is_norways
from oppfolging_pipeline.staging.observasjon import FileFigures, faults_between
from oppfolging_pipeline.staging.register_lists import RegisterList, is_of_the_example, register_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# The kinds that leave nothing of the carried register but which codes are no municipalities.
_WHOLE_REGISTER = {"kommune_koder", "kommune_endringer", "fylke_koder", "statsforvaltere"}


@dataclass(frozen=True)
class IntakeContent:
    """An intake, read: its files of figures, its register, and what each content was read as. `left_out`: what was
    wrong with contents, or parts of them, that nobody needs; `unusable`: contents that nobody can use, whatever is
    needed."""

    figures: tuple[FileFigures, ...]
    register: Register
    readings: tuple[Reading, ...]
    left_out: tuple[Finding, ...] = ()
    unusable: tuple[Finding, ...] = ()


def read_intake(
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    needed: Behov | None = None,
    known: Mapping[str, Reading] | None = None,
) -> IntakeContent:
    """Read every file. `needed` is what may stop it (None: all of the catalogue), and `known` what contents have been
    read as before, by digest: a content of a source of which nothing is needed, and that cannot be read, is left out.

    Raises `InvalidInput` with the faults of all files; then also with what is surely wrong between those that can be
    read, so that a person has everything to mend at once.
    """
    sources = needed_kilder(every_cell(catalog) if needed is None else needed, catalog)
    left_out: list[Finding] = []
    unusable: list[Finding] = []

    def is_unneeded(snapshot: Snapshot) -> bool:
        earlier = (known or {}).get(snapshot.sha256)
        kilde = earlier.kilde if earlier else None
        return kilde in catalog.kilder and kilde not in sources

    faults = FindingCollector()
    figures: list[FileFigures] = []
    register_lists: list[RegisterList] = []
    readings: list[Reading] = []
    register_is_whole = True
    for snapshot in intake.snapshots:
        try:
            snapshot.verify()
        except InvalidInput as invalid:
            if is_unneeded(snapshot):
                left_out.extend(replace(finding, action=LEFT_OUT) for finding in invalid.findings)
                continue
            faults.extend(invalid.findings)
            register_is_whole = False  # nobody can tell what it was
            continue
        try:
            content = read_file(snapshot.path, snapshot.file, connection, catalog, needed)
        except OtherReport as other:
            unusable.extend(other.findings)
            continue
        except InvalidInput as invalid:
            if is_unneeded(snapshot) or (_is_survey(snapshot) and KILDE not in sources):
                left_out.extend(replace(finding, action=LEFT_OUT) for finding in invalid.findings)
                continue
            faults.extend(_of_earlier_version(invalid) if snapshot.accepted else invalid.findings)
            register_is_whole = register_is_whole and not _is_register_file(snapshot)
            continue
        if isinstance(content, ParsedFile):
            left_out.extend(content.left_out)
            if content.figures.num_rows:  # else nobody needs it, and nothing of it can be used
                readings.append(reading(snapshot.sha256, content))
                figures.append(_of_file(snapshot, content))
        else:
            register_lists.append(_list_of(snapshot, content))
            readings.append(Reading(snapshot.sha256, content.kind, "register", None, len(content.rows)))
    register = _register(register_lists, faults) if register_is_whole else None
    if register is None or faults.findings:
        between = faults_between(figures, register, catalog, connection, needed)
        raise InvalidInput([*faults.findings, *unusable, *between])
    if not figures:
        raise InvalidInput(unusable or [_no_figures(len(register_lists))])
    return IntakeContent(tuple(figures), register, tuple(readings), tuple(left_out), tuple(unusable))


def _register(lists: list[RegisterList], faults: FindingCollector) -> Register | None:
    try:
        return register_of(lists)
    except InvalidInput as invalid:
        faults.extend(invalid.findings)
        return None


def _of_earlier_version(invalid: InvalidInput) -> list[Finding]:
    """What is wrong with a content that was accepted once, by a version that did not see it."""
    then = "An earlier version accepted it, and the archive keeps it: run in another --home, without it."
    return [replace(finding, action=f"{finding.action} {then}") for finding in invalid.findings]


def _no_figures(lists: int) -> Finding:
    return Finding(
        found=f"{lists} lists of the register and no figures",
        expected="figures of at least one source",
        action="Put Udir's downloads in the inbox, or run `oppfolging fetch`.",
    )


def read_register(intake: Intake) -> Register:
    """The register of an intake: the carried one, or what the intake's KLASS files say instead.

    Raises `InvalidInput` for a KLASS file that cannot be read, and for parts that do not fit each other.
    """
    return register_of(
        [
            _list_of(snapshot, klass_files.parse(read_content(snapshot.path), snapshot.file))
            for snapshot in intake.snapshots
            if _is_register_file(snapshot)
        ]
    )


def register_contents(intake: Intake) -> set[str]:
    """The digests of the intake's register files, and of the carried register where a part of it is still used."""
    kinds = {snapshot.sha256: kind for snapshot in intake.snapshots if (kind := _register_kind(snapshot)) is not None}
    # The example's offices are its own: of the carried register nothing is left there.
    counties = [one for one in intake.snapshots if kinds.get(one.sha256) == "fylke_koder"]
    read = [klass_files.parse(read_content(one.path), one.file).rows for one in counties]
    own_offices = {"statsforvaltere"} if read and all(map(is_of_the_example, read)) else set()
    whole = set(kinds.values()) >= _WHOLE_REGISTER - own_offices
    return {*kinds, *(() if whole else (carried_content().sha256,))}


def settle_origin(archive: Archive) -> None:
    """Put right what an earlier version has written of a home whose answers came from an address on this machine: they
    were called an invented country's by that, and are Norway's when the register that they are read against is."""
    accepted = archive.everything() if archive.origin() == "lokal" else None
    if accepted is not None and is_norways(read_register(accepted)):
        correct_origin(archive, "lokal", "hentet")


def _list_of(snapshot: Snapshot, content: klass_files.KlassFile) -> RegisterList:
    return RegisterList(snapshot.file, content, snapshot.intake, snapshot.brought_by, own=snapshot.of_own_settings)


def _of_file(snapshot: Snapshot, content: ParsedFile) -> FileFigures:
    came = date_in_norway(with_zone(snapshot.archived_at))
    kept = replace(content, figures=_each_text_once(content.figures))
    return FileFigures(kept, snapshot.sha256, snapshot.file, snapshot.intake, snapshot.brought_by, came)


def _is_survey(snapshot: Snapshot) -> bool:
    """Whether the content is flat rows, which only the survey has, whatever is wrong with them."""
    with open_content(snapshot.path) as handle:
        head = handle.read(HEAD)
    return is_flat(head, snapshot.file)


def _is_register_file(snapshot: Snapshot) -> bool:
    return _register_kind(snapshot) is not None


def _register_kind(snapshot: Snapshot) -> klass_files.KlassKind | None:
    with open_content(snapshot.path) as handle:
        return klass_files.recognise(handle.read(HEAD))


def _each_text_once(figures: pa.Table) -> pa.Table:
    """The same rows with each text held once: codes and names stand in thousands of rows, and the figures of a whole
    country are held here and in the engine at a time."""
    import pyarrow as pa

    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column for column in figures.itercolumns()
    ]
    return pa.table(columns, names=figures.column_names)


def reading(sha256: str, content: ParsedFile) -> Reading:
    """What a content of figures was read as."""
    import pyarrow.compute as pc

    years = pc.min_max(content.figures["skoleaar"]).as_py()
    period = years["min"] if years["min"] == years["max"] else f"{years['min']} til {years['max']}"
    return Reading(sha256, content.kind, content.kilde, period, content.rows)
