"""How the state of the reports is printed: one table of school years and reports, before any figure is judged.

Belongs here: layout. Does not belong here: what is there and which ways work (`staging.oversikt`), or what is said of a
run that is refused (`staging.oversikt_tekst`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_WIDTH_WITHOUT_TERMINAL = 80


def print_overview(overview: Mapping[str, Any]) -> None:
    """The table, and the identification year that is run, on stderr. `overview` is as `assets.oversikt` makes it."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    state = {(row["skoleaar"], row["navn"]): row["tilstand"] for row in overview["rapporter"]}
    names = list(dict.fromkeys(navn for _, navn in state))
    table = Table(title="Rapportene som er her", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("Skoleår", *names):
        table.add_column(heading)
    for skoleaar in dict.fromkeys(aar for aar, _ in state):
        table.add_row(skoleaar, *(state[skoleaar, navn] for navn in names))
    console = Console(file=sys.stderr, highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(file=sys.stderr, highlight=False, markup=False, width=_WIDTH_WITHOUT_TERMINAL)
    console.print(table)
    chosen = overview["valgt"]
    if chosen is not None:
        years = ", ".join(map(str, chosen["uttrekk"]))
        sys.stderr.write(f"Kjører {chosen['regelsett']}, uttrekk {years}.\n")
