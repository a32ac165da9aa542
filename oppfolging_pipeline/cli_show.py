"""The command line's `show`: what is published, read from the published file.

Belongs here: its arguments, and which set and day are told of. Does not belong here: reading (`publish.read`), or
layout (`cli_output`).

Exit codes: 0 done, 1 nothing such is published or the file cannot be read, 2 wrong arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, errors, settings_of
from oppfolging_pipeline.cli_trace import KommuneArgument, RulesFilter, YearOption
from oppfolging_pipeline.core.clock import date_in_norway, system_clock
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.kommunesok import kommunenr_of
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE
from oppfolging_pipeline.publish.read_choice import as_given, results_there

if TYPE_CHECKING:
    import duckdb

show = typer.Typer(no_args_is_help=True, help="Read the published file.")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(show, name="show")
    show.command("identifisert")(show_identifisert)
    show.command("faseplan")(show_faseplan)
    show.command("kommune")(show_kommune)


def show_identifisert(
    home: HomeOption = None, uttrekk: YearOption = None, rules: RulesFilter = None, as_json: JsonOption = False
) -> None:
    """The identified municipalities."""
    from oppfolging_pipeline import cli_output

    asked = as_given(["show", "identifisert"], home, uttrekk, as_json=as_json)
    with errors(), _published((settings := settings_of(home)).home) as connection:
        rows = read.identifisert(connection, uttrekk, rules, settings.regelsett, asked)
    cli_output.emit_identifisert(rows, as_json=as_json)


def show_faseplan(
    home: HomeOption = None,
    pulje: Annotated[int | None, typer.Option("--pulje", help="Only this cohort.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The phase timeline of each cohort."""
    from oppfolging_pipeline import cli_output

    with errors(), _published(settings_of(home).home) as connection:
        rows, release = read.faseplan(connection, pulje), read.utgivelse(connection)
        cli_output.emit_faseplan(rows, results_there(connection), as_json=as_json)
    if rows:
        _tell_day(release)


def show_kommune(
    kommune: KommuneArgument, home: HomeOption = None, rules: RulesFilter = None, as_json: JsonOption = False
) -> None:
    """What is published about one municipality under one rule set, and why it stands where it stands."""
    from oppfolging_pipeline import cli_output

    asked = as_given(["show", "kommune", kommune], home, as_json=as_json)
    with errors(), _published((settings := settings_of(home)).home) as connection:
        found = read.kommune(connection, kommunenr_of(connection, kommune), rules, settings.regelsett, asked)
        release = read.utgivelse(connection)
    cli_output.emit_kommune(found, as_json=as_json)
    _tell_day(release)


@contextmanager
def _published(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(read.open_published(home / "publisert" / PUBLISHED_FILE)) as connection:
        yield connection


def _tell_day(release: read.Row) -> None:
    """What day the states are of, beside the answer: programs read that from stdout."""
    if told := read.told_day(release, date_in_norway(system_clock())):
        typer.echo(told, err=True)
