"""Every cell that a rule set asks for, in the register of the identification year.

Belongs here: moving figures after changes of municipalities, and saying what a missing cell is. Does not belong here:
rebuilding (`ombygging`), limits and points (`indicators`), or how municipalities are related (`register`).

A pure renumbering or a change of name moves the figure, which stands as the source has it. What was merged or divided
is rebuilt (`ombygging`), or says that it cannot be. `skjermet` is the source's own star on a moved figure, and nothing
else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from oppfolging_pipeline.core.skoleaar import day_in
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.staging import ombygging
from oppfolging_pipeline.staging.elever import with_pupils

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

Maate = Literal["flyttet", "sammenslaatt", "delt"]
Line = tuple[str, str, str, str, Maate]  # kilde, skoleaar, the code of that year, what it became, maate


@dataclass(frozen=True)
class Request:
    """What is asked for: an identification year under a rule set, and the register's day for it."""

    uttrekksaar: int
    rule_set: RuleSet
    catalog: Catalog

    @property
    def registerdato(self) -> date:
        """The day whose register the municipalities are judged by."""
        return self.rule_set.identifikasjonsdag(self.uttrekksaar)

    def cells(self) -> list[tuple[str, str, str, int, str, int, int]]:
        """(kilde, indikator, maal, trinn, skoleaar, vindusaar, skala) of every cell of a unit.

        `skala` is 10 to the number of decimals that the measure is published with.
        """
        rows = []
        for item in self.rule_set.indikatorer:
            kilde = self.catalog.indikatorer[item.indikator].kilde
            skala = 10 ** self.catalog.maal[item.maal].desimaler
            for number, skoleaar in enumerate(self.rule_set.vindu(kilde, self.uttrekksaar), start=1):
                rows.append((kilde, item.indikator, item.maal, item.trinn, skoleaar, number, skala))
        return rows

    def weight_of(self, indikator: str, maal: str) -> tuple[str, str]:
        """The indicator and measure whose count is the weight of a figure: its own, unless that is a numerator."""
        other = self.catalog.maal[maal].vekt_fra
        return (indikator, maal) if other is None else (other, self.catalog.indikatorer[other].maal[0])

    def figures(self) -> list[tuple[str, str, str, int, str]]:
        """(kilde, indikator, maal, trinn, skoleaar) of every figure that results are made of: those of the cells, and
        those whose counts are their weights. Sorted."""
        cells = [row[:5] for row in self.cells()]
        weights = [(kilde, *self.weight_of(key, maal), trinn, aar) for kilde, key, maal, trinn, aar in cells]
        return sorted({*cells, *weights})

    def partitions(self) -> list[dict[str, object]]:
        """The partitions of `observasjon` that the window needs."""
        return [
            {"kilde": kilde, "skoleaar": skoleaar}
            for kilde, skoleaar in sorted({(row[0], row[4]) for row in self.cells()})
        ]

    @property
    def newest_skoleaar(self) -> str:
        """The newest school year of the window, over all sources."""
        return max(row[4] for row in self.cells())

    @property
    def partition(self) -> dict[str, object]:
        """The partition that results for this request are stored under."""
        return {"uttrekksaar": self.uttrekksaar, "indikatorsett": self.rule_set.navn}


def lineage(codes: Sequence[tuple[str, str, str, bool]], register: Register, catalog: Catalog, per: date) -> list[Line]:
    """How the codes that stand in the window became the municipalities of the register at `per`, sorted.

    `codes` are (kilde, skoleaar, kommunenr, egen_rad); `egen_rad` is False for a code that only schools stand under.
    `maate` says how the figures of `til` are made that year: `delt` as soon as one of the municipality rows it comes
    from is also of another municipality, or of a part of it alone (`Register.hel`), `sammenslaatt` when it comes from
    several, else `flyttet` (also when nothing changed). Codes of schools alone are carried along and decide nothing: a
    municipality that has its own figure keeps it. A code that is no municipality has no line. Raises `PermanentError`
    as `Register.etterfolgere` does.
    """
    became: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    with_row: set[tuple[str, str, str]] = set()
    whole: set[tuple[str, str, str]] = set()
    for kilde, skoleaar, code, own_row in codes:
        if not register.er_utenfor(code):
            day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
            became.setdefault((kilde, skoleaar), {})[code] = register.etterfolgere(code, day, per)
            with_row |= {(kilde, skoleaar, code)} if own_row else set()
            whole |= {(kilde, skoleaar, code)} if register.hel(code, day, per) else set()
    lines: list[Line] = []
    for (kilde, skoleaar), of_code in became.items():
        parts: dict[str, list[str]] = {}
        for code, targets in of_code.items():
            for target in targets:
                parts.setdefault(target, []).append(code)
        for target, sources in parts.items():
            deciding = [code for code in sources if (kilde, skoleaar, code) in with_row]
            maate: Maate = "sammenslaatt" if len(deciding) > 1 else "flyttet"
            if any((kilde, skoleaar, code) not in whole for code in deciding):
                maate = "delt"
            lines += [(kilde, skoleaar, code, target, maate) for code in sources]
    return sorted(lines)


