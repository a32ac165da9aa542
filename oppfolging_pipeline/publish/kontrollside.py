"""The report of the checks as one HTML page in Norwegian: it needs no network, no script and no other file.

Belongs here: rendering, how numbers and verdicts are worded, and writing the page. Does not belong here: what the
report holds (`kontrollrapport`).

The page is made of the published files alone, so the same releases give the same bytes: a page that differs is stale.
"""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.clock import in_norway
from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.core.files import write_atomically
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.core.outcome import FailedAudit
from oppfolging_pipeline.publish.kontrollhistorikk import read_checked_releases
from oppfolging_pipeline.publish.kontrollrapport import (
    Dom,
    Kontrollrapport,
    report_of_failed_audit,
    report_of_release,
)

if TYPE_CHECKING:
    import markupsafe

PAGE_FILE = "kontroll.html"
_TEMPLATE = "kontroll.html.j2"

# Each verdict as a mark and a word: colour is never alone.
_MARKS = {Dom.BESTAATT: "✓", Dom.VARSEL: "!", Dom.FEILET: "✗", Dom.IKKE_KJOERT: "–", Dom.IKKE_LESBAR: "?"}
_WORDS = {
    Dom.BESTAATT: "besto",
    Dom.VARSEL: "varsel",
    Dom.FEILET: "feilet",
    Dom.IKKE_KJOERT: "ikke kjørt",
    Dom.IKKE_LESBAR: "kan ikke leses",
}
_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip
_FIXED = "\N{NO-BREAK SPACE}"


def render(report: Kontrollrapport) -> str:
    """The page. Every text that comes in is escaped; a value that the template asks for in vain raises."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(tall=_number, sekunder=_seconds, tidspunkt=_moment, noekkel=_readable, delbar=_breakable)
    template = environment.from_string(resources.files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    return template.render(
        rapport=report, konklusjon=conclusion(report), dom=_worst(report), merke=_MARKS, ord=_WORDS, Dom=Dom
    )


def write_release_page(folder: Path) -> bool:
    """Write `<folder>/kontroll.html` of the releases that are kept there, when it is absent or stale; whether it was.

    The caller holds the home's writer lock. Raises `PermanentError` when the published file cannot be read.
    """
    releases = read_checked_releases(folder)
    if not releases or releases[-1].utfall is None:
        raise PermanentError(
            f"{folder.name}: found no published file that can be read; expected one with its checks. Run again."
        )
    page = render(report_of_release(releases)).encode()
    target = folder / PAGE_FILE
    if target.is_file() and target.read_bytes() == page:
        return False
    write_atomically(target, page)
    return True


def write_failed_audit_page(
    audit: FailedAudit, kjoering: str, tidspunkt: datetime, quarantine: Path, published: Path
) -> Path:
    """Write `<quarantine>/kontroll.html` of an audit that stopped a run, with the history of `published`; its path.

    `tidspunkt` has a time zone. That the history cannot be read hides no failure: the page then says so.
    """
    try:
        releases, unreadable = read_checked_releases(published), None
    except PermanentError:
        releases, unreadable = (), "Historikken kan ikke leses: listen over utgivelser er skadet."
    not_run = f"Kontrollene kunne ikke kjøres, og da slipper ingenting gjennom: {audit.feil}" if audit.feil else None
    note = " ".join(filter(None, (not_run, unreadable))) or None
    page = render(report_of_failed_audit(audit.utfall, kjoering, tidspunkt, releases, note, audit.foran))
    target = quarantine / PAGE_FILE
    write_atomically(target, page.encode())
    return target


def conclusion(report: Kontrollrapport) -> str:
    """The verdict in sentences that need no knowledge of the program."""
    when = _moment(report.tidspunkt)
    passed, warned, failed = (report.antall(dom) for dom in (Dom.BESTAATT, Dom.VARSEL, Dom.FEILET))
    if report.utgivelse:
        opening = f"Utgivelse {report.utgivelse.versjon} ble laget {when}."
    else:
        opening = f"Kjøringen ble stanset {when}, og ingenting nytt er publisert."
    tables = f"i {_counted(len(report.tabeller), 'tabell', 'tabeller')}"
    if not report.kontroller:
        counts = "Ingen kontroll kunne kjøres."
    elif not warned and not failed:
        counts = f"{_counted(passed, 'kontroll', 'kontroller')} {tables} ble kjørt. Alle besto."
    else:
        parts = [f"{_number(failed)} feilet", f"{_number(warned)} ga varsel", f"{_number(passed)} besto"]
        counts = f"Av {_counted(report.kontroller, 'kontroll', 'kontroller')} {tables}: {opplisting(parts)}."
    if not report.utgivelse:
        closing = " Det som var publisert fra før, er urørt."
    elif failed:
        closing = " En kontroll som feiler, skal stanse utgivelsen: ikke bruk tallene før årsaken er funnet."
    else:
        closing = " Tallene er publisert, men les varslene før du bruker dem." if warned else ""
    if report.borte:
        gone = _counted(len(report.borte), "kontroll", "kontroller")
        closing += f" {gone} som ble kjørt for utgivelsen før, ble ikke kjørt nå."
    return " ".join(filter(None, (report.foran, f"{opening} {counts}{closing}")))


def _worst(report: Kontrollrapport) -> Dom:
    if not report.kontroller:
        return Dom.FEILET  # no verdict is no pass
    # A check that is no longer run says nothing, which is not that all is well.
    gone = Dom.VARSEL if report.borte else Dom.BESTAATT
    return max(gone, *(kontroll.dom for tabell in report.tabeller for kontroll in tabell.kontroller))


def _counted(count: int, one: str, many: str) -> str:
    return f"{_number(count)} {one if count == 1 else many}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", _FIXED)


def _seconds(seconds: float) -> str:
    """`0,20 s`: two decimals; what is less is said to be less."""
    smallest = 0.01
    return f"under 0,01{_FIXED}s" if seconds < smallest else f"{seconds:.2f}".replace(".", ",") + f"{_FIXED}s"


def _moment(moment: datetime) -> str:
    """`1. mars 2026 kl. 06.00`, in Norway."""
    there = in_norway(moment)
    return f"{there.day}.{_FIXED}{_MONTHS[there.month - 1]} {there.year} kl.{_FIXED}{there:%H.%M}"


def _breakable(name: str) -> markupsafe.Markup:
    """A name of the program, escaped, with room for a line break after each of its words."""
    import markupsafe

    return markupsafe.Markup("_<wbr>").join(name.split("_")).replace(".", markupsafe.Markup(".<wbr>"))


def _readable(key: str) -> str:
    """The key with what cannot be seen, or turns the direction of the text around it, spelled out."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in key)
