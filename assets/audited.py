"""Write, audit, publish: what every asset that writes does with its staged files.

Belongs here: running the checks of staged files, moving them into place or into quarantine, and telling Dagster.
Does not belong here: which checks there are (`checks.suite`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from assets.beside import beside
from assets.resources import HomeResource
from checks.catalogue import Target, view_name
from checks.runner import run_checks
from checks.suite import Check, derived_checks, merge
from checks.suite_files import suite_of
from oppfolging_pipeline.core.disk import disk_fault
from oppfolging_pipeline.core.errors import OppfolgingError
from oppfolging_pipeline.core.files import sha256_of, write_atomically
from oppfolging_pipeline.core.outcome import AuditReport, FailedAudit, Outcome, as_json
from oppfolging_pipeline.engine import RESULT_PARTITION, StagedFile
from oppfolging_pipeline.publish.kontrollside import write_failed_audit_page
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.merking import OPPDIKTET, merking_av, merking_av_uttrekk
from oppfolging_pipeline.sources.origins import is_invented
from oppfolging_pipeline.tables.model import table

LEFT_OUT = "Utelatt"  # how a warning of what was left out begins: the command line shows those


@dataclass(frozen=True)
class ToAudit:
    """Staged files of one table, with the checks that they have together beyond those of the declaration."""

    files: tuple[StagedFile, ...]
    extra: tuple[Check, ...] = ()

    @classmethod
    def one(cls, file: StagedFile, *extra: Check) -> ToAudit:
        """A single file."""
        return cls((file,), extra)


def check_name(key: str) -> str:
    """The name of a table's suite among the checks of its asset."""
    return f"kontroll_{key}"


def suite_checks_of(asset: str, *keys: str) -> list[dg.AssetCheckSpec]:
    """The blocking checks of an asset, one for the suite of each table that it writes."""
    return [
        dg.AssetCheckSpec(
            check_name(key),
            asset=asset,
            blocking=True,
            description=f"{table(key).text} Kontrollert før tabellen legges på plass.",
        )
        for key in keys
    ]


def tell_left_out(context: dg.AssetExecutionContext, faults: Sequence[object]) -> None:
    """Warn of what was wrong with figures that the run's rule set does not need, and that were left out."""
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        context.log.warning(f"{LEFT_OUT}: kjøringens regelsett trenger det ikke.{listed}")


def tell_unusable(context: dg.AssetExecutionContext, faults: Sequence[object]) -> None:
    """Warn of contents that hold nothing which any run can use."""
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        context.log.warning(f"{LEFT_OUT}: filen kan ikke brukes slik den er.{listed}")


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
    *,
    afterwards: Callable[[], Mapping[str, Any]] = dict,
    register: Register | None = None,
    per: date | None = None,
    outcomes: Sequence[Outcome] = (),
    gone: Sequence[Path] = (),
    reduced: Iterable[Callable[[], Sequence[ToAudit]]] = (),
    goes_on: Callable[[Sequence[Outcome]], bool] = lambda outcomes: True,
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """Audit staged files; move all of them into place when every critical check passed, else none.

    `metadata` is told of the result, and what `afterwards` says once the files are in place. `register` is the one that
    the figures were read against, where the home has not accepted it yet; `per` is the as-of date of the rows, where
    they have one, and is kept in their reports; `outcomes` are verdicts reached otherwise, which count like those of
    the first table; `gone` are files of the lake that go once the staged ones
    are in place. Each of `reduced` stages less of the same, without what nobody needs, for when a critical check
    fails: the first that passes is put in place, and what the check said is told of. `goes_on` says of the outcomes
    that stopped one of them whether less may be tried: what is left out must not be what shows that the rest is
    wrong. Raises `dagster.Failure` (not retried) after putting the files in quarantine with their report, also when
    a check could not be run; an error that is not ours goes on as it is, after the same.
    """
    staged = [file for entry in files for file in entry.files]
    try:
        found = audit(home, files, register, per, gone)
        faults = [one.line for group in found for one in group if one.stops]
        for stage in reduced if faults else ():
            rest = stage()
            again = audit(home, rest, register, per, gone) if rest else []
            if again and not any(one.stops for group in again for one in group):
                tell_left_out(context, faults)
                files, found = rest, again
                staged = [file for entry in files for file in entry.files]
                break
            if not goes_on([one for group in again for one in group if one.stops]):
                break
    except Exception as error:
        if disk_fault(error, home.root):
            raise  # nothing is wrong with the tables, and there is no room to put them aside
        ours = isinstance(error, OppfolgingError)
        # What another error says may quote a figure: its kind alone is kept.
        said = str(error) if ours else f"the audit broke off ({type(error).__name__}); see the run's log"
        folder = _put_aside(home, context, staged, FailedAudit(utfall=(), feil=said))
        if not ours:
            raise
        raise dg.Failure(
            description=f"{error}\nNothing was put in place; the files and the report are in {folder}.",
            allow_retries=False,
        ) from error
    found[0] = [*found[0], *outcomes]
    every = [outcome for group in found for outcome in group]
    stopping = [outcome for outcome in every if outcome.stops]
    for entry, group in zip(files, found, strict=True):
        yield _check_result(context, entry.files[0].table.key, group)
    if stopping:
        folder = _put_aside(home, context, staged, FailedAudit(utfall=tuple(every)))
        raise dg.Failure(
            description=(
                f"{len(stopping)} checks failed; nothing was put in place. The files and the report are in {folder}.\n"
                + "\n".join(f"- {outcome.line}" for outcome in stopping)
            ),
            allow_retries=False,
        )
    for outcome in every:
        if not outcome.passed:
            context.log.warning("warning: %s", outcome.line)
    digests = {file.target: sha256_of(file.staged) for file in staged}
    home.lake.commit(staged)
    for entry, group in zip(files, found, strict=True):
        for file in entry.files:
            report = AuditReport(fil_sha256=digests[file.target], rader=file.rows, per=per, utfall=tuple(group))
            write_atomically(home.lake.report(file.target), as_json(report))
    home.lake.remove(gone)
    rows = {entry.files[0].table.key: sum(file.rows for file in entry.files) for entry in files}
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": next(iter(rows.values())),
            **{f"rader i {key}": count for key, count in rows.items()},
            "kontroller": len(every),
            **(metadata or {}),
            **afterwards(),
        }
    )


