"""Reading a whole intake: every figure file, and the register that goes with it.

Belongs here: putting the readers' answers together with all faults gathered. Does not belong here: reading one file
(`sources`) or choosing between rows (`observasjon`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register, override
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.archive import Intake, Reading, Snapshot
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.recognise import read_file
from oppfolging_pipeline.staging.observasjon import FileFigures

if TYPE_CHECKING:
    import duckdb

_REGISTER_ARGUMENT = {
    "kommune_koder": "codes",
    "kommune_endringer": "changes",
    "kommune_kart": "change_map",
    "fylke_koder": "counties",
    "statsforvaltere": "statsforvaltere",
}


@dataclass(frozen=True)
class IntakeContent:
    """An intake, read: its files of figures, its register, and what each content was read as."""

    figures: tuple[FileFigures, ...]
    register: Register
    readings: tuple[Reading, ...]


def read_intake(intake: Intake, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> IntakeContent:
    """Read every file. Raises `InvalidInput` with the faults of all of them."""
    faults = FindingCollector()
    figures: list[FileFigures] = []
    register_files: list[tuple[Snapshot, klass_files.KlassFile]] = []
    readings: list[Reading] = []
    for snapshot in intake.snapshots:
        try:
            content = read_file(snapshot.path, snapshot.file, connection, catalog)
        except InvalidInput as invalid:
            faults.extend(invalid.findings)
            continue
        if isinstance(content, ParsedFile):
            figures.append(FileFigures(content, snapshot.sha256, snapshot.file))
            readings.append(_reading(snapshot, content))
        else:
            register_files.append((snapshot, content))
            readings.append(Reading(snapshot.sha256, content.kind, "register", None, len(content.rows)))
    faults.raise_if_any()
    if not figures:
        raise InvalidInput(
            [
                Finding(
                    file=f"intake {intake.id}",
                    found=f"{len(register_files)} register files and no figures",
                    expected="files with figures",
                    action="Put Udir's downloads in the inbox.",
                )
            ]
        )
    return IntakeContent(tuple(figures), _register(register_files), tuple(readings))


def read_register(intake: Intake) -> Register:
    """The register of an intake: the carried one, or what the intake's KLASS files say instead."""
    return _register(
        [
            (snapshot, klass_files.parse(snapshot.path.read_bytes(), snapshot.file))
            for snapshot in _register_snapshots(intake)
        ]
    )


def register_contents(intake: Intake) -> set[str]:
    """The digests of the intake's register files; none when the carried register is used."""
    return {snapshot.sha256 for snapshot in _register_snapshots(intake)}


def _register_snapshots(intake: Intake) -> list[Snapshot]:
    found = []
    for snapshot in intake.snapshots:
        with snapshot.path.open("rb") as handle:
            if klass_files.recognise(handle.read(1 << 16)) is not None:
                found.append(snapshot)
    return found


def _register(files: list[tuple[Snapshot, klass_files.KlassFile]]) -> Register:
    """Raises `InvalidInput` when two files speak of the same part of the register."""
    parts: dict[str, list[dict[str, str]]] = {}
    names: dict[str, str] = {}
    for snapshot, content in files:
        argument = _REGISTER_ARGUMENT[content.kind]
        if argument in parts:
            raise InvalidInput(
                [
                    Finding(
                        file=snapshot.file,
                        found=f"a second file of {content.kind} beside {names[argument]}",
                        expected="one of each kind",
                        action="Keep the newer one in the inbox.",
                    )
                ]
            )
        parts[argument], names[argument] = list(content.rows), snapshot.file
    carried = carried_register()
    return override(carried, **parts) if parts else carried  # type: ignore[arg-type]


def _reading(snapshot: Snapshot, content: ParsedFile) -> Reading:
    import pyarrow.compute as pc

    years = pc.min_max(content.figures["skoleaar"]).as_py()
    period = years["min"] if years["min"] == years["max"] else f"{years['min']} til {years['max']}"
    return Reading(snapshot.sha256, content.kind, content.kilde, period, content.rows)
