"""The command line's `check`: the suites by hand, over the tables that lie in the home's lake.

Belongs here: its arguments, exit codes and layout. Does not belong here: any check, or how one is run
(`definitions.check_by_hand`).

Exit codes: 0 no critical check failed (there may be warnings), 1 one did or could not be run, 2 wrong arguments.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, OppsettOption, errors, settings_of
from oppfolging_pipeline.core.norsk import opplisting

if TYPE_CHECKING:
    from assets.by_hand import TableAudit
    from oppfolging_pipeline.core.outcome import Outcome


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("check")(check)


def check(
    tables: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TABLE]...", help="Tables, for example observasjon. Default: all that have a suite."),
    ] = None,
    home: HomeOption = None,
    oppsett: OppsettOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the checks of the tables in the home's lake once more, by hand. Changes no table."""
    # Telemetry is off before Dagster is imported.
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    with errors():
        settings = settings_of(home, oppsett)
        from oppfolging_pipeline.definitions import check_by_hand

        try:
            asked = check_by_hand(str(settings.home), tables or (), str(settings.oppsett_mappe or ""))
        except LookupError as error:
            raise typer.BadParameter(str(error), param_hint="TABLE") from error
        audits = []
        for audit in asked:
            audits.append(audit)
            if not as_json:
                _emit(audit)
    if as_json:
        told = {"hjem": str(settings.home), "i_orden": all(one.holds for one in audits), "tabeller": _plain(audits)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        _emit_sum(audits)
    if not all(audit.holds for audit in audits):
        raise typer.Exit(1)


def _plain(audits: list[TableAudit]) -> list[dict[str, Any]]:
    return [
        {
            "tabell": one.tabell,
            "filer": one.filer,
            "rader": one.rader,
            "feil": one.feil,
            "fremmede": [str(file) for file in one.fremmede],
            "utfall": [outcome.model_dump(mode="json") for outcome in one.utfall],
            "av_andre_tall": [{"uttrekksaar": year, "indikatorsett": name} for year, name in one.av_andre_tall],
        }
        for one in audits
    ]


def _emit(audit: TableAudit) -> None:
    for file in audit.fremmede:
        typer.echo(f"{audit.tabell}: fremmed fil, ikke kontrollert: {file}. `oppfolging doctor` sier hva du gjør.")
    if audit.feil is not None:
        typer.echo(f"{audit.tabell}: ble ikke kontrollert")
        typer.echo(_indented(audit.feil))
        return
    failed = [outcome for outcome in audit.utfall if not outcome.passed]
    if audit.av_andre_tall:
        of_others = opplisting(f"uttrekk {year} ({name})" for year, name in audit.av_andre_tall)
        typer.echo(f"{audit.tabell}: ikke holdt mot observasjonene, for det er regnet av andre: {of_others}")
        if not audit.utfall:
            return
    verdict = f"{len(failed)} av dem slo ut" if failed else "alle bestått"
    size = f"{audit.rader} rader i {audit.filer} {'fil' if audit.filer == 1 else 'filer'}"
    typer.echo(f"{audit.tabell}: {size}, {len(audit.utfall)} kontroller, {verdict}")
    for outcome in failed:
        _emit_failed(outcome)


def _emit_failed(outcome: Outcome) -> None:
    count = "" if outcome.antall_avvik is None else f": {outcome.antall_avvik} avvik"
    typer.echo(f"  {'FEIL' if outcome.stops else 'VARSEL'} {outcome.kontroll}{count}")
    typer.echo(f"    {outcome.veiledning}")
    for offender in outcome.avvik:
        typer.echo(f"    - {offender}")


def _emit_sum(audits: list[TableAudit]) -> None:
    outcomes = [outcome for audit in audits for outcome in audit.utfall]
    failed = sum(outcome.stops for outcome in outcomes)
    warned = sum(not outcome.passed and not outcome.stops for outcome in outcomes)
    not_run = [audit.tabell for audit in audits if audit.feil is not None]
    left = f" Ikke kontrollert: {opplisting(not_run)}." if not_run else ""
    tables = f"{len(audits)} {'tabell' if len(audits) == 1 else 'tabeller'}"
    warnings = f"{warned} {'varsel' if warned == 1 else 'varsler'}"
    typer.echo(f"{tables}, {len(outcomes)} kontroller: {failed} feil, {warnings}.{left}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
