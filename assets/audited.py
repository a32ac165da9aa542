"""Write, audit, publish: what every asset that writes does with its staged files.

Belongs here: running the checks of staged files, moving them into place or into quarantine, and telling Dagster.
Does not belong here: which checks there are (`checks.suite`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from assets.resources import HomeResource
from checks.runner import Outcome, Target, as_json, run_checks, view_name
from checks.suite import Check, derived_checks, merge
from oppfolging_pipeline.core.audit_report import report_bytes
from oppfolging_pipeline.core.files import sha256_of, write_atomically
from oppfolging_pipeline.engine import StagedFile
from oppfolging_pipeline.tables.model import table

CHECK = "kontrakt"


@dataclass(frozen=True)
class ToAudit:
    """Staged files of one table, with the checks that they have together beyond those of the declaration."""

    files: tuple[StagedFile, ...]
    extra: tuple[Check, ...] = ()

    @classmethod
    def one(cls, file: StagedFile, *extra: Check) -> ToAudit:
        """A single file."""
        return cls((file,), extra)


def contract_check(asset: str) -> dg.AssetCheckSpec:
    """The blocking check of an asset: its tables are as declared."""
    return dg.AssetCheckSpec(
        CHECK,
        asset=asset,
        blocking=True,
        description="Skjema, nøkkel, verdiområder og forventet sett, før tabellen legges på plass.",
    )


def definition_metadata(*keys: str) -> dict[str, Any]:
    """Metadata that Dagster shows of an asset's tables before any run: names and column schema."""
    first = table(keys[0])
    return {
        "dagster/table_name": ", ".join(table(key).qualified_name for key in keys),
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(
                    column.name,
                    column.type,
                    description=column.comment,
                    constraints=dg.TableColumnConstraints(
                        nullable=column.nullable, unique=first.grain == (column.name,)
                    ),
                )
                for column in first.columns
            ]
        ),
    }


def publish_audited(
    context: dg.AssetExecutionContext,
    home: HomeResource,
    files: Sequence[ToAudit],
    metadata: Mapping[str, Any] | None = None,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """Audit staged files; move all of them into place when every critical check passed, else none.

    Raises `dagster.Failure` (not retried) after putting the files in quarantine with their report.
    """
    targets = []
    for number, entry in enumerate(files):
        view, declared = view_name(number), entry.files[0].table
        checks = merge(derived_checks(declared, view), entry.extra)
        targets.append(Target(declared, tuple(file.staged for file in entry.files), view, tuple(checks)))
    outcomes = run_checks(targets, home.lake.staging_root)
    every = [outcome for group in outcomes for outcome in group]
    failed = [outcome for outcome in every if not outcome.passed and outcome.alvorlighet == "kritisk"]
    yield dg.AssetCheckResult(
        passed=not failed,
        check_name=CHECK,
        asset_key=context.asset_key,
        metadata={"kontroller": len(every), "avvik": dg.MetadataValue.md(_report(failed) or "Ingen avvik.")},
    )
    staged = [file for entry in files for file in entry.files]
    if failed:
        folder = home.root / "karantene" / context.run.run_id
        home.lake.quarantine(staged, folder)
        write_atomically(folder / "kontroll.json", as_json(every))
        raise dg.Failure(
            description=(
                f"{len(failed)} checks failed; nothing was put in place. The files and the report are in {folder}.\n"
                f"{_report(failed)}"
            ),
            allow_retries=False,
        )
    digests = {file.target: sha256_of(file.staged) for file in staged}
    home.lake.commit(staged)
    for entry, group in zip(files, outcomes, strict=True):
        for file in entry.files:
            report = report_bytes(digests[file.target], file.rows, [outcome.as_dict() for outcome in group])
            write_atomically(home.lake.report(file.target), report)
    rows = {entry.files[0].table.key: sum(file.rows for file in entry.files) for entry in files}
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": next(iter(rows.values())),
            **{f"rader i {key}": count for key, count in rows.items()},
            "kontroller": len(every),
            **(metadata or {}),
        }
    )


def _report(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(
        f"- {outcome.tabell}, {outcome.kontroll}: {outcome.antall_avvik} avvik ({'; '.join(outcome.avvik[:5])}). "
        f"{outcome.veiledning}"
        for outcome in outcomes
    )
