"""The example's downloads of Nasjonale prøver, in the bytes of Udir's own.

Belongs here: heading, cells and encoding of these csv files. Does not belong here: the figures (`cells`).
As recorded in Udir's downloads of 2022–2025: UTF-16 little endian without BOM, `sep=<tab>` first, then the heading,
line ends LF. The columns with the mestringsnivåer have not been seen in a download: their names are a guess of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from oppfolging_pipeline.sources.example.calendar import autumn_era, published_name
from oppfolging_pipeline.sources.example.cells import Cell, count, figure, published
from oppfolging_pipeline.sources.example.listing import LANDET, NASJONAL_KODE, SKOLENE, listing
from oppfolging_pipeline.sources.example.results import THOUSANDTHS
from oppfolging_pipeline.sources.example.series import PROVER, Serie

HEADING = (
    "EnhetNivaa", "Nasjonaltkode", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "Nasjonalt", "Fylke", "Kommune",
    "EnhetNavn",
)  # fmt: skip
_HALF_WIDTH = 17.6  # Usikkerhet × √pupils is about this in the real downloads: 0,1 for 55 704, 2,9 for 37
FILES: dict[str, tuple[Serie, ...]] = {
    "5._trinn": tuple(serie for serie in PROVER if serie.trinn == 5),
    "ungdomstrinn": tuple(serie for serie in PROVER if serie.trinn > 5),
}


def national_tests(skoleaar: str) -> dict[str, bytes]:
    """The two files of a school year: name → bytes."""
    era = autumn_era(skoleaar)
    figures = published(skoleaar, era, PROVER)
    files = {}
    for name, series in FILES.items():
        columns = [
            f"{published_name(skoleaar)}.{serie.navn}.{serie.trinn}. årstrinn.Alle eierformer.Alle kjønn.{measure}"
            for serie in series
            for measure in _measures(serie)
        ]
        lines = ["sep=\t", "\t".join((*HEADING, *columns))]
        for enhet, cells in listing(skoleaar, era, figures, series):
            unit = (
                str(enhet.nivaa), NASJONAL_KODE, enhet.fylkesnr, enhet.kommunenr, enhet.orgnr, LANDET, enhet.fylke,
                enhet.kommune, enhet.skole or SKOLENE,
            )  # fmt: skip
            lines.append("\t".join((*unit, *(text for serie in series for text in _texts(cells[serie], serie)))))
        files[f"{skoleaar}_Nasjonale_proever_{name}.csv"] = ("\n".join(lines) + "\n").encode("utf-16-le")
    return files


def _measures(serie: Serie) -> Iterator[str]:
    yield from ("Skalapoeng", "Usikkerhet")
    yield from (f"Andel på mestringsnivå {level}" for level, _ in enumerate(serie.nivaaer, start=1))
    yield "Antall elever deltatt"


def _texts(cell: Cell, serie: Serie) -> tuple[str, ...]:
    if cell.status == "skjermet":
        return ("*",) * (3 + len(serie.nivaaer))
    antall = "*" if cell.antall_skjult else count(cell.tally.antall)
    if cell.status == "mangler":
        return (*("",) * (2 + len(serie.nivaaer)), antall)
    uncertain = int(_HALF_WIDTH / math.sqrt(cell.tally.antall) * THOUSANDTHS)
    return (
        figure(cell.tally.sum, cell.tally.antall, serie.desimaler),
        figure(uncertain, 1, 1),
        *(figure(level, cell.tally.antall, 1) for level in cell.tally.nivaaer),
        antall,
    )
