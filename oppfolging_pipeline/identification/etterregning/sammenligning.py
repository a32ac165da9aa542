"""What the run decided against what the second computation decided.

Belongs here: finding the differences, and saying them. Does not belong here: what is done about them (the caller), or
deciding anything.

Every decided column of every row is compared, the numbers to their last bit: both sides divide whole numbers. A message
names both sides for a municipality. Of a school it names the key and the column only, and so it does for a figure that
one side does not show: a shielded figure must not be given away by a message about it. Neither must it by what follows
from it: sums of the unit, which of them are equal, and places that change with them. So while a cell that is not shown
on both sides differs, the cells alone are told of. They stop the run; the rest is told once they agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oppfolging_pipeline.core.errors import PermanentError
from oppfolging_pipeline.identification.etterregning import lesing
from oppfolging_pipeline.identification.etterregning.etterregn import Etterregnet
from oppfolging_pipeline.identification.etterregning.parametre import Parametre

if TYPE_CHECKING:
    import pandas as pd

NOEKLER: Mapping[str, tuple[str, ...]] = {
    "identifisert_kommune": ("kommunenr",),
    "kandidat_kategori2": ("kommunenr",),
    "rangering_kommune": ("kommunenr",),
    "rangering_skole": ("orgnr",),
    "andel": ("nivaa", "enhet"),
    "vurdering": ("nivaa", "enhet", "indikator", "trinn", "skoleaar"),
}
"""The tables that are compared, those that say who is identified first, with what tells their rows apart."""
_CELLS = "vurdering"

# Sentences: that there is one is decided, not its words.
_REASONS = {"ikke_vurdert_grunn", "ikke_bygd_grunn"}
_FIGURES = ("verdi", "nasjonal_grense", "absolutt_grense")
_OF_A_SHOWN_CELL = ("verdi", "antall", "risikopoeng", "forbi_absolutt")


@dataclass(frozen=True)
class Avvik:
    """One difference. `felt` is the column, or `rad` for a whole row; `loep` and `etterregning` are what each side
    says, both None where neither is to be named. `skjult`: it is about a figure that one side at least does not show,
    so that what follows from it would give the figure away."""

    tabell: str
    enhet: str
    felt: str
    loep: str | None = None
    etterregning: str | None = None
    skjult: bool = False

    @property
    def tekst(self) -> str:
        """The difference as a sentence, without the table."""
        if self.loep is None or self.etterregning is None:
            return f"{self.enhet}: {self.felt} er ikke den samme i løpet og i etterregningen"
        return f"{self.enhet}: {self.felt} er {self.loep} i løpet og {self.etterregning} i etterregningen"


def sammenlign(etterregnet: Etterregnet, tabeller: Mapping[str, Sequence[Path]]) -> list[Avvik]:
    """Every difference, table by table in the order of `NOEKLER`, then by key; those of `vurdering` alone while one of
    them is `skjult`.

    `tabeller` are the Parquet files of each table of `NOEKLER`, of the one identification year and rule set. Raises
    `PermanentError` when one of them is not handed in or lacks a column.
    """
    missing = [name for name in NOEKLER if not tabeller.get(name)]
    if missing:
        raise PermanentError(f"found no file of {', '.join(missing)}; expected every table that is compared")
    found = {
        name: list(_of_table(name, tabeller[name], etterregnet.tabeller[name], etterregnet.parametre))
        for name in NOEKLER
    }
    told = [_CELLS] if any(one.skjult for one in found[_CELLS]) else list(NOEKLER)
    return [one for name in told for one in found[name]]


def _of_table(name: str, files: Sequence[Path], expected: pd.DataFrame, p: Parametre) -> Iterator[Avvik]:
    key = list(NOEKLER[name])
    expected = expected.assign(uttrekksaar=p.uttrekksaar, indikatorsett=p.indikatorsett)
    found = lesing.read(files, list(expected.columns), p.skala)
    for reason in _REASONS & set(found.columns):
        found[reason] = found[reason].notna()
    twice = found.duplicated(key)
    for row in lesing.records(found.loc[twice, key].drop_duplicates()):
        yield Avvik(name, _key_text(row), "rad", "der flere ganger", "der én gang")
    both = found[~twice].merge(expected, on=key, how="outer", suffixes=("_loep", "_ny"), indicator=True)
    alone = both["_merge"] != "both"
    for row in lesing.records(both.loc[alone, [*key, "_merge"]].sort_values(key).astype({"_merge": "str"})):
        in_run = row.pop("_merge") == "left_only"
        here, not_here = "der", "ikke der"
        yield Avvik(name, _key_text(row), "rad", *((here, not_here) if in_run else (not_here, here)))
    both = both[~alone].sort_values(key)
    for column in (column for column in expected.columns if column not in key):
        yield from _of_column(name, key, column, both, p)


def _of_column(name: str, key: list[str], column: str, both: pd.DataFrame, p: Parametre) -> Iterator[Avvik]:
    left, right = both[f"{column}_loep"], both[f"{column}_ny"]
    same = (left == right).fillna(False).astype(bool) | (left.isna() & right.isna())
    if same.all():
        return
    different = both.loc[~same.to_numpy()]
    for row in lesing.records(different):
        of_key = {part: row[part] for part in key}
        shown = [row[f"verdistatus_{side}"] == "vist" for side in ("loep", "ny")] if name == _CELLS else [True, True]
        secret = column in _OF_A_SHOWN_CELL and not all(shown)
        text = _key_text(of_key)
        if secret or "orgnr" in of_key or of_key.get("nivaa") == "skole":
            yield Avvik(name, text, column, skjult=secret or shown[0] != shown[1])
        else:
            loep, ny = (_text(column, row[f"{column}_{side}"], p) for side in ("loep", "ny"))
            yield Avvik(name, text, column, loep, ny, skjult=shown[0] != shown[1])


def _key_text(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())


def _text(column: str, value: Any, p: Parametre) -> str:
    """The value as a reader knows it: a decimal comma, `tom` for nothing."""
    if value is None:
        return "tom"
    if isinstance(value, bool):
        return "sann" if value else "usann"
    if column in _FIGURES:
        value = Decimal(value).scaleb(-p.desimaler_i_lageret).normalize()
        return f"{value:f}".replace(".", ",")
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)
