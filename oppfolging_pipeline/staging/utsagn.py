"""What the sources said last of every cell below the counties: the table `siste_utsagn`, read off the parsed contents.

Belongs here: which statement of a cell is the newest. Does not belong here: choosing one row a cell, corrections, or
moving figures (`observasjon`, `rettelser`, `harmonisering`): nothing of what those make is read here, so that what is
published can be held against what came in, and not against what was made of it.

A later intake replaces what it speaks of: an indicator, measure and grade of a source's school year, as a whole; the
contents of one inbox speak together. A cell that stands in none of them any more has no statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oppfolging_pipeline.staging.observasjon import FileFigures

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Engine, Relation

_READ = [
    "kilde", "skoleaar", "nivaa", "enhet", "kommunenr", "indikator", "maal", "trinn", "verdi", "verdistatus", "antall",
    "antallstatus",
]  # fmt: skip


def newest_statements(
    engine: Engine,
    files: Sequence[FileFigures],
    *,
    kjent: bool = True,
    before: tuple[Relation, int] | None = None,
) -> Relation:
    """The declared table `siste_utsagn` of those contents; `kjent` stands in each row.

    A municipality that stands twice under one code, or a school, is shielded as soon as one row says so; of contents
    that say the same the digest is the one that `observasjon` names, the lowest. `before` are the newest statements of
    earlier contents, which are there too, with the number of the last intake that was heard then: all are as old as it.
    """
    import pyarrow as pa

    contents = engine.frame(
        {"nr": "INTEGER", "sha256": "VARCHAR", "inntak": "INTEGER", "sammen": "INTEGER"},
        [
            (number, one.sha256, one.intake, one.intake if one.together is None else one.together)
            for number, one in enumerate(files)
        ],
    )
    parsed = [
        one.parsed.figures.select(_READ).append_column(
            "nr", pa.repeat(pa.scalar(number, pa.int32()), one.parsed.figures.num_rows)
        )
        for number, one in enumerate(files)
    ]
    engine.connection.register("parset", pa.concat_tables(parsed))
    try:
        if before is None:
            return engine.run(_NEWEST.format(sagt="FROM lest"), {"kjent": kjent}, innhold_som_taler=contents)
        earlier, heard = before
        given = {"kjent": kjent, "hoert": heard}
        return engine.run(_NEWEST.format(sagt=_SAID), given, innhold_som_taler=contents, tidligere=earlier)
    finally:
        engine.connection.unregister("parset")


_SAID = (
    f"FROM lest UNION ALL BY NAME SELECT {', '.join(_READ)}, sha256, "  # noqa: S608 (names of this module)
    "CAST($hoert AS INTEGER) AS inntak, CAST($hoert AS INTEGER) AS sammen FROM tidligere"
)

_NEWEST = """
WITH lest AS (
  SELECT p.* EXCLUDE (nr), f.* EXCLUDE (nr) FROM parset p JOIN innhold_som_taler f USING (nr)
  WHERE nivaa IN ('kommune', 'skole')
), sagt AS (
  {sagt}
), nyest AS (
  SELECT DISTINCT kilde, skoleaar, indikator, maal, trinn, sammen FROM sagt SEMI JOIN (
    SELECT kilde, skoleaar, indikator, maal, trinn, max(inntak) AS inntak FROM sagt GROUP BY ALL
  ) USING (kilde, skoleaar, indikator, maal, trinn, inntak)
)
SELECT kilde, skoleaar, nivaa, enhet, kommunenr, indikator, maal, trinn, $kjent AS kjent,
  CASE WHEN bool_or(verdistatus = 'skjermet') THEN 'skjermet' WHEN bool_or(verdistatus = 'vist') THEN 'vist'
    ELSE 'mangler' END AS verdistatus,
  CASE WHEN NOT bool_or(verdistatus = 'skjermet') THEN max(verdi) END AS verdi,
  CASE WHEN bool_or(antallstatus = 'skjermet') THEN 'skjermet' WHEN bool_or(antallstatus = 'vist') THEN 'vist'
    ELSE 'mangler' END AS antallstatus,
  CASE WHEN NOT bool_or(antallstatus = 'skjermet') THEN max(antall) END AS antall,
  min(sha256) AS sha256
FROM sagt SEMI JOIN nyest USING (kilde, skoleaar, indikator, maal, trinn, sammen)
GROUP BY ALL
"""
