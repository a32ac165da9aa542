"""The units of a file in the order of Udir's downloads: the country, each county, its municipalities, their schools.

Belongs here: order, codes and names of rows in files with one set of codes. Does not belong here: the columns (the
writers), or the download of grunnskolepoeng, which holds several sets of codes (`final_marks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oppfolging_pipeline.sources.example.calendar import position
from oppfolging_pipeline.sources.example.cells import Cell, Figures
from oppfolging_pipeline.sources.example.geography import steder
from oppfolging_pipeline.sources.example.names import alphabetical
from oppfolging_pipeline.sources.example.schools import skoler
from oppfolging_pipeline.sources.example.series import Serie
from oppfolging_pipeline.sources.example.units import shown_fylke, shown_kommune

LANDET, FYLKENE, KOMMUNENE, SKOLENE = "Hele landet", "Alle fylker", "Alle kommuner", "Alle skoler"
NASJONAL_KODE = "I"


@dataclass(frozen=True)
class Enhet:
    """A row's unit with its codes and names as text; `skole` is None above school level."""

    nivaa: int
    fylkesnr: str
    kommunenr: str
    orgnr: str
    fylke: str
    kommune: str
    skole: str | None


def listing(
    skoleaar: str, era: int, figures: Figures, series: Sequence[Serie]
) -> Iterator[tuple[Enhet, dict[Serie, Cell]]]:
    """Units that have at least one of the series, each with its cells."""
    fylker, kommuner = shown_fylke(era), shown_kommune(era)
    fylke_of = {sted.koder[era]: sted.fylkesnr(era) for sted in steder()}
    yield (
        Enhet(1, "00", "0000", NASJONAL_KODE, FYLKENE, KOMMUNENE, None),
        {serie: figures.land[serie] for serie in series},
    )

    schools: dict[str, list[int]] = {}
    for nr, skole in enumerate(skoler()):
        schools.setdefault(steder()[skole.sted_in(position(skoleaar))].koder[era], []).append(nr)
    for fylkesnr in sorted(fylker, key=lambda code: alphabetical(fylker[code])):
        of_fylke = {serie: figures.fylker[serie][fylkesnr] for serie in series}
        yield Enhet(2, fylkesnr, "0000", fylkesnr, fylker[fylkesnr], KOMMUNENE, None), of_fylke
        codes = [code for code in kommuner if fylke_of[code] == fylkesnr]
        for code in sorted(codes, key=lambda code: alphabetical(kommuner[code])):
            of_kommune = {serie: figures.kommuner[serie][code] for serie in series if code in figures.kommuner[serie]}
            if not of_kommune:
                continue
            yield Enhet(3, fylkesnr, code, code, fylker[fylkesnr], kommuner[code], None), of_kommune
            for nr in sorted(schools[code], key=lambda nr: alphabetical(skoler()[nr].navn)):
                of_skole = {serie: figures.skoler[serie][nr] for serie in series if nr in figures.skoler[serie]}
                if of_skole:
                    skole = skoler()[nr]
                    yield Enhet(4, fylkesnr, code, skole.orgnr, fylker[fylkesnr], kommuner[code], skole.navn), of_skole
