"""The command line's `rules`: the rule sets of the home, a new one, and what differs between two.

Belongs here: its arguments, exit codes and layout. Does not belong here: what a set may hold (`rules.model`), reading
the home's settings (`rules.oppsett`), or what a difference is (`rules.forskjell`).

Exit codes: 0 done, 1 a set or file is not there or has faults, 2 wrong arguments. `diff` ends with 0 also where the two
differ.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, OppsettOption, errors, settings_of
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import write_atomically

if TYPE_CHECKING:
    from oppfolging_pipeline.rules.model import RuleSet
    from oppfolging_pipeline.rules.oppsett import Oppsett
    from oppfolging_pipeline.settings import Settings

rules = typer.Typer(no_args_is_help=True, help="Indikatorsettene (regelsettene) som hjemmet kan kjøres med.")
NameArgument = Annotated[str, typer.Argument(metavar="NAVN", help="Navnet på settet, for eksempel udir-2020.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(rules, name="rules")
    rules.command("list")(list_sets)
    rules.command("show")(show_set)
    rules.command("new")(new_set)
    rules.command("check")(check_file)
    rules.command("diff")(diff_sets)


def list_sets(home: HomeOption = None, oppsett: OppsettOption = None, as_json: JsonOption = False) -> None:
    """Hvert sett: om det følger med programmet eller er hjemmets eget, og om det kaller seg offisielt."""
    with errors():
        read = settings_of(home, oppsett).oppsett()
    sets = [read.regelsett[navn] for navn in sorted(read.regelsett)]
    if as_json:
        _emit([_plain(one, read) for one in sets])
        return
    width = max(len(one.navn) for one in sets)
    for one in sets:
        origin = "eget" if one.navn in read.egne else "følger med"
        official = "offisielt" if one.offisielt else "ikke offisielt"
        typer.echo(f"{one.navn:<{width}}  {origin:<10}  {official:<14}  {one.sha256[:12]}  {one.tittel}")


def show_set(
    navn: NameArgument, home: HomeOption = None, oppsett: OppsettOption = None, as_json: JsonOption = False
) -> None:
    """Settet slik det er skrevet, med kommentarene; med --json hver parameter med kilde og grunn."""
    with errors():
        settings = settings_of(home, oppsett)
        read = settings.oppsett()
        rule_set, text = read.rule_set(navn), _text(settings, read, navn)
    if as_json:
        _emit({**_plain(rule_set, read), "parametre": rule_set.parametre()})
        return
    sys.stdout.write(text)


def new_set(
    navn: NameArgument,
    fra: Annotated[str, typer.Option("--from", metavar="NAVN", help="Settet som kopieres.")],
    home: HomeOption = None,
    oppsett: OppsettOption = None,
) -> None:
    """Skriv en kopi med kommentarer, som et eget sett å endre."""
    from oppfolging_pipeline.rules.kopi import copied
    from oppfolging_pipeline.rules.oppsett import REGELSETT, read_oppsett

    with errors():
        settings = settings_of(home, oppsett)
        read = read_oppsett(settings.own_folder, settings.catalog)  # the folder is made when it is not there
        if navn in read.regelsett:
            raise PermanentError(f"found a rule set '{navn}' already; expected a new name. Choose another name.")
        copy = copied(_text(settings, read, read.rule_set(fra).navn), fra, navn, settings.catalog)
        path = settings.own_folder / REGELSETT / f"{navn}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, copy.encode())
    where = shlex.join(["--home", str(settings.home), *(["--oppsett", str(oppsett)] if oppsett else [])])
    typer.echo(f"Skrevet: {path}")
    typer.echo(f"  Endre verdiene, og se hva som er endret: oppfolging rules diff {fra} {navn} {where}")
    typer.echo(f"  Kjør med det: oppfolging run --rules {navn} {where}")


def check_file(
    file: Annotated[Path, typer.Argument(metavar="FIL", help="Et regelsett, eller en annen fil i et oppsett.")],
    home: HomeOption = None,
    oppsett: OppsettOption = None,
) -> None:
    """Les en fil slik en kjøring vil lese den, uten å kjøre: et regelsett, rettelser, brudd, faseplan eller embeter."""
    from oppfolging_pipeline.rules.loader import carried_rule_sets
    from oppfolging_pipeline.rules.oppsett import known_breaks
    from oppfolging_pipeline.staging.egne_filer import checked

    with errors():
        settings = settings_of(home, oppsett)
        carried = {one.navn: one for one in carried_rule_sets(settings.catalog)}
        told = checked(file, carried, settings.catalog, known_breaks(settings.own_folder, settings.catalog))
    typer.echo(f"{file}: i orden. {told}")


def diff_sets(
    a: Annotated[str, typer.Argument(metavar="A", help="Navnet på et sett, eller en fil.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Navnet på et sett, eller en fil.")],
    home: HomeOption = None,
    oppsett: OppsettOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hva som er forskjellig i to sett, parameter for parameter."""
    from oppfolging_pipeline.rules.forskjell import forskjeller

    with errors():
        settings = settings_of(home, oppsett)
        read = settings.oppsett()
        one, other = (_set(name, read, settings) for name in (a, b))
    found = forskjeller(one, other)
    if as_json:
        keys = ("navn", "kalt", "a", "b")
        _emit({"a": a, "b": b, "forskjeller": [{key: getattr(each, key) for key in keys} for each in found]})
        return
    for each in found:
        typer.echo(each.tekst(a, b))
    if not found:
        typer.echo(f"{a} og {b} sier det samme.")


def _set(name: str, read: Oppsett, settings: Settings) -> RuleSet:
    """A set by its name, or from a file."""
    if name in read.regelsett or not Path(name).is_file():
        return read.rule_set(name)
    from oppfolging_pipeline.rules.loader import load_rule_set_text

    return load_rule_set_text(Path(name).read_text(encoding="utf-8-sig"), name, settings.catalog, read.brudd)


def _text(settings: Settings, read: Oppsett, navn: str) -> str:
    from oppfolging_pipeline.rules.loader import carried_text
    from oppfolging_pipeline.rules.oppsett import REGELSETT

    if navn not in read.egne:
        return carried_text(navn)
    return (settings.own_folder / REGELSETT / f"{navn}.yaml").read_text(encoding="utf-8-sig")


def _plain(one: RuleSet, read: Oppsett) -> dict[str, Any]:
    told = {"navn": one.navn, "tittel": one.tittel, "offisielt": one.offisielt, "eget": one.navn in read.egne}
    return {**told, "sha256": one.sha256, "merknad": one.merknad}


def _emit(told: Any) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")
