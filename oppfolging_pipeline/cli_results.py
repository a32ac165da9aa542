"""The command line's `results`: which results a home has, and taking one out of what is published.

Belongs here: its arguments, exit codes and layout. Does not belong here: what a result is (`publish.resultater`), or
how one is taken out (`assets.uttak`).

Exit codes: 0 done, 1 the result is not known or could not be taken out, 2 wrong arguments.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, OppsettOption, errors, settings_of

if TYPE_CHECKING:
    from oppfolging_pipeline.publish.resultater import Resultat
    from oppfolging_pipeline.publish.uttak import Uttak
    from oppfolging_pipeline.settings import Settings

results = typer.Typer(no_args_is_help=True, help="The results of the home, and what is published of them.")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(results, name="results")
    results.command("list")(list_results)
    results.command("retire")(retire_result)


def list_results(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every result: which set, whether it is the scheme's own, whether its figures are invented, and if published."""
    with errors():
        settings = settings_of(home)
        found, gone = _results(settings)
    if as_json:
        told = {
            "hjem": str(settings.home),
            "resultater": [asdict(one) for one in found],
            "tatt_ut": [one.model_dump(mode="json") for one in gone],
        }
        _emit(told)
        return
    for one in found:
        typer.echo(_line(one))
    if not found:
        typer.echo("Hjemmet har ingen resultater: kjør `oppfolging run`.")
    for each in gone:
        typer.echo(f"Tatt ut {each.tidspunkt:%Y-%m-%d %H:%M} UTC: {each.uttrekksaar}  {each.indikatorsett}")


def retire_result(
    uttrekk: Annotated[int, typer.Option("--uttrekk", help="The identification year.")],
    rules: Annotated[str, typer.Option("--rules", help="The rule set.")],
    home: HomeOption = None,
    oppsett: OppsettOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a result out of what is published. Its files are put aside in the home; running it again brings it back."""
    with errors():
        settings = settings_of(home, oppsett)
        os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
        from oppfolging_pipeline import definitions

        done = definitions.retire_result(
            home=str(settings.home),
            oppsett=str(settings.oppsett_mappe or ""),
            uttrekksaar=uttrekk,
            rules=rules,
            progress=lambda line: typer.echo(line, err=True),
        )
    if done.faults:
        for step, fault in done.faults.items():
            typer.echo(f"{step} failed. {fault}", err=True)
        typer.echo("Nothing new was published. The result is still to go: give the same command again.", err=True)
        raise typer.Exit(1)
    if as_json:
        _emit(
            {"hjem": str(settings.home), "uttrekksaar": uttrekk, "indikatorsett": rules, "utgivelse": done.utgivelse,
             "mappe": str(done.mappe)}
        )  # fmt: skip
        return
    typer.echo(f"Uttrekk {uttrekk} ({rules}) er tatt ut. Filene ligger i {done.mappe}.")
    typer.echo(
        f"Publisert er utgivelse {done.utgivelse}. Tidligere utgivelser har det fortsatt: `oppfolging releases`."
    )


def _results(settings: Settings) -> tuple[list[Resultat], list[Uttak]]:
    from oppfolging_pipeline.engine import Lake, open_engine
    from oppfolging_pipeline.publish.resultater import results_of
    from oppfolging_pipeline.publish.uttak import taken_out

    lake = Lake(settings.home / "lager")
    with open_engine(lake=lake) as engine:
        return results_of(engine, lake, settings.home / "publisert"), taken_out(settings.home)


def _line(one: Resultat) -> str:
    """A result in one line, what it is not first among what is said of it."""
    said = (
        "oppdiktet eksempel" if one.eksempel else "",
        {True: "offisielt sett", False: "ikke offisielt sett", None: "ukjent om settet er offisielt"}[one.offisielt],
        one.status or "",
        "publisert" if one.publisert else "ikke publisert",
        "" if one.helt else "mangler tabeller",
        "skal tas ut" if one.tas_ut else "",
        f"sett {one.sha256[:12]}" if one.sha256 else "",
        f"laget {one.laget:%Y-%m-%d %H:%M} UTC" if one.laget else "",
    )
    return f"{one.uttrekksaar}  {one.indikatorsett}: {', '.join(filter(None, said))}"


def _emit(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(other: object) -> object:
    if isinstance(other, datetime):
        return other.isoformat()
    raise TypeError(f"found {type(other).__name__}; expected something that JSON has")
