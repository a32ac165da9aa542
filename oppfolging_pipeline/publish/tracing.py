"""From a municipality's published figures back to the rows that they were read from.

Belongs here: joining the published file with the lake and the archive, for a person who asks. Does not belong here:
making the figures (`staging`), or layout (`cli_output`).

What is told of an observation is where it stands: never its value, which may be a school's or shielded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.publish import read
from oppfolging_pipeline.publish.innhold import Innhold, contents
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.merking import merking_av_rad
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.staging import harmonisering, intake, skole_plassering
from oppfolging_pipeline.staging.brukte_sett import sets_used
from oppfolging_pipeline.staging.harmonisering import Request

if TYPE_CHECKING:
    import duckdb

    from oppfolging_pipeline.engine import Engine, Lake

Cell = tuple[str, int, str]  # indikator, trinn, skoleaar


@dataclass(frozen=True)
class Observation:
    """Where one observation stands: its row and column in a content. `enhet` is the unit's code in that year.

    With a `rettelse` what stands there is known to be wrong, and the figure is what that correction made of it.
    """

    nivaa: str
    enhet: str
    rad: int
    kolonne: str
    innhold: Innhold
    rettelse: str | None = None


@dataclass(frozen=True)
class Trace:
    """A published figure and the observations that it was read from.

    One observation for a figure that stands as published; for a rebuilt one (`beregnet`) every part that was looked at,
    old municipalities or schools. A figure that no source has (`mangler`, `ikke_aktuelt`) may have none. `ord`: the
    first words of whatever tells of its result.
    """

    uttrekksaar: int
    indikatorsett: str
    kommunenr: str
    kommunenavn: str
    indikator: str
    maal: str
    trinn: int
    skoleaar: str
    verdi: float | None
    verdistatus: str
    beregnet: bool
    ord: str
    observasjoner: tuple[Observation, ...]


def trace(
    published: duckdb.DuckDBPyConnection,
    engine: Engine,
    lake: Lake,
    archive: Archive,
    catalog: Catalog,
    kommunenr: str,
    *,
    uttrekk: int | None = None,
    rules: str | None = None,
    indikator: str | None = None,
    chosen: str | None = None,
    command: str = "oppfolging trace",
) -> list[Trace]:
    """Every figure of the municipality in the window, in the order of `mart.vurdering_kommune`, with its observations.

    Without `uttrekk` the newest year of the set; which set without `rules`, and what is said when there is none, as in
    `read.vurdering`. Raises
    `PermanentError` when the file does not hold what is asked for, and when the lake no longer holds the observations
    that the published figures were made of.
    """
    read.require_tables(published, ["drift.sporing", "drift.datagrunnlag"])
    figures = read.vurdering(published, kommunenr, uttrekk, rules, indikator, chosen, command)
    traces: list[Trace] = []
    sets = sets_used(lake, catalog)
    for year, name in sorted({(row["uttrekksaar"], row["indikatorsett"]) for row in figures}):
        if (year, name) not in sets:
            raise PermanentError(
                f"uttrekk {year}, {name}: found no working tables of this result in the home; expected those that the "
                f"published figures were made of. Run again with --uttrekk {year} --rules {name}."
            )
        request = Request(year, sets[year, name], catalog)
        of_request = [row for row in figures if (row["uttrekksaar"], row["indikatorsett"]) == (year, name)]
        made_of = _made_of(engine, lake, archive, request, kommunenr)
        if stale := _stale(of_request, made_of, read.sporing(published, year, name)):
            raise PermanentError(
                f"uttrekk {year}, {name}: found {stale}; expected the working tables of this home to be those that the "
                f"published figures were made of. Run again with --uttrekk {year} --rules {name}."
            )
        digests = {row["sha256"] for rows in made_of.values() for row in rows}
        brought = contents(digests, archive, catalog)
        maal = {(cell[1], cell[3], cell[4]): cell[2] for cell in request.cells()}
        traces += [_trace(row, maal[_cell(row)], made_of.get(_cell(row), []), brought) for row in of_request]
    return traces


def _made_of(
    engine: Engine, lake: Lake, archive: Archive, request: Request, kommunenr: str
) -> dict[Cell, list[dict[str, Any]]]:
    """The observations of the municipality's cells, in the order in which they stand in the contents."""
    window = engine.read(lake.existing("observasjon", request.partitions()), "observasjon")
    register = intake.read_register(archive.in_force())
    units = skole_plassering.place(engine, window, lake.files("observasjon"), request, register)
    found: dict[Cell, list[dict[str, Any]]] = {}
    rows = harmonisering.made_of(engine, window, request, units.lineage, units.placed)
    own = engine.run("SELECT * FROM observasjoner WHERE enhet = $enhet", {"enhet": kommunenr}, observasjoner=rows)
    for row in engine.fetch(own.order("indikator, trinn, skoleaar, nivaa, del, sha256, rad, kolonne")):
        found.setdefault(_cell(row), []).append(row)
    return found


def _stale(
    figures: Iterable[Mapping[str, Any]],
    made_of: Mapping[Cell, list[dict[str, Any]]],
    sporing: set[tuple[str, str, int, str]],
) -> str | None:
    """What shows that the figures were made of something else, or None."""
    for figure in figures:
        parts = made_of.get(_cell(figure), [])
        where = "{}, {}. trinn, {}".format(*_cell(figure))
        if figure["verdistatus"] in ("vist", "skjermet", "kan_ikke_bygges") and not parts:
            return f"no observation for {where}"
        if any(part["beregnet"] != figure["beregnet"] for part in parts):
            return f"another way from the observations to the figure for {where}"
        if any((part["sha256"], part["lest_som"], *_cell(part)[1:]) not in sporing for part in parts):
            return f"an observation from a content that came after the release for {where}"
    return None


def _trace(
    figure: Mapping[str, Any], maal: str, parts: Iterable[Mapping[str, Any]], known: Mapping[str, Innhold]
) -> Trace:
    return Trace(
        uttrekksaar=figure["uttrekksaar"],
        indikatorsett=figure["indikatorsett"],
        kommunenr=figure["kommunenr"],
        kommunenavn=figure["kommunenavn"],
        indikator=figure["indikator"],
        maal=maal,
        trinn=figure["trinn"],
        skoleaar=figure["skoleaar"],
        verdi=figure["verdi"],
        verdistatus=figure["verdistatus"],
        beregnet=figure["beregnet"],
        ord=merking_av_rad(figure).ord,
        observasjoner=tuple(
            Observation(
                part["nivaa"], part["del"], part["rad"], part["kolonne"], known[part["sha256"]], part["rettelse"]
            )
            for part in parts
        ),
    )


def _cell(row: Mapping[str, Any]) -> Cell:
    return row["indikator"], row["trinn"], row["skoleaar"]
