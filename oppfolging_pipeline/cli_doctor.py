"""The command line's `doctor`: what is broken in the home now, and the command that mends it.

Belongs here: its arguments, exit codes and layout. Does not belong here: any question to the home (`publish.doctor`).

Exit codes: 0 nothing is broken (there may be hints), 1 something is, 2 wrong arguments.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, OppsettOption, errors, settings_of
from oppfolging_pipeline.core.clock import system_clock

if TYPE_CHECKING:
    from oppfolging_pipeline.publish.doctor.diagnosis import Diagnosis


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("doctor")(doctor)


def doctor(home: HomeOption = None, oppsett: OppsettOption = None, as_json: JsonOption = False) -> None:
    """What is broken in the home now, what it means, and the command that mends it. Changes nothing."""
    with errors():
        settings = settings_of(home, oppsett)
        from oppfolging_pipeline.publish.doctor.examination import examine

        found = examine(
            settings.home,
            settings.protokoll_url,
            settings.catalog,
            settings.oppsett,
            system_clock(),
            _free_bytes(settings.home),
        )
    _emit(settings.home, found, as_json=as_json)
    if any(one.alvor == "feil" for one in found):
        raise typer.Exit(1)


def _free_bytes(home: Path) -> int:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    return shutil.disk_usage(there).free


def _emit(home: Path, found: list[Diagnosis], *, as_json: bool) -> None:
    broken = sum(one.alvor == "feil" for one in found)
    if as_json:
        told = {"hjem": str(home), "i_orden": broken == 0, "funn": [asdict(one) for one in found]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    for one in found:  # no table: a command that is folded cannot be copied
        typer.echo(f"{one.alvor.upper()} {one.kode}: {one.sted}")
        typer.echo(f"  Funnet: {one.funnet}")
        typer.echo(f"  Betyr:  {one.betyr}")
        if one.gjor:
            typer.echo(f"  Gjør:   {one.gjor}")
        typer.echo()
    hints = len(found) - broken
    typer.echo(f"{home}: {broken} feil, {hints} hint." if found else f"{home}: alt er i orden.")
