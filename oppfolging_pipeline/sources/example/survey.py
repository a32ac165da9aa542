"""The example's answers of Udir's export API for Elevundersøkelsen: flat rows, as JSON and for one year as csv.

Belongs here: fields, rows and encoding of tables 148 (EUG-Indikator), 150 (EUG-Mobbing) and 151 (EUG-Deltakelse). Does
not belong here: the figures (`cells`). As in Udir's tables, AntallBesvart is those who answered, and in the table of
bullying the number of pupils who were bullied. Field order and text values follow recorded rows; a year's rows fit in
one page of the API.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from oppfolging_pipeline.sources.example.calendar import autumn_era, published_name
from oppfolging_pipeline.sources.example.cells import Cell, count, figure, published
from oppfolging_pipeline.sources.example.listing import LANDET, NASJONAL_KODE, Enhet, listing
from oppfolging_pipeline.sources.example.results import Tally, of_share
from oppfolging_pipeline.sources.example.series import (
    DELTAKELSE,
    MOBBING,
    MOTIVASJON,
    STOTTE,
    UNDERSOKELSE,
    Serie,
    level,
)

Row = dict[str, str | None]

CSV_SKOLEAAR = "2023-24"  # the year that is saved as csv (the API's format=4)
LARGEST_PAGE = 10_000
_INDEX = {
    "stotte": ("EUIndeks_1380", "Støtte fra lærer"),
    "motivasjon": ("EUIndeks_1385", "Motivasjon"),
    "trivsel": ("EUIndeks_1379", "Trivsel"),
    "mobbing": ("EUIndeks_1398", "Mobbing på skolen"),
}
_ALL_QUESTIONS = "Alle spørsmål"
# (code, text, thousandths of the index): questions that stand beside the index in table 150
_BULLYING_QUESTIONS = (
    ("EUSpoersmaal_Q11811", "Er du blitt mobbet av andre elever på skolen de siste månedene?", 880),
    ("EUSpoersmaal_Q11816", "Er du blitt mobbet digitalt (mobil, iPad, PC) de siste månedene?", 410),
    ("EUSpoersmaal_Q11824", "Er du blitt mobbet av voksne på skolen de siste månedene?", 130),
)
_TRIVSEL = tuple(Serie("trivsel", trinn, "miljo", 4.2, 0.0, 0.0, 0.0, 1) for trinn in (7, 10))
_ALL, _PUBLIC = "Alle eierformer", "Offentlig eiet"
_KJONN = {"A": "Alle kjønn", "J": "Jenter", "G": "Gutter"}


def survey(skoleaar: str) -> dict[str, bytes]:
    """The three files of a school year: name → bytes."""
    era = autumn_era(skoleaar)
    figures = published(skoleaar, era, UNDERSOKELSE + DELTAKELSE)
    tables: dict[str, list[Row]] = {"indikator": [], "mobbing": [], "deltakelse": []}
    for enhet, cells in listing(skoleaar, era, figures, UNDERSOKELSE + DELTAKELSE):
        for serie in STOTTE + MOTIVASJON:
            if serie in cells:
                tables["indikator"].append(_row(skoleaar, enhet, serie, _score(serie, cells[serie])))
        for serie in MOBBING:
            if serie in cells:
                tables["mobbing"].append(_row(skoleaar, enhet, serie, _share(cells[serie])))
        for serie in DELTAKELSE:
            if serie in cells:
                tables["deltakelse"].extend(_taken_part(skoleaar, enhet, serie, cells[serie]))
        tables["indikator"].extend(_not_asked_for(skoleaar, enhet, cells))
        if enhet.nivaa == 1:
            tables["mobbing"].extend(_questions(skoleaar, enhet, cells))
    files = {}
    for name, rows in tables.items():
        if len(rows) > LARGEST_PAGE:
            raise ValueError(f"{name} {skoleaar}: {len(rows)} rows do not fit in one page")
        page: Row = {"Sidenummer": "1", "RaderSide": str(len(rows)), "RaderTotalt": str(len(rows))}
        rows = [{**row, **page} for row in rows]
        if skoleaar == CSV_SKOLEAAR:
            files[f"elevundersokelsen_{name}_{skoleaar}.csv"] = _csv(rows)
        else:
            text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
            files[f"elevundersokelsen_{name}_{skoleaar}.json"] = text.encode()
    return files


def _row(
    skoleaar: str,
    enhet: Enhet,
    serie: Serie,
    measures: Row,
    *,
    question: tuple[str, str] | None = None,
    eierform: str = _ALL,
    kjonn: str = "A",
) -> Row:
    gruppekode, gruppe = _INDEX[serie.navn]
    kode, navn = question or (gruppekode, _ALL_QUESTIONS)
    return {
        "SpoersmaalNivaa": "2" if question else "1",
        "Spoersmaalgruppekode": gruppekode,
        "Spoersmaalgruppe": gruppe,
        "Spoersmaalkode": kode,
        "Spoersmaalnavn": navn,
        **_unit(skoleaar, enhet, serie, eierform),
        "KjoennKode": kjonn,
        "Kjoenn": _KJONN[kjonn],
        **measures,
    }


def _unit(skoleaar: str, enhet: Enhet, serie: Serie, eierform: str) -> Row:
    return {
        "Skoleaarnavn": published_name(skoleaar),
        "EnhetNivaa": str(enhet.nivaa),
        "Nasjonaltkode": NASJONAL_KODE,
        "Fylkekode": enhet.fylkesnr,
        "Fylke": enhet.fylke,
        "Kommunekode": enhet.kommunenr,
        "Kommune": enhet.kommune,
        "Organisasjonsnummer": enhet.orgnr,
        "EnhetNavn": {1: LANDET, 2: enhet.fylke, 3: enhet.kommune}.get(enhet.nivaa, enhet.skole),
        "TrinnKode": str(serie.trinn),
        "Trinnnavn": f"{serie.trinn}. årstrinn",
        "EierformNavn": eierform,
    }


def _score(serie: Serie, cell: Cell, alternatives: tuple[str, ...] | None = None) -> Row:
    shown, antall = _texts(cell, figure(cell.tally.sum, max(cell.tally.antall, 1), 1))
    spread = "*" if shown == "*" else None if shown is None else figure(int(serie.elev * 1000), 1, 1)
    answers = alternatives or (None,) * 5  # an index has no answers of its own
    return {
        "Score": shown,
        "Standardavvik": spread,
        "AntallBesvart": antall,
        **{f"AndelSvaralternativ{number}": answer for number, answer in enumerate(answers, start=1)},
    }


def _share(cell: Cell) -> Row:
    shown, antall = _texts(cell, figure(cell.tally.sum, max(cell.tally.antall, 1), 1), counted=True)
    return {"AndelMobbet": shown, "AntallBesvart": antall}


def _taken_part(skoleaar: str, enhet: Enhet, serie: Serie, cell: Cell) -> Iterator[Row]:
    """Rows of table 151, which are of no question and of every pupil: one, and at the top another of one owner."""
    shown, answered = _texts(cell, figure(cell.tally.sum, max(cell.tally.antall, 1), 1), counted=True)
    invited = "*" if shown == "*" else count(cell.tally.antall)
    for eierform in (_ALL, _PUBLIC)[: 2 if enhet.nivaa == 1 else 1]:
        measures: Row = {"AndelDeltatt": shown, "AntallBesvart": answered, "AntallInvitert": invited}
        yield {**_unit(skoleaar, enhet, serie, eierform), **measures}


def _texts(cell: Cell, shown: str, *, counted: bool = False) -> tuple[str | None, str | None]:
    """The figure, and the number of pupils beside it; `counted`: of those alone whom the figure, a share, counts."""
    if cell.status == "skjermet":
        return "*", "*"
    if cell.status == "mangler":
        return None, (None if counted else count(cell.tally.antall))
    antall = cell.tally.teller if counted else cell.tally.antall
    return shown, ("*" if cell.antall_skjult else count(antall))


def _not_asked_for(skoleaar: str, enhet: Enhet, cells: dict[Serie, Cell]) -> Iterator[Row]:
    """Rows of table 148 that no rule asks for: another index, one owner, one gender, a single question."""
    if enhet.nivaa > 2:
        return
    for serie in _TRIVSEL:
        yield _row(
            skoleaar, enhet, serie, _score(serie, _invented(serie, skoleaar, 50_000 if enhet.nivaa == 1 else 3_000))
        )
    if enhet.nivaa > 1:
        return
    for serie in STOTTE + MOTIVASJON:
        yield _row(skoleaar, enhet, serie, _score(serie, cells[serie]), eierform=_PUBLIC)
        for kjonn in ("J", "G"):
            yield _row(skoleaar, enhet, serie, _score(serie, cells[serie]), kjonn=kjonn)
    for serie in STOTTE:
        answers = ("1,9", "4,2", "12,1", "35,3", "46,5")
        question = ("EUSpoersmaal_Q90001", "Opplever du at lærerne dine bryr seg om deg?")
        yield _row(skoleaar, enhet, serie, _score(serie, cells[serie], answers), question=question)


def _questions(skoleaar: str, enhet: Enhet, cells: dict[Serie, Cell]) -> Iterator[Row]:
    for serie in MOBBING:
        tally = cells[serie].tally
        for kode, navn, share in _BULLYING_QUESTIONS:
            of_question = Cell("vist", of_share(tally.teller * share // 1000, tally.antall))
            yield _row(skoleaar, enhet, serie, _share(of_question), question=(kode, navn))
        yield _row(skoleaar, enhet, serie, _share(cells[serie]), eierform=_PUBLIC)
        for kjonn in ("J", "G"):
            yield _row(skoleaar, enhet, serie, _share(cells[serie]), kjonn=kjonn)


def _invented(serie: Serie, skoleaar: str, antall: int) -> Cell:
    return Cell("vist", Tally(antall, int(level(serie, skoleaar) * 1000) * antall))


def _csv(rows: list[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
