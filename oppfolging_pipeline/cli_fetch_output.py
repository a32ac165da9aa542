"""How `fetch` and `sources` are shown: progress lines, summaries for people, JSON for programs.

Belongs here: layout and words. Does not belong here: what happened (`staging.fetch`, `staging.source_states`).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from oppfolging_pipeline.sources.asking import Ask
from oppfolging_pipeline.sources.conversation import Counted
from oppfolging_pipeline.sources.fetching import REGISTER, Outcome, Plan
from oppfolging_pipeline.staging.fetch import FetchReport
from oppfolging_pipeline.staging.source_states import SourceRow

if TYPE_CHECKING:
    from rich.table import Table

_STATE = {
    "hentet": "hentet",
    "uendret": "uendret",
    "stoppet": "STOPPET",
    "ikke_naadd": "IKKE NÅDD",
    "ikke_publisert": "ikke publisert",
}
_WIDTH = 118


class Progress:
    """Calls done of planned, rows and bytes, as they come. `say` takes a line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._planned: int | None = None
        self._calls = 0
        self._rows = 0

    def answer(self, ask: Ask, counted: Counted) -> None:
        """An answer that has arrived."""
        self._calls = counted.calls
        of = f"/{max(self._planned, counted.calls)}" if self._planned else ""
        self._say(f"[{counted.calls}{of}] {ask.name}: {megabytes(counted.bytes)} i alt")

    def plan(self, plan: Plan) -> None:
        """The plan, when the sources have said what they have published."""
        self._planned = self._calls + plan.calls
        self._say(f"{plan.calls} datakall planlagt")

    def outcome(self, outcome: Outcome) -> None:
        """A unit that has ended."""
        self._rows += outcome.rows
        rows = f", {thousands(outcome.rows)} rader" if outcome.rows else ""
        earlier = " (i forrige forsøk)" if outcome.earlier else ""
        self._say(f"{_unit(outcome)}: {_STATE[outcome.state]}{earlier}{rows}")


def emit_fetch(
    report: FetchReport, seconds: float, asked: Sequence[str], following: str, *, dry_run: bool, as_json: bool
) -> None:
    """The summary of a fetch, or its plan; `following`: the command that comes next."""
    if as_json:
        document = {
            "kall": report.counted.calls,
            "kall_spart": report.counted.resumed,
            "bytes": report.counted.bytes,
            "gjenopptatt": report.resumed,
            "planlagt": [
                *(
                    [{"kilde": REGISTER, "skoleaar": [], "datakall": report.register_calls}]
                    * bool(report.register_calls)
                ),
                *(
                    {"kilde": one.published.kilde, "skoleaar": list(one.years), "datakall": one.calls}
                    for one in report.planned
                ),
            ],
            "enheter": [
                {
                    "kilde": one.kilde,
                    "skoleaar": one.skoleaar or None,
                    "tilstand": one.state,
                    "rader": one.rows,
                    "melding": one.message or None,
                    "advarsler": [str(drift) for drift in one.warnings if drift.alvorlighet == "advarsel"],
                    "sha256": list(one.sha256),
                }
                for one in report.outcomes
            ],
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    _print(_plan_table(report) if dry_run else _fetch_table(report))
    for one in report.outcomes:
        for drift in one.warnings:
            if drift.alvorlighet == "advarsel":
                typer.echo(f"Advarsel, {_unit(one)}: {drift}")
    for one in report.failures:
        if one.message:
            typer.echo(f"{_unit(one)}: {one.message}", err=True)
    for year in report.nowhere_published(asked):
        typer.echo(f"{year}: found in no source; expected a published school year. See --dry-run.", err=True)
    spared = f", {report.counted.resumed} svar var her fra før" if report.counted.resumed else ""
    typer.echo(f"{report.counted.calls} kall, {megabytes(report.counted.bytes)}, {seconds:.1f} s{spared}.")
    if report.failures:
        typer.echo("Samme kommando går videre der denne stanset. Det som var i arkivet, er som før.", err=True)
    elif not dry_run:
        typer.echo(f"Neste: {following}")


def emit_sources(states: Sequence[SourceRow], home: Path, *, as_json: bool) -> None:
    """The state of every source of the home, and the whole command that mends it."""
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in states], ensure_ascii=False, indent=2, default=str))
        return
    table = _table("Kilde", "Nyeste skoleår", "Alder", "Siste henting", "Tilstand")
    for row in states:
        age = "" if row.alder_dager is None else f"{row.alder_dager} d"
        asked = f"{row.siste_henting:%Y-%m-%d %H:%M}" if row.siste_henting else ""
        table.add_row(row.kilde, row.nyeste_skoleaar or "", age, asked, row.tilstand)
    _print(table)
    for row in states:
        if row.melding:
            typer.echo(f"{row.kilde}: {row.melding}")
    for row in states:
        if row.gjor:  # no column: a command that is folded cannot be copied
            typer.echo(f"Gjør: {'; eller '.join(_in_home(each, home) for each in row.gjor.split('; eller '))}")


def _in_home(command: str, home: Path) -> str:
    """A command as it is typed for this home, unless it names another."""
    return command if "--home" in command else f"{command} {shlex.join(['--home', str(home)])}"


def thousands(number: int) -> str:
    """`1 289`."""
    return f"{number:,}".replace(",", " ")


def megabytes(size: int) -> str:
    """Bytes as `0,8 MB`."""
    return f"{size / 1e6:.1f} MB".replace(".", ",")


def _unit(outcome: Outcome) -> str:
    return f"{outcome.kilde} {outcome.skoleaar}".strip()


def _fetch_table(report: FetchReport) -> Table:
    table = _table("Kilde", "Skoleår", "Tilstand", "Rader")
    for one in report.outcomes:
        rows = thousands(one.rows) if one.rows else ""
        table.add_row(one.kilde, one.skoleaar, _STATE[one.state] + (" (tidligere)" if one.earlier else ""), rows)
    return table


def _plan_table(report: FetchReport) -> Table:
    table = _table("Kilde", "Publisert", "Ville hentet", "Datakall")
    if report.register_calls:
        table.add_row(REGISTER, "", "registeret i dag", str(report.register_calls))
    for planned in report.planned:
        published = planned.published
        span = f"{published.years[0]} til {published.years[-1]}" if published.years else "ingen"
        table.add_row(published.kilde, span, ", ".join(planned.years), str(planned.calls))
    for one in report.outcomes:
        table.add_row(one.kilde, "", f"{one.skoleaar} {_STATE[one.state]}".strip(), "")
    return table


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE)
    for column in columns:
        table.add_column(column, justify="right" if column in ("Rader", "Alder", "Datakall") else "left")
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH)
    console.print(table)
