"""The command line: `oppfolging run`; `fetch` and `sources` are added from `cli_fetch`, every other command from the
module that has its name.

Belongs here: arguments, exit codes, and calling the job or a query. Does not belong here: any rule, how a run is made
(`definitions`), or how an answer is laid out (`cli_output`).

Exit codes: 0 done, 1 the run or the question failed (what was published is told), 2 wrong arguments.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from oppfolging_pipeline import (
    __version__,
    cli_check,
    cli_doctor,
    cli_fetch,
    cli_releases,
    cli_results,
    cli_rules,
    cli_show,
    cli_trace,
)
from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, OppsettOption, errors, settings_of
from oppfolging_pipeline.core.clock import date_in_norway, system_clock
from oppfolging_pipeline.core.skoleaar import from_start_year
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE, published_release
from oppfolging_pipeline.settings import Settings
from oppfolging_pipeline.tables.model import CONTRACT_VERSION

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Oppfølgingsordningen: from Udir's statistics to the identified municipalities and their phase timeline.",
)
cli_fetch.register(app)
cli_check.register(app)
cli_doctor.register(app)
cli_releases.register(app)
cli_rules.register(app)
cli_results.register(app)
cli_show.register(app)
cli_trace.register(app)


def main() -> None:
    """The console script."""
    app()


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"oppfolging_pipeline {__version__}, kontrakt {CONTRACT_VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the program's version and the contract's."
        ),
    ] = False,
) -> None:
    """What goes before any command."""


@app.command()
def run(
    home: HomeOption = None,
    inbox: Annotated[
        Path | None,
        typer.Option(
            "--inbox", help="A folder with files from Udir. Without it: the home's archive, else the invented example."
        ),
    ] = None,
    oppsett: OppsettOption = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", help="The rule set. Default: OPPFOLGING_REGELSETT, else the official one."),
    ] = None,
    uttrekk: Annotated[
        str,
        typer.Option(
            "--uttrekk", help="Identification years, for example 2024,2025. Default: the newest complete one."
        ),
    ] = "",
    per: Annotated[str, typer.Option("--per", help="The as-of date of the timeline, YYYY-MM-DD. Default: today.")] = "",
    kjent_per: Annotated[
        str,
        typer.Option("--kjent-per", help="Use only what had come in by this date, YYYY-MM-DD. Default: everything."),
    ] = "",
    tillat_eldre: Annotated[
        bool,
        typer.Option("--tillat-eldre", help="Use the last good figures of a source whose last fetch failed."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the whole pipeline on the inbox or the archive, without network, and publish its result."""
    years, day = _years(uttrekk), _day(per, "--per") or date_in_norway(system_clock())
    known = _day(kjent_per, "--kjent-per")
    if known and known > date_in_norway(system_clock()):
        raise typer.BadParameter(f"found {known}; expected today or an earlier day", param_hint="--kjent-per")
    with errors():
        settings = settings_of(home, oppsett, inbox)
        if known and settings.inbox:
            raise typer.BadParameter(
                f"found an inbox ({settings.inbox}) beside it; expected the archive alone: what lies in the inbox is "
                "taken in now. Leave out --inbox and OPPFOLGING_INBOX.",
                param_hint="--kjent-per",
            )
        # What is wrong with the home's settings, or an unknown set, is refused before anything is archived.
        rules = settings.oppsett().of_a_run(rules, settings.regelsett).navn
        basis = {"kjent_per": known.isoformat() if known else "", "tillat_eldre": tillat_eldre}
        told: dict[str, Any] = {}
        outcome = _run_job(settings, rules, years, day, basis, told)
    from oppfolging_pipeline import cli_output

    if not outcome.success:
        for fault in dict.fromkeys(outcome.faults.values()):
            steps = [step for step, other in outcome.faults.items() if other == fault]
            typer.echo(f"{', '.join(steps)} failed. {fault}", err=True)
        published = f"Release {outcome.utgivelse} is published and whole; what failed came after it."
        nothing = "Nothing was published; the last published file, if any, is as it was."
        typer.echo(published if outcome.utgivelse else nothing, err=True)
        with errors():
            found = [(one.record.utgivelse, one.tekst) for one in cli_releases.shown_since(settings)]
            current = published_release(settings.home / "publisert")
            cli_releases.emit_shown_since(found, current, settings.home, err=as_json)
        if as_json:
            cli_output.emit_failed_run(outcome.faults, told)
        raise typer.Exit(1)

    file = settings.home / "publisert" / PUBLISHED_FILE
    with errors(), closing(read.open_published(file)) as connection:
        rows = [row for year in outcome.uttrekk for row in read.identifisert(connection, year, rules)]
        summary = cli_output.run_summary(
            connection, outcome.uttrekk, rules, settings.home, outcome.utgivelse, outcome.ny
        )
        summary["viser_skjermet_siden"] = [name for name, _ in outcome.siden]
        summary["oversikt"] = told
    cli_output.emit_run(rows, summary, as_json=as_json)
    cli_releases.emit_shown_since(outcome.siden, outcome.utgivelse, settings.home, err=as_json)


