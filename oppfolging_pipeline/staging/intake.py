"""Reading a whole intake: every figure file, and the register that goes with it.

Belongs here: putting the readers' answers together with all faults gathered. Does not belong here: reading one file
(`sources`) or choosing between rows (`observasjon`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register, override
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.archive import Intake, Reading, Snapshot
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import HEAD, read_file
from oppfolging_pipeline.staging.observasjon import FileFigures, faults_between

if TYPE_CHECKING:
    import duckdb

_REGISTER_ARGUMENT = {
    "kommune_koder": "codes",
    "kommune_endringer": "changes",
    "kommune_kart": "change_map",
    "fylke_koder": "counties",
    "statsforvaltere": "statsforvaltere",
}

_RegisterFile = tuple[Snapshot, klass_files.KlassFile]


@dataclass(frozen=True)
class IntakeContent:
    """An intake, read: its files of figures, its register, and what each content was read as."""

    figures: tuple[FileFigures, ...]
    register: Register
    readings: tuple[Reading, ...]


def read_intake(intake: Intake, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> IntakeContent:
    """Read every file. Raises `InvalidInput` with the faults of all of them; then also with what is surely wrong
    between those that can be read, so that a person has everything to mend at once."""
    faults = FindingCollector()
    figures: list[FileFigures] = []
    register_files: list[_RegisterFile] = []
    readings: list[Reading] = []
    register_is_whole = True
    for snapshot in intake.snapshots:
        try:
            content = read_file(snapshot.path, snapshot.file, connection, catalog)
        except InvalidInput as invalid:
            faults.extend(invalid.findings)
            register_is_whole = register_is_whole and not _is_register_file(snapshot)
            continue
        if isinstance(content, ParsedFile):
            figures.append(FileFigures(content, snapshot.sha256, snapshot.file, snapshot.intake))
            readings.append(_reading(snapshot, content))
        else:
            register_files.append((snapshot, content))
            readings.append(Reading(snapshot.sha256, content.kind, "register", None, len(content.rows)))
    register: Register | None = None
    if register_is_whole:
        try:
            register = _register(register_files)
        except InvalidInput as invalid:
            faults.extend(invalid.findings)
    if register is None or faults.findings:
        faults.extend(faults_between(figures, register, connection))
        raise InvalidInput(faults.findings)
    if not figures:
        raise InvalidInput(
            [
                Finding(
                    found=f"{len(register_files)} register files and no figures in the inbox",
                    expected="files with figures",
                    action="Put Udir's downloads in the inbox.",
                )
            ]
        )
    return IntakeContent(tuple(figures), register, tuple(readings))


def read_register(intake: Intake) -> Register:
    """The register of an intake: the carried one, or what the intake's KLASS files say instead.

    Raises `InvalidInput` for a KLASS file that cannot be read, and for parts that do not fit each other.
    """
    return _register(
        [
            (snapshot, klass_files.parse(snapshot.path.read_bytes(), snapshot.file))
            for snapshot in intake.snapshots
            if _is_register_file(snapshot)
        ]
    )


def register_contents(intake: Intake) -> set[str]:
    """The digests of the intake's register files; none when the carried register is used."""
    return {snapshot.sha256 for snapshot in intake.snapshots if _is_register_file(snapshot)}


def _is_register_file(snapshot: Snapshot) -> bool:
    with snapshot.path.open("rb") as handle:
        return klass_files.recognise(handle.read(HEAD)) is not None


def _register(files: Sequence[_RegisterFile]) -> Register:
    """For each part of the register the file that came in last.

    Raises `InvalidInput` when two files of one intake speak of the same part, or the parts do not fit.
    """
    faults = FindingCollector()
    parts: dict[str, Any] = {}
    names: dict[str, str] = {}
    newest: dict[str, int] = {}
    for snapshot, content in files:
        argument = _REGISTER_ARGUMENT[content.kind]
        newest[argument] = max(snapshot.intake, newest.get(argument, 0))
    for snapshot, content in files:
        argument = _REGISTER_ARGUMENT[content.kind]
        if snapshot.intake < newest[argument]:
            continue
        if argument in parts:
            faults.add(
                Finding(
                    file=snapshot.file,
                    found=f"a second file of {content.kind} beside {names[argument]}",
                    expected="one of each kind",
                    action="Keep the newer one in the inbox.",
                )
            )
            continue
        parts[argument], names[argument] = content.rows, snapshot.file
    faults.raise_if_any()
    if not parts:
        return carried_register()
    try:
        return override(carried_register(), **parts)
    except InvalidInput as invalid:
        # What does not fit is in no single row: the user's files are named together.
        files_named = ", ".join(sorted(names.values()))
        raise InvalidInput(
            [replace(finding, file=finding.file or files_named) for finding in invalid.findings]
        ) from None


def _reading(snapshot: Snapshot, content: ParsedFile) -> Reading:
    import pyarrow.compute as pc

    years = pc.min_max(content.figures["skoleaar"]).as_py()
    period = years["min"] if years["min"] == years["max"] else f"{years['min']} til {years['max']}"
    return Reading(snapshot.sha256, content.kind, content.kilde, period, content.rows)
