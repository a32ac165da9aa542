"""The command line's `fetch` and `sources`: the live sources, and the state that they are in.

Belongs here: their arguments, exit codes and progress lines. Does not belong here: how a fetch goes (`staging.fetch`),
or how its summary is laid out (`cli_fetch_output`).

Exit codes: 0 all that was asked for is here, 1 something is missing (and what was there is as it was), 2 wrong
arguments.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from oppfolging_pipeline.core.clock import system_clock
from oppfolging_pipeline.core.errors import OppfolgingError
from oppfolging_pipeline.core.files import writer_lock
from oppfolging_pipeline.core.run_journal import Asked
from oppfolging_pipeline.core.skoleaar import is_skoleaar
from oppfolging_pipeline.settings import Settings, read_settings

if TYPE_CHECKING:
    import duckdb

    from oppfolging_pipeline.sources.archive import Archive
    from oppfolging_pipeline.staging.fetch import FetchReport, Told, Wanted

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The folder with the pipeline's data. Default: OPPFOLGING_HOME, else ./data."),
]
OppsettOption = Annotated[
    Path | None,
    typer.Option(
        "--oppsett", help="The home's own settings. Default: OPPFOLGING_OPPSETT, else the folder oppsett in the home."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("fetch")(fetch)
    app.command("sources")(sources)


def fetch(
    home: HomeOption = None,
    years: Annotated[
        str,
        typer.Option(
            "--years", help="School years, for example 2022-23,2023-24. Default: those that the next run needs."
        ),
    ] = "",
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Sources, for example nasjonale_prover,klass. Default: all of them and the register."
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask what is published and show the plan; fetch and keep nothing.")
    ] = False,
    oppsett: OppsettOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch figures from Udir and the register from Statistics Norway into the home's archive."""
    asked = _school_years(years)
    started = monotonic()
    with errors():
        settings = settings_of(home, oppsett)
        from oppfolging_pipeline.sources.fetching import REGISTER
        from oppfolging_pipeline.staging.fetch import wanted

        kilder = _sources(source)
        if asked and kilder == [REGISTER]:
            raise typer.BadParameter(f"found only {REGISTER}; expected a source of figures", param_hint="--years")
        choice = wanted(settings.catalog, kilder, asked)
        report = _run(settings, choice, dry_run=dry_run)
    from oppfolging_pipeline import cli_fetch_output

    following = Asked(oppsett=str(oppsett or "")).command(settings.home)
    cli_fetch_output.emit_fetch(report, monotonic() - started, asked, following, dry_run=dry_run, as_json=as_json)
    if report.failures or report.nowhere_published(asked):
        raise typer.Exit(1)


def sources(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Each source: the newest school year here, its age, the last fetch, its state, and what to do."""
    with errors():
        settings = settings_of(home)
        from oppfolging_pipeline.staging.source_states import source_states

        states = source_states(_archive(settings), settings.catalog, system_clock())
    from oppfolging_pipeline import cli_fetch_output

    cli_fetch_output.emit_sources(states, settings.home, as_json=as_json)


def settings_of(home: Path | None, oppsett: Path | None = None, inbox: Path | None = None) -> Settings:
    """The environment's settings, with the folders that were named."""
    given = {"OPPFOLGING_HOME": home, "OPPFOLGING_OPPSETT": oppsett, "OPPFOLGING_INBOX": inbox}
    return read_settings({**os.environ, **{name: str(value) for name, value in given.items() if value is not None}})


@contextmanager
def errors() -> Iterator[None]:
    """The pipeline's own errors as a message and exit code 1. Anything else is our fault and keeps its traceback."""
    try:
        yield
    except OppfolgingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _run(settings: Settings, choice: Wanted, *, dry_run: bool) -> FetchReport:
    from oppfolging_pipeline.rules.behov import needed_cells
    from oppfolging_pipeline.sources.live import live
    from oppfolging_pipeline.sources.system_http import system_http
    from oppfolging_pipeline.staging.fetch import expect_place
    from oppfolging_pipeline.staging.fetch import fetch as fetch_into

    declared, oppsett = live(), settings.oppsett()
    if dry_run:  # what the fetch itself would refuse is no plan
        expect_place(_archive(settings))
    with (
        _place(settings, dry_run=dry_run) as (archive, connection),
        system_http(settings.manners, declared.http) as http,
    ):
        return fetch_into(
            choice,
            archive,
            connection,
            http,
            settings.addresses,
            settings.catalog,
            oppsett.rettelser,
            declared,
            system_clock,
            _told(),
            plan_only=dry_run,
            needed=needed_cells(oppsett.regelsett.values()),
            breaks=oppsett.brudd,
            rule_sets=list(oppsett.regelsett.values()),
        )


@contextmanager
def _place(settings: Settings, *, dry_run: bool) -> Iterator[tuple[Archive, duckdb.DuckDBPyConnection]]:
    """The archive and an engine to fetch into: the home's, as its only writer, or for a dry run one that is thrown
    away."""
    from oppfolging_pipeline.engine import open_engine
    from oppfolging_pipeline.sources.archive import Archive

    if dry_run:
        with TemporaryDirectory(prefix="oppfolging-") as folder, open_engine(Path(folder)) as engine:
            yield Archive(Path(folder) / "arkiv"), engine.connection
        return
    spill = settings.home / "neste" / "duckdb"
    with writer_lock(settings.home / ".laas"):
        spill.mkdir(parents=True, exist_ok=True)
        try:
            with open_engine(spill) as engine:
                yield _archive(settings), engine.connection
        finally:
            shutil.rmtree(spill, ignore_errors=True)


def _archive(settings: Settings) -> Archive:
    from oppfolging_pipeline.sources.archive import Archive

    return Archive(settings.home / "arkiv", settings.protokoll_url)


def _told() -> Told:
    """Progress on stderr: a line for each answer and for each unit."""
    from oppfolging_pipeline import cli_fetch_output
    from oppfolging_pipeline.staging.fetch import Told

    progress = cli_fetch_output.Progress(lambda line: typer.echo(line, file=sys.stderr))
    return Told(progress.answer, progress.plan, progress.outcome)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _sources(text: str) -> list[str]:
    kilder = _parts(text)
    if text and not kilder:
        raise typer.BadParameter(f"found '{text}'; expected names of sources", param_hint="--source")
    return kilder


def _school_years(text: str) -> list[str]:
    years = _parts(text)
    wrong = [year for year in years if not is_skoleaar(year)]
    if wrong or (text and not years):
        raise typer.BadParameter(
            f"found '{', '.join(wrong) or text}'; expected school years such as 2022-23,2023-24", param_hint="--years"
        )
    return years
