"""How the command line lays out its answers: tables for people, JSON for programs.

Belongs here: layout. Does not belong here: any question to the published file (`publish.read`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.rounding import norwegian
from oppfolging_pipeline.publish.manifest import PUBLISHED_FILE
from oppfolging_pipeline.publish.read_choice import no_cohort
from oppfolging_pipeline.rules.merking import merking_av_rad

if TYPE_CHECKING:
    import duckdb

    from oppfolging_pipeline.publish.tracing import Trace

Row = Mapping[str, Any]
_WIDTH_WITHOUT_TERMINAL = 160
_COUNTED = ("kommuner", "vurdert", "kategori_1", "kategori_2", "offisielt", "eksempel", "status")
_FOLDED = frozenset({"Fylke", "Aktiviteter", "Rapport", "Kolonne", "Forespørsel", "Lisens"})


def run_summary(
    connection: duckdb.DuckDBPyConnection,
    uttrekk: Sequence[int],
    rules: str,
    home: Path,
    utgivelse: str | None,
    ny: bool | None,
) -> dict[str, Any]:
    """Counts and places of a run, for each identification year."""
    counts = []
    for year in uttrekk:
        row = connection.execute(
            """
            SELECT count(*), count(*) FILTER (vurdert), count(*) FILTER (kategori = 1), count(*) FILTER (kategori = 2),
              any_value(offisielt), any_value(eksempel), any_value(status)
            FROM mart.rangering_kommune WHERE uttrekksaar = ? AND indikatorsett = ?""",
            [year, rules],
        ).fetchone()
        counts.append({"uttrekksaar": year, **dict(zip(_COUNTED, row or (), strict=True))})
    release = connection.execute(
        "SELECT per, gjelder_til FROM drift.utgivelse ORDER BY versjon DESC LIMIT 1"
    ).fetchone()
    per, gjelder_til = release or (None, None)
    return {
        "indikatorsett": rules,
        "utgivelse": utgivelse,
        "ny_utgivelse": ny,
        "per": per,
        "gjelder_til": gjelder_til,
        "antall": counts,
        "hjem": str(home),
        "fil": str(home / "publisert" / PUBLISHED_FILE),
    }


def emit_run(rows: Sequence[Row], summary: Row, *, as_json: bool) -> None:
    """The outcome of a run."""
    if as_json:
        _emit_json({**summary, "identifisert": rows})
        return
    emit_identifisert(rows, as_json=False)
    for count in summary["antall"]:
        _line(
            f"Uttrekk {count['uttrekksaar']} ({summary['indikatorsett']}): {count['kommuner']} kommuner, "
            f"{count['vurdert']} vurdert, {count['kategori_1']} i kategori 1, {count['kategori_2']} i kategori 2."
        )
    state = "ny" if summary["ny_utgivelse"] else "uendret, innholdet er det samme"
    _line(f"Utgivelse: {summary['utgivelse']} ({state})")
    _line(f"Hjemmemappe: {summary['hjem']}")
    _line(f"Publisert fil: {summary['fil']}")


def emit_failed_run(faults: Mapping[str, str], overview: Row) -> None:
    """A run that failed, for programs: what each step that failed said, and the state of the reports (empty when they
    could not be read)."""
    _emit_json({"feil": dict(faults), "oversikt": overview})


def emit_identifisert(rows: Sequence[Row], *, as_json: bool) -> None:
    """The identified municipalities."""
    if as_json:
        _emit_json(rows)
        return
    for key in sorted({(row["uttrekksaar"], row["indikatorsett"]) for row in rows}):
        first = next(row for row in rows if (row["uttrekksaar"], row["indikatorsett"]) == key)
        _table(
            merking_av_rad(first).foran(f"Identifiserte kommuner {key[0]} ({key[1]})"),
            ("Kat.", "Plass", "Nr.", "Kommune", "Fylke", "Andel %", "Poeng", "Dekning", "Margin", "Status"),
            [
                (
                    str(row["kategori"]),
                    f"{row['rangering']}{' =' if row['delt_plassering'] else ''}",
                    row["kommunenr"],
                    row["kommunenavn"],
                    row["fylkesnavn"],
                    _number(row["andel_risikopoeng"], 2),
                    f"{row['risikopoeng']}/{row['mulige_risikopoeng']}",
                    _number(row["dekningsgrad"], 2),
                    _number(row["margin"], 2),
                    row["status"],
                )
                for row in rows
                if (row["uttrekksaar"], row["indikatorsett"]) == key
            ],
        )
    if not rows:
        _line("Ingen identifiserte kommuner.")


def emit_faseplan(rows: Sequence[Row], results: Mapping[str, Sequence[int]], *, as_json: bool) -> None:
    """The phase timeline; that there is no cohort is said in words. `results` are the years of each set in the file."""
    if as_json:
        _emit_json(rows)
        return
    if not rows:
        _line(no_cohort(results))
    for pulje in sorted({row["pulje"] for row in rows}):
        terms = [row for row in rows if row["pulje"] == pulje]
        _table(
            merking_av_rad(terms[0]).foran(f"Pulje {pulje}: {terms[0]['antall_kommuner']} kommuner"),
            ("Halvår", "Fra", "Til", "Fase", "År", "Tilstand", "Aktiviteter", "Rapport"),
            [
                (
                    row["halvaar"],
                    row["fra"].isoformat(),
                    row["til"].isoformat(),
                    row["fase"],
                    str(row["faseaar"]),
                    row["tilstand"],
                    "; ".join(row["aktiviteter"]),
                    row["rapport"] or "",
                )
                for row in terms
            ],
        )


def emit_kommune(found: Mapping[str, Sequence[Row]], *, as_json: bool) -> None:
    """One municipality: its places with the reasons, its figures and its cohorts."""
    if as_json:
        _emit_json(found)
        return
    for row in found["rangering"]:
        office = f" ({row['statsforvalter']})" if row["statsforvalter"] else ""
        _line(merking_av_rad(row).foran(f"{row['kommunenr']} {row['kommunenavn']}, {row['fylkesnavn']}{office}"))
        _line(f"Uttrekk {row['uttrekksaar']}, {row['indikatorsett']}: {row['begrunnelse']}")
        figures = [
            figure
            for figure in found["vurdering"]
            if (figure["uttrekksaar"], figure["indikatorsett"]) == (row["uttrekksaar"], row["indikatorsett"])
        ]
        # A file of before contract 1.3 has no such column; most figures are corrected by nothing.
        marked = ("Rettelse",) if any(figure.get("rettelse") for figure in figures) else ()
        _table(
            "Tallene",
            ("Indikator", "Trinn", "Skoleår", "Verdi", "Nasjonal", "Absolutt", "Poeng", "Ombygd", *marked),
            [
                (
                    figure["indikator"],
                    str(figure["trinn"]),
                    figure["skoleaar"],
                    _plain(figure["verdi"]) if figure["verdistatus"] == "vist" else figure["verdistatus"],
                    _plain(figure["nasjonal_grense"]),
                    _plain(figure["absolutt_grense"]),
                    f"{figure['risikopoeng']}/{figure['mulige_risikopoeng']}"
                    if figure["verdistatus"] == "vist"
                    else "",
                    "ja" if figure["beregnet"] else "",
                    *(figure["rettelse"] or "" for _ in marked),
                )
                for figure in figures
            ],
        )
    for row in found["pulje"]:
        note = f" {row['merknad']}" if row["merknad"] else ""
        since = (
            f" siden {row['siden'].isoformat()}" if row["siden"] else ""
        )  # the day of identification may not have come
        _line(f"Pulje {row['pulje']}: {row['deltakelse']}{since}.{note}")


_TRACED = (
    "Indikator", "Mål", "Trinn", "Skoleår", "Verdi", "Ombygd", "Nivå", "Enhet", "Innhold", "Rad", "Kolonne", "Rettelse"
)  # fmt: skip


def emit_sporing(traces: Sequence[Trace], *, as_json: bool) -> None:
    """The figures of one municipality, the rows that they were read from, and what those rows stand in."""
    contents = {part.innhold.sha256: part.innhold for one in traces for part in one.observasjoner}
    if as_json:
        _emit_json({"tall": [_traced(one) for one in traces], "innhold": [asdict(one) for one in contents.values()]})
        return
    number = {sha256: str(position) for position, sha256 in enumerate(contents, start=1)}
    for key in dict.fromkeys((one.uttrekksaar, one.indikatorsett) for one in traces):
        of_key = [one for one in traces if (one.uttrekksaar, one.indikatorsett) == key]
        _table(
            f"{of_key[0].ord} {of_key[0].kommunenr} {of_key[0].kommunenavn}, uttrekk {key[0]} ({key[1]}): "
            "radene tallene er lest av".strip(),
            _TRACED,
            [row for one in of_key for row in _trace_rows(one, number)],
        )
    _table(
        "Innholdet som radene står i",
        ("Nr.", "sha256", "Forespørsel", "Hentet (UTC)", "Opprinnelse", "Lisens"),
        [
            (
                number[one.sha256],
                one.sha256[:12],
                one.foresporsel,
                one.hentet.isoformat(" ", "seconds") if one.hentet else "",
                one.opprinnelse,
                one.lisens,
            )
            for one in contents.values()
        ],
    )


def _trace_rows(one: Trace, number: Mapping[str, str]) -> list[tuple[str, ...]]:
    """A row for each observation; the figure itself stands only in the first."""
    value = _plain(one.verdi) if one.verdistatus == "vist" else one.verdistatus
    figure = (one.indikator, one.maal, str(one.trinn), one.skoleaar, value, "ja" if one.beregnet else "")
    parts = [
        (part.nivaa, part.enhet, number[part.innhold.sha256], str(part.rad), part.kolonne, part.rettelse or "")
        for part in one.observasjoner
    ]
    blank = ("",) * len(figure)
    return [(*(blank if position else figure), *part) for position, part in enumerate(parts or [("",) * 6])]


def _traced(one: Trace) -> dict[str, Any]:
    figure = {item.name: getattr(one, item.name) for item in fields(one) if item.name != "observasjoner"}
    places = [
        {
            "nivaa": part.nivaa,
            "enhet": part.enhet,
            "sha256": part.innhold.sha256,
            "rad": part.rad,
            "kolonne": part.kolonne,
            "rettelse": part.rettelse,
        }
        for part in one.observasjoner
    ]
    return {**figure, "observasjoner": places}


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else norwegian(Decimal(str(value)), decimals)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}".replace(".", ",")


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in _FOLDED, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(file=sys.stdout, highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(file=sys.stdout, highlight=False, markup=False, width=_WIDTH_WITHOUT_TERMINAL)
    console.print(table)


def _emit_json(value: object) -> None:
    def plain(other: object) -> object:
        if isinstance(other, date):
            return other.isoformat()
        raise TypeError(f"found {type(other).__name__}; expected something that JSON has")

    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=plain) + "\n")
