"""What a person is told of the way from what is there to a list, in Norwegian.

Belongs here: the sentences. Does not belong here: what is there and which ways work (`oversikt`), or the table of
reports (`cli_oversikt`).

One cause is told once: a line says what is wrong with a report for all the school years that it is wrong in, never a
line for each indicator and grade.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.rules.brudd import TRUKKET_TILBAKE
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.staging.coverage import Cell, Cells
from oppfolging_pipeline.staging.oversikt import Hinder, Report, Vei, reports_there
from oppfolging_pipeline.staging.vindusbrudd import navn_med_trinn

Command = Callable[[Vei], str]  # the whole command that runs a way

FORELOPIG = "foreløpige tall"
_MANGLER = "mangler"
# How a report is got as a file: what its name does not say.
_SOM_FIL = {
    "elevundersokelsen": "flate rader fra Udirs eksportgrensesnitt (tabell 148 og 150)",
    "nasjonale_prover": "nedlastingen fra Udirs statistikkbank med alle skoler",
    "grunnskolepoeng": "nedlastingen fra Udirs statistikkbank med alle nivåer",
}


def hindringer(cells: Cells, one: Hinder, *, also_preliminary: bool) -> list[str]:
    """What keeps a request from being run, a line for each cause: breaks, then reports in the catalogue's order."""
    catalog, lines = one.request.catalog, []
    for spanned in one.brudd:
        brudd = spanned.brudd
        what = "trukket tilbake" if brudd.slag == TRUKKET_TILBAKE else "brudd i tidsserien, som settet ikke tillater"
        lines.append(f"{catalog.kilder[brudd.kilde].navn} {opplisting(spanned.skoleaar)}: {what}. «{brudd.tekst}»")
    what_of = {report: _what(cells, report, missing, catalog) for report, missing in one.mangler.items()}
    if also_preliminary:
        for report in one.forelopig:
            what_of[report] = f"{what_of[report]}; {FORELOPIG}" if report in what_of else FORELOPIG
    for kilde, each in catalog.kilder.items():
        years: dict[str, list[str]] = {}
        for (of, skoleaar), what in sorted(what_of.items()):
            if of == kilde:
                years.setdefault(what, []).append(skoleaar)
        lines += [f"{each.navn} {opplisting(aar)}: {what}." for what, aar in years.items()]
    return lines


def vei_videre(veier: Sequence[Vei], command: Command) -> list[str]:
    """The ways that work, of each set the newest on final figures and a newer one on preliminary ones: the command,
    and below it what it gives and which other years it could be asked for."""
    lines = []
    for navn in dict.fromkeys(vei.regelsett for vei in veier):
        of_set = [vei for vei in veier if vei.regelsett == navn]
        for chosen in _newest(of_set):
            alike = [vei for vei in of_set if _kind(vei) == _kind(chosen) and vei != chosen]
            also = f"; også uttrekk {opplisting(vei.uttrekk for vei in alike)}" if alike else ""
            lines += [f"  {command(chosen)}", f"      virker med det som er her: {_beskrevet(chosen)}{also}."]
    return lines