def audit(
    home: HomeResource,
    files: Sequence[ToAudit],
    register: Register | None = None,
    per: date | None = None,
    gone: Sequence[Path] = (),
) -> list[list[Outcome]]:
    """The outcomes of the suites of staged or committed files. Raises `CheckError` when a check could not be run."""
    targets = targets_of(files)
    reads = {name for target in targets for name in target.reads}
    staged = [file for entry in files for file in entry.files]
    return run_checks(targets, home.lake.staging_root, beside(home, staged, reads, register, per, gone))


def targets_of(files: Sequence[ToAudit]) -> list[Target]:
    """What is to be run for each table's files: what its declaration and its suite say, and the checks beside them."""
    targets = []
    for number, entry in enumerate(files):
        view, declared = view_name(number), entry.files[0].table
        suite = suite_of(declared.key)
        checks = merge(derived_checks(declared, view), suite.checks, entry.extra)
        targets.append(Target(declared, tuple(file.staged for file in entry.files), view, tuple(checks), suite.helpers))
    return targets


def _check_result(context: dg.AssetExecutionContext, key: str, group: Sequence[Outcome]) -> dg.AssetCheckResult:
    """One result for each suite: an error when something critical failed, a warning when something else did."""
    failed = [outcome for outcome in group if not outcome.passed]
    stops = any(outcome.stops for outcome in failed)
    report = "\n".join(f"- {outcome.alvorlighet}: {outcome.line}" for outcome in failed)
    return dg.AssetCheckResult(
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if stops or not failed else dg.AssetCheckSeverity.WARN,
        check_name=check_name(key),
        asset_key=context.asset_key,
        metadata={
            "kontroller": len(group),
            "avvik": dg.MetadataValue.md(report or "Ingen avvik."),
            "sekunder": round(sum(outcome.varighet for outcome in group), 3),
        },
    )


def _first_words(home: HomeResource, staged: Sequence[StagedFile]) -> str:
    """What the audited tables say of themselves first: of every home whose figures are invented, and of results."""
    eksempel = is_invented(home.archive.origin())
    results = {home.lake.partition_of(file.target) for file in staged if file.table.partition_by == RESULT_PARTITION}
    oppsett = home.oppsett
    found = [(int(year), merking_av(oppsett.rule_set(name), eksempel=eksempel)) for year, name in sorted(results)]
    return merking_av_uttrekk(found) if found else OPPDIKTET if eksempel else ""


def _put_aside(
    home: HomeResource, context: dg.AssetExecutionContext, staged: Sequence[StagedFile], report: FailedAudit
) -> Path:
    run = context.run.run_id
    folder = home.root / "karantene" / run
    home.lake.quarantine(staged, folder)
    report = report.model_copy(update={"foran": _first_words(home, staged)})
    write_atomically(folder / "kontroll.json", as_json(report))
    record = context.instance.get_run_record_by_id(run)
    if record is not None:
        write_failed_audit_page(report, run, record.create_timestamp, folder, home.published)
    return folder
