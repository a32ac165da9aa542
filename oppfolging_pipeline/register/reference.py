"""The register that the project carries, and the same with parts replaced by lists that the user has.

Belongs here: reading `data/`, cutting lists to the register's period, putting the parts together. Does not belong here:
reading files from the inbox (`sources.klass_files`).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from oppfolging_pipeline.core.errors import Finding, FindingCollector
from oppfolging_pipeline.core.norsk import opplisting
from oppfolging_pipeline.register import rows as shapes
from oppfolging_pipeline.register.facts import Embete, Endring, Fylke, Kommune, Utenfor
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.rows import Row, Shape, end_of

V = TypeVar("V", Kommune, Fylke)

_LISTS = ("kommune.csv", "endring.csv", "fylke.csv", "statsforvalter.csv", "utenfor.csv")


class Proveniens(BaseModel):
    """Where the carried register comes from (`register.yaml`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    foerste_dag: date
    kilde: str
    lisens: str
    hentet: str


@dataclass(frozen=True)
class CarriedContent:
    """The carried register as content: a digest of its files, what it is in Norwegian, and its number of rows."""

    sha256: str
    beskrivelse: str
    rader: int


def _text(name: str) -> str:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")


def _carried(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines(), strict=True))


def _origin() -> Proveniens:
    return Proveniens.model_validate(yaml.safe_load(_text("register.yaml")))


@cache
def carried_content() -> CarriedContent:
    """What the carried register is, for those who ask where a result comes from."""
    digest, origin = hashlib.sha256(), _origin()
    for name in ("register.yaml", *_LISTS):
        content = _text(name).encode()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return CarriedContent(
        digest.hexdigest(),
        f"Følger med programmet: {origin.kilde}, hentet {origin.hentet}.",
        sum(len(_carried(name)) for name in _LISTS),
    )


@cache
def carried_register() -> Register:
    """The register of the dated reference files in `data/` (SSB KLASS 131 and 104, CC BY 4.0)."""
    origin = _origin()
    endringer = [Endring(date.fromisoformat(row["dato"]), row["fra"], row["til"]) for row in _carried("endring.csv")]
    return Register(
        kommuner=(
            Kommune(row["kommunenr"], row["navn"], date.fromisoformat(row["gyldig_fra"]), end_of(row["gyldig_til"]))
            for row in _carried("kommune.csv")
        ),
        endringer=endringer,
        fylker=(
            Fylke(row["fylkesnr"], row["navn"], date.fromisoformat(row["gyldig_fra"]), end_of(row["gyldig_til"]))
            for row in _carried("fylke.csv")
        ),
        embeter=(
            Embete(
                row["statsforvalter"], row["fylkesnr"], date.fromisoformat(row["gyldig_fra"]), end_of(row["gyldig_til"])
            )
            for row in _carried("statsforvalter.csv")
        ),
        utenfor=(Utenfor(row["moenster"], row["betydning"]) for row in _carried("utenfor.csv")),
        foerste_dag=origin.foerste_dag,
        beskrivelse=(
            f"{origin.kilde}, {origin.lisens}, hentet {origin.hentet}. {_siste(endringer)} Følger med programmet."
        ),
    )


def _siste(endringer: Iterable[Endring]) -> str:
    latest = max((endring.dato for endring in endringer), default=None)
    return f"Siste endring {latest.isoformat()}." if latest else "Ingen endringer."