def slik_hentes(cells: Cells, one: Hinder, home: Path, inbox: Path | None, oppsett: str = "") -> list[str]:
    """How what a request lacks is got: the commands that fetch it into the home, and what may be put in an inbox
    instead. `oppsett`: the folder of the home's own settings where it was named."""
    own = ["--oppsett", oppsett] if oppsett else []
    kilder: dict[str, list[str]] = {}
    for kilde, skoleaar in sorted(one.mangler):
        kilder.setdefault(kilde, []).append(skoleaar)
    by_years: dict[tuple[str, ...], list[str]] = {}
    for kilde, years in kilder.items():
        by_years.setdefault(tuple(years), []).append(kilde)
    if not kilder:
        return []
    navn = f"{one.request.rule_set.navn}, uttrekk {one.request.uttrekksaar}"
    lines = [f"Det som mangler for {navn}, hentes slik:"]
    for of_years, of in by_years.items():
        words = ["oppfolging", "fetch", "--home", str(home), "--source", ",".join(of), "--years", ",".join(of_years)]
        lines.append(f"  {shlex.join([*words, *own])}")
    there = reports_there(cells, one.request.catalog)
    absent = {kilde for kilde, skoleaar in one.mangler if (kilde, skoleaar) not in there}
    files = [
        f"{one.request.catalog.kilder[kilde].navn}: {_SOM_FIL[kilde]}"
        for kilde in one.request.catalog.kilder
        if kilde in absent and kilde in _SOM_FIL
    ]
    if files:
        where = f"innboksen {inbox}" if inbox else "en innboks (--inbox)"
        lines += [f"eller legges i {where}:", *(f"  - {line}." for line in files)]
    return lines


def kan_ikke_kjores(hindringer_av: Mapping[str, Sequence[str]], veier: Sequence[str], hentes: Sequence[str]) -> str:
    """The whole message: each heading (what cannot be run) with its causes, the ways on, and how to get the rest."""
    lines = []
    for heading, causes in hindringer_av.items():
        lines += [heading, *(f"  - {cause}" for cause in causes)]
    if veier:
        lines += ["Veier videre:", *veier]
    else:
        lines.append("Ingen av regelsettene kan kjøres med det som er her.")
    return "\n".join([*lines, *hentes])


def _newest(of_set: Sequence[Vei]) -> list[Vei]:
    """The newest way of each kind, those that ask less of the reader first, without what is older and asks more."""
    chosen: list[Vei] = []
    for vei in sorted(of_set, key=lambda vei: (_kind(vei), -vei.uttrekk)):
        if all(vei.uttrekk > one.uttrekk for one in chosen):
            chosen.append(vei)
    return chosen


def _kind(vei: Vei) -> tuple[bool, bool]:
    return vei.eldre, vei.forelopig


def _beskrevet(vei: Vei) -> str:
    tall = FORELOPIG if vei.forelopig else "endelige tall"
    return f"{vei.regelsett}, uttrekk {vei.uttrekk}, {tall}{', fra før siste henting mislyktes' * vei.eldre}"


def _what(cells: Cells, report: Report, missing: Sequence[Cell], catalog: Catalog) -> str:
    """What is missing of a report, and, where the rest of it is there, what is there instead."""
    kilde, skoleaar = report
    there = {
        (indikator, maal, trinn)
        for indikator, maal, trinn, aar in cells
        if aar == skoleaar and catalog.indikatorer[indikator].kilde == kilde
    }
    if not there:
        return _MANGLER
    parts = []
    for maal in dict.fromkeys(cell[1] for cell in missing):
        of_maal = [(indikator, trinn) for indikator, of, trinn, _ in missing if of == maal]
        has = {one for _, one, _ in there}
        others = _measures_of({indikator for indikator, _ in of_maal}, there, catalog)
        if maal not in has and others:
            navn = catalog.maal[maal].navn
            parts.append(f"filene har {opplisting(catalog.maal[one].navn for one in others)}, ikke {navn}")
            continue
        absent = [(indikator, trinn) for indikator, trinn in of_maal if (indikator, maal, trinn) not in there]
        unshown = [pair for pair in of_maal if pair not in absent]
        if absent:
            parts.append(f"{navn_med_trinn(absent, catalog)} mangler")
        if unshown:
            parts.append(f"landstallet er ikke vist for {navn_med_trinn(unshown, catalog)}")
    return "; ".join(parts)


def _measures_of(indikatorer: Collection[str], there: Collection[tuple[str, str, int]], catalog: Catalog) -> list[str]:
    """The measures that a report has of those indicators, in the catalogue's order."""
    has = {maal for indikator, maal, _ in there if indikator in indikatorer}
    return [maal for maal in catalog.maal if maal in has]