def _run_job(
    settings: Settings, rules: str, years: list[int], per: date, basis: dict[str, Any], told: dict[str, Any]
) -> Any:
    """Run the job; `told` is filled with the state of the reports, which is printed as soon as it is known."""
    # Dagster costs a second to import, and `show` does not need it. Telemetry is off before it is imported.
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    import dagster as dg

    from oppfolging_pipeline.cli_oversikt import print_overview
    from oppfolging_pipeline.definitions import run_identifisering

    def overview(known: Mapping[str, Any]) -> None:
        told.update(known)
        print_overview(known)

    # With a DAGSTER_HOME the run is kept there and seen in the UI; without one it leaves no trace outside the home.
    instance = dg.DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else dg.DagsterInstance.ephemeral()
    with instance:
        return run_identifisering(
            home=str(settings.home),
            inbox=str(settings.inbox or ""),
            oppsett=str(settings.oppsett_mappe or ""),
            rules=rules,
            years=years,
            per=per.isoformat(),
            **basis,
            skoleaar=_skoleaar(settings),
            progress=lambda line: typer.echo(line, err=True),
            overview=overview,
            instance=instance,
        )


def _skoleaar(settings: Settings) -> list[str]:
    """The school years to ask the job for: those that the inbox names, or the archive holds, or the example has."""
    from oppfolging_pipeline.sources.archive import Archive
    from oppfolging_pipeline.sources.example import GRUNNSKOLEPOENG_SKOLEAAR, SKOLEAAR
    from oppfolging_pipeline.sources.inbox import files_in, told_open
    from oppfolging_pipeline.sources.years import school_years

    archive = Archive(settings.home / "arkiv", settings.protokoll_url)
    archived = archive.school_years() if archive.origin() != "eksempel" else []
    if settings.inbox is not None:
        if told := told_open(settings.inbox):
            typer.echo(told, err=True)
        found = sorted({*school_years(files_in(settings.inbox)), *archived})
    elif archived:
        found = archived
    else:
        found = sorted({*SKOLEAAR, *GRUNNSKOLEPOENG_SKOLEAAR})
    # Files that name no year are refused by the run itself; it still has to be asked for some year.
    return found or [from_start_year(system_clock().year - 1)]


def _years(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and len(part) == 4 for part in parts):
        raise typer.BadParameter(f"found '{text}'; expected years such as 2025 or 2024,2025", param_hint="--uttrekk")
    return [int(part) for part in parts]


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a date has no zone)
    except ValueError as error:
        raise typer.BadParameter(f"found '{text}'; expected a date such as 2025-03-01", param_hint=option) from error


if __name__ == "__main__":
    main()