def harmonise(
    engine: Engine,
    observasjon: Relation,
    request: Request,
    lineage_rows: Sequence[Line],
    kommuner: Sequence[str],
    placed: Mapping[str, str],
    judged: Sequence[str],
) -> Relation:
    """The declared table `harmonisert`: each municipality of `kommuner` and school of `judged`, with every cell.

    `observasjon` holds the window's partitions; `placed` gives schools their municipality in the register of the
    identification year (a school that is not in it cannot be placed); `judged` are the schools that are judged.
    """
    slekt = engine.frame(_LINES, lineage_rows)
    enheter = engine.frame(
        {"nivaa": "VARCHAR", "enhet": "VARCHAR", "kommunenr": "VARCHAR"},
        [("kommune", code, code) for code in kommuner] + [("skole", orgnr, placed[orgnr]) for orgnr in judged],
    )
    celler = with_pupils(engine, observasjon, request)
    deler = ombygging.parts(engine, celler, slekt, placed)
    funnet = engine.run(_FOUND, celler=celler, slekt=slekt, ombygd=ombygging.rebuilt(engine, deler))
    trinn = engine.run(_GRADES, observasjon=observasjon, slekt=slekt)
    return engine.run(
        _GRID,
        {"uttrekksaar": request.uttrekksaar, "indikatorsett": request.rule_set.navn},
        enheter=enheter,
        spurt=engine.frame(_ASKED, request.cells()),
        funnet=funnet,
        trinn_i_vinduet=trinn,
    )


def made_of(
    engine: Engine, observasjon: Relation, request: Request, lineage_rows: Sequence[Line], placed: Mapping[str, str]
) -> Relation:
    """The observations that the cells of municipalities are made of, by the same steps as `harmonise`.

    Columns `enhet, indikator, maal, trinn, skoleaar, beregnet` of the cell, and `lest_som, nivaa, del, sha256, rad,
    kolonne, rettelse` of the observation; `del` is the municipality's code of that year, or the school, and `lest_som`
    the indicator. Of a rebuilt cell they are the parts and what hinders it, and the counts that the parts are weighed
    by. A cell that no observation speaks of has no row.
    """
    celler = with_pupils(engine, observasjon, request)
    slekt = engine.frame(_LINES, lineage_rows)
    return engine.run(_MADE_OF, celler=celler, slekt=slekt, deler=ombygging.parts(engine, celler, slekt, placed))


_ASKED = {
    "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "skoleaar": "VARCHAR",
    "vindusaar": "INTEGER", "skala": "INTEGER",
}  # fmt: skip
_LINES = {"kilde": "VARCHAR", "skoleaar": "VARCHAR", "kommunenr": "VARCHAR", "til": "VARCHAR", "maate": "VARCHAR"}

_FOUND = """
WITH tall AS (FROM celler WHERE finnes)
SELECT s.til AS enhet, c.indikator, c.trinn, c.skoleaar, c.verdi, c.verdistatus, NULL AS ikke_bygd_grunn, c.antall,
  false AS beregnet, c.forelopig
FROM tall c JOIN slekt s USING (kilde, skoleaar, kommunenr) WHERE c.nivaa = 'kommune' AND s.maate = 'flyttet'
UNION ALL
SELECT enhet, indikator, trinn, skoleaar, verdi, verdistatus, ikke_bygd_grunn, antall, true, forelopig FROM ombygd
UNION ALL
SELECT enhet, indikator, trinn, skoleaar, verdi, verdistatus, NULL, antall, false, forelopig
FROM tall WHERE nivaa = 'skole'
"""

# What stood in a source, as it stood: the row that was moved, or the parts of what was rebuilt and their weights.
_MADE_OF = """
SELECT s.til AS enhet, c.indikator, c.maal, c.trinn, c.skoleaar, false AS beregnet, c.indikator AS lest_som, c.nivaa,
  c.enhet AS del, c.sha256, c.rad, c.kolonne, c.rettelse
FROM celler c JOIN slekt s USING (kilde, skoleaar, kommunenr)
WHERE c.finnes AND c.nivaa = 'kommune' AND s.maate = 'flyttet'
UNION ALL
SELECT til, indikator, maal, trinn, skoleaar, true, indikator, nivaa, enhet, sha256, rad, kolonne, rettelse
FROM deler WHERE finnes
UNION ALL
SELECT til, indikator, maal, trinn, skoleaar, true, annen_vekt, nivaa, enhet, vekt_sha256, vekt_rad, vekt_kolonne,
  vekt_rettelse
FROM deler WHERE annen_vekt IS NOT NULL
"""

# A unit has a grade when it stands with it in any year of the window, in any source and by any indicator.
_GRADES = """
SELECT s.til AS enhet, o.trinn
FROM observasjon o JOIN slekt s USING (kilde, skoleaar, kommunenr) WHERE o.nivaa = 'kommune'
UNION
SELECT enhet, trinn FROM observasjon WHERE nivaa = 'skole'
"""

# Every unit with every cell. A cell that is not there is neither rebuilt nor preliminary: both are facts of a figure.
_GRID = """
SELECT $uttrekksaar AS uttrekksaar, $indikatorsett AS indikatorsett, e.nivaa, e.enhet, e.kommunenr, s.indikator, s.maal,
  s.trinn, s.skoleaar, s.vindusaar, f.verdi, f.antall,
  CASE WHEN f.enhet IS NOT NULL THEN f.verdistatus WHEN t.enhet IS NOT NULL THEN 'mangler' ELSE 'ikke_aktuelt' END
    AS verdistatus,
  f.ikke_bygd_grunn,
  f.enhet IS NOT NULL AND f.beregnet AS beregnet,
  f.enhet IS NOT NULL AND f.forelopig AS forelopig
FROM enheter e CROSS JOIN spurt s
LEFT JOIN funnet f ON f.enhet = e.enhet AND f.indikator = s.indikator AND f.trinn = s.trinn AND f.skoleaar = s.skoleaar
LEFT JOIN trinn_i_vinduet t ON t.enhet = e.enhet AND t.trinn = s.trinn
"""
