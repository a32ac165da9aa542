"""Schools: where each one stands, by year.

Belongs here: the register of schools as it can be read off the figures. Does not belong here: where a school
stands in the register of another day (`skole_plassering`), points and shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oppfolging_pipeline.rules.catalog import Catalog

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation


def skole_rader(engine: Engine, observasjon: Relation, catalog: Catalog) -> Relation:
    """The declared table `skole`: one row per school, name and municipality from its newest row.

    The newest row is that of the newest school year and, within it, of the source whose reference day is last: final
    marks are given in spring, after a change of codes on 1 January.
    """
    rekke = engine.frame({"kilde": "VARCHAR", "rekke": "INTEGER"}, _sources_in_order_of_the_year(catalog))
    return engine.run(
        # The order goes on through what is taken, so that two files that name a school differently give one answer.
        """
        SELECT enhet AS orgnr, ny.enhetsnavn AS skolenavn, ny.kommunenr AS kommunenr, ny.fylkesnr AS fylkesnr,
          forste_skoleaar, siste_skoleaar, trinn_liste
        FROM (
          SELECT enhet, min(skoleaar) AS forste_skoleaar,
            max({
              'skoleaar': skoleaar, 'rekke': rekke, 'kommunenr': kommunenr, 'fylkesnr': fylkesnr,
              'enhetsnavn': enhetsnavn
            }) AS ny,
            max(skoleaar) AS siste_skoleaar, list_sort(list(DISTINCT trinn)) AS trinn_liste
          FROM observasjon JOIN rekke USING (kilde) WHERE nivaa = 'skole' GROUP BY enhet
        )""",
        observasjon=observasjon,
        rekke=rekke,
    )


def _sources_in_order_of_the_year(catalog: Catalog) -> list[tuple[str, int]]:
    def place(kilde: str) -> tuple[bool, str, str]:
        month_day = catalog.kilder[kilde].referansedato
        return month_day < "08-01", month_day, kilde

    return [(kilde, number) for number, kilde in enumerate(sorted(catalog.kilder, key=place), start=1)]