def override(
    register: Register,
    *,
    codes: Sequence[Row] | None = None,
    changes: Sequence[Row] | None = None,
    change_map: Sequence[Row] | None = None,
    counties: Sequence[Row] | None = None,
    statsforvaltere: Sequence[Row] | None = None,
) -> Register:
    """The register with each given list in place of the part that it has; what is not given stays.

    Rows have text values under the columns of the shapes in `rows` (KLASS's own names). Codes that are no municipality
    are left out. `change_map` replaces only the changes of 1 January of its second year. Lists from KLASS reach far
    back: what ended on or before the register's first day is cut away, as are the changes up to that day. A list of
    codes that begins later moves the first day to its own.

    Raises `InvalidInput` with every value that is wrong, else with everything that makes the parts not fit each other.
    """
    found = FindingCollector()
    found.extend(_check("codes", codes, shapes.KOMMUNE_KODER))
    found.extend(_check("changes", changes, shapes.KOMMUNE_ENDRINGER))
    found.extend(_check("counties", counties, shapes.FYLKE_KODER))
    offices = shapes.offices_shape(statsforvaltere[0] if statsforvaltere else ())
    found.extend(_check("statsforvaltere", statsforvaltere, offices))
    years = None if change_map is None else shapes.map_years(change_map[0] if change_map else ())
    if change_map is not None:
        found.extend(_check("change_map", change_map, shapes.map_shape(years)) if years else [_no_years()])
    found.raise_if_any()

    kommuner = register.kommuner if codes is None else tuple(map(shapes.as_kommune, codes))
    kommuner = tuple(row for row in kommuner if not register.er_utenfor(row.kommunenr))
    endringer = register.endringer if changes is None else tuple(map(shapes.as_endring, changes))
    if change_map is not None and years is not None:
        endringer = (
            *(endring for endring in endringer if endring.dato != date(years[1], 1, 1)),
            *shapes.changes_of_map(change_map, years),
        )
    fylker = register.fylker if counties is None else tuple(map(shapes.as_fylke, counties))
    # A county code of nothing but codes outside (21, 25, 99) is no county.
    outside = {pattern.moenster[:2] for pattern in register.utenfor}
    first = max(register.foerste_dag, min((row.gyldig_fra for row in kommuner), default=register.foerste_dag))
    endringer = tuple(endring for endring in endringer if endring.dato > first)
    kommuner = _with_known_starts(kommuner, register.kommuner, lambda row: row.kommunenr)
    fylker = _with_known_starts(fylker, register.fylker, lambda row: row.fylkesnr)
    there = {row.fylkesnr for row in fylker if row.slutt > first}
    known_offices = [office for office in register.embeter if office.fylkesnr in there or office.gyldig_til is None]
    parts = {
        "kommuner": codes,
        "endringer": changes,
        "endringer ved ett årsskifte": change_map,
        "fylker": counties,
        "statsforvaltere": statsforvaltere,
    }
    return Register(
        kommuner=(row for row in kommuner if row.slutt > first),
        endringer=endringer,
        fylker=(row for row in fylker if row.slutt > first and row.fylkesnr not in outside),
        embeter=known_offices if statsforvaltere is None else map(shapes.as_embete, statsforvaltere),
        utenfor=register.utenfor,
        foerste_dag=first,
        beskrivelse=_described(register, {name for name, part in parts.items() if part is not None}, endringer),
    )


def _with_known_starts(rows: Sequence[V], known: Iterable[V], number: Callable[[V], str]) -> tuple[V, ...]:
    """KLASS answers for a range of dates, and gives its first day for everything that began before: a unit that was
    known to be in force on that day keeps its own start."""
    cut = min((row.gyldig_fra for row in rows), default=date.max)
    starts = {number(row): row.gyldig_fra for row in known if row.gjelder(cut)}
    return tuple(
        replace(row, gyldig_fra=starts[number(row)]) if row.gyldig_fra == cut and number(row) in starts else row
        for row in rows
    )


def _described(register: Register, replaced: set[str], endringer: Iterable[Endring]) -> str:
    if not replaced:
        return register.beskrivelse
    text = f"Egne filer for {opplisting(sorted(replaced))}. {_siste(endringer)}"
    whole = {"kommuner", "endringer", "fylker", "statsforvaltere"} <= replaced
    return text if whole else f"{text} Resten: {register.beskrivelse}"


def _check(name: str, rows: Sequence[Row] | None, shape: Shape) -> list[Finding]:
    return [] if rows is None else shapes.check_rows(rows, shape, lambda index: (None, f"{name}[{index}]"))


def _no_years() -> Finding:
    return Finding(
        key="change_map",
        found="no two years that follow each other in the columns",
        expected="code_YYYY and name_YYYY for a year and for the next",
        action="Get the map again.",
    )
