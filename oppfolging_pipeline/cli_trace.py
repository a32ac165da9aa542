"""The command line's `trace`: from published figures to the rows that they were read from.

Belongs here: its arguments, and how a municipality is named on the command line. Does not belong here: finding the rows
(`publish.tracing`), or layout (`cli_output`).
"""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, errors, settings_of
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.kommunesok import kommunenr_of
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE
from oppfolging_pipeline.publish.read_choice import as_given

KommuneArgument = Annotated[
    str, typer.Argument(help="Its number (a leading zero may be left out), or its name, or a part of a double name.")
]
YearOption = Annotated[int | None, typer.Option("--uttrekk", help="The identification year. Default: the newest.")]
RulesFilter = Annotated[
    str | None,
    typer.Option("--rules", help="This set. Default: the official one, or the home's chosen one."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("trace")(trace)


def trace(
    kommune: KommuneArgument,
    home: HomeOption = None,
    uttrekk: YearOption = None,
    rules: RulesFilter = None,
    indikator: Annotated[str | None, typer.Option("--indikator", help="Only this indicator.")] = None,
    as_json: JsonOption = False,
) -> None:
    """From a municipality's published figures to the row and column of the answers and files that they stand in."""
    with errors():
        settings = settings_of(home)
        from oppfolging_pipeline import cli_output
        from oppfolging_pipeline.engine import Lake, open_engine
        from oppfolging_pipeline.publish import tracing
        from oppfolging_pipeline.sources.archive import Archive

        lake = Lake(settings.home / "lager")
        file = settings.home / "publisert" / PUBLISHED_FILE
        with closing(read.open_published(file)) as connection, open_engine(lake=lake) as engine:
            found = tracing.trace(
                connection,
                engine,
                lake,
                Archive(settings.home / "arkiv", settings.protokoll_url),
                settings.catalog,
                kommunenr_of(connection, kommune),
                uttrekk=uttrekk,
                rules=rules,
                indikator=indikator,
                chosen=settings.regelsett,
                command=as_given(["trace", kommune], home, uttrekk, indikator, as_json=as_json),
            )
    cli_output.emit_sporing(found, as_json=as_json)
