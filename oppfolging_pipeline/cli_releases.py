"""The command line's `releases`: which there have been, and taking one out of reach.

Belongs here: its arguments, exit codes and layout. Does not belong here: which figures a release may show
(`publish.loefte`), or how one is withdrawn (`publish.withdraw`).

Exit codes: 0 done, 1 the release is not known or the home cannot be read, 2 wrong arguments.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppfolging_pipeline.cli_fetch import HomeOption, JsonOption, errors, settings_of
from oppfolging_pipeline.core.clock import system_clock
from oppfolging_pipeline.core.files import LOCK_FILE, writer_lock
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE

if TYPE_CHECKING:
    from oppfolging_pipeline.publish.manifest import ReleaseRecord
    from oppfolging_pipeline.publish.skjermet_siden import ShownSince
    from oppfolging_pipeline.settings import Settings

_TOLD = {"utgivelse", "versjon", "opprettet", "fil", "trukket", "trukket_fordi"}
releases = typer.Typer(no_args_is_help=True, help="The releases of the home.")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(releases, name="releases")
    releases.command("list")(list_releases)
    releases.command("withdraw")(withdraw_release)


def list_releases(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every release: kept or not, withdrawn or not, and whether it shows what the source has shielded since."""
    with errors():
        settings = settings_of(home)
        records, found = _releases(settings), {one.record.utgivelse: one for one in shown_since(settings)}
    if as_json:
        told = [_plain(record, found.get(record.utgivelse)) for record in records]
        sys.stdout.write(
            json.dumps({"hjem": str(settings.home), "utgivelser": told}, ensure_ascii=False, indent=2) + "\n"
        )
        return
    for record in records:
        shown = found.get(record.utgivelse)
        typer.echo(f"{record.utgivelse}  {record.opprettet:%Y-%m-%d %H:%M} UTC  {_state(record)}")
        if shown is not None:
            typer.echo(f"  Viser {shown.tekst}.")


def withdraw_release(
    utgivelse: Annotated[str, typer.Argument(metavar="ID", help="The release, for example 0003-1a2b3c4d5e6f.")],
    home: HomeOption = None,
    fordi: Annotated[str, typer.Option("--fordi", help="Why, in the manifest. Default: what it shows.")] = "",
) -> None:
    """Take a release out of reach. Of the current one, the newest kept one that shows nothing such takes its place."""
    with errors():
        settings = settings_of(home)
        from oppfolging_pipeline.publish.withdraw import withdraw

        with writer_lock(settings.home / LOCK_FILE):
            found = {one.record.utgivelse: one for one in shown_since(settings)}
            shown = found.get(utgivelse)
            why = fordi or (f"Viser {shown.tekst}." if shown else "Trukket for hånd.")
            now = withdraw(settings.home / "publisert", utgivelse, why, system_clock(), found)
        (gone,) = [one for one in _releases(settings) if one.utgivelse == utgivelse]
    typer.echo(f"Utgivelse {utgivelse} er tatt ut. {gone.trukket_fordi}")
    typer.echo(
        f"Publisert er utgivelse {now.utgivelse}." if now else "Ingen fil er publisert nå: kjør `oppfolging run`."
    )


def shown_since(settings: Settings) -> list[ShownSince]:
    """The kept releases of the home that show what the source has shielded or withdrawn since."""
    from oppfolging_pipeline.engine import Lake, open_engine
    from oppfolging_pipeline.publish import manifest as manifests
    from oppfolging_pipeline.publish.skjermet_siden import found_in_home
    from oppfolging_pipeline.sources.archive import Archive

    folder, lake = settings.home / "publisert", Lake(settings.home / "lager")
    known = manifests.reconcile(folder, manifests.read_manifest(folder))
    archive = Archive(settings.home / "arkiv", settings.protokoll_url)
    with open_engine(lake=lake, memory_limit="1GB") as engine:
        return found_in_home(engine, folder, known, lake, archive, settings.catalog)


def emit_shown_since(found: Sequence[tuple[str, str]], current: str | None, home: Path, *, err: bool = False) -> None:
    """What a run says, whichever way it ended, of releases that show what is shielded now: their names and what they
    show; `current` is the one that readers find. On stdout, or on stderr (`err`) where that is for programs."""
    for name, shows in found:
        which = " (den som er publisert nå)" if name == current else ""
        typer.echo(f"Utgivelse {name}{which} viser {shows}.", err=err)
        typer.echo(f"  Ta den ut: oppfolging releases withdraw {name} --home {shlex.quote(str(home))}", err=err)


def _releases(settings: Settings) -> tuple[ReleaseRecord, ...]:
    from oppfolging_pipeline.publish import manifest as manifests

    folder = settings.home / "publisert"
    return manifests.reconcile(folder, manifests.read_manifest(folder)).manifest.utgivelser


def _state(record: ReleaseRecord) -> str:
    if record.trukket is not None:
        return f"tatt ut {record.trukket:%Y-%m-%d %H:%M} UTC: {record.trukket_fordi}"
    return "publisert nå" if record.fil == PUBLISHED_FILE else "tatt vare på" if record.fil else "ikke tatt vare på"


def _plain(record: ReleaseRecord, shown: ShownSince | None) -> dict[str, Any]:
    return {
        **record.model_dump(mode="json", include=_TOLD),
        "skjermet_siden": shown.skjermet if shown else 0,
        "borte_siden": shown.borte if shown else 0,
    }
