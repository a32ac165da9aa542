"""The facts of the register, one frozen record each.

Belongs here: what one row says. Does not belong here: what follows from several rows (`lineage`, `model`).
A validity runs from `gyldig_fra` (included) to `gyldig_til` (not included); `gyldig_til` None is still in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Maate = Literal["uendret", "flyttet", "sammenslaatt", "delt"]


class Validity:
    """A period in which a code meant one thing. A mixin: the records declare the two dates, last."""

    gyldig_fra: date
    gyldig_til: date | None

    def gjelder(self, dato: date) -> bool:
        """Whether the period holds the date."""
        return self.gyldig_fra <= dato and (self.gyldig_til is None or dato < self.gyldig_til)

    @property
    def slutt(self) -> date:
        """The first day after the period, `date.max` when it has no end."""
        return self.gyldig_til or date.max


@dataclass(frozen=True)
class Kommune(Validity):
    """One validity of a municipality code. Numbers are used again: the key is (kommunenr, gyldig_fra)."""

    kommunenr: str
    navn: str
    gyldig_fra: date
    gyldig_til: date | None


@dataclass(frozen=True)
class Fylke(Validity):
    """One validity of a county code, the first two digits of its municipalities."""

    fylkesnr: str
    navn: str
    gyldig_fra: date
    gyldig_til: date | None


@dataclass(frozen=True)
class Endring:
    """From `dato` on, (a part of) `fra` is `til`. Equal codes: a new name, or a part that kept its number."""

    dato: date
    fra: str
    til: str

    def __str__(self) -> str:
        return f"{self.dato} {self.fra} → {self.til}"


@dataclass(frozen=True)
class Embete(Validity):
    """A county that a statsforvalter has. A list that tells no dates speaks of every day: `gyldig_fra` is the first day
    that there is."""

    statsforvalter: str
    fylkesnr: str
    gyldig_fra: date = date.min
    gyldig_til: date | None = None


@dataclass(frozen=True)
class Utenfor:
    """Codes that statistics use and that are no municipalities. `x` in the pattern is any digit."""

    moenster: str
    betydning: str

    def treffer(self, kode: str) -> bool:
        """Whether the code is one of these."""
        return len(kode) == len(self.moenster) and all(
            digit.isdigit() if wanted == "x" else digit == wanted
            for wanted, digit in zip(self.moenster, kode, strict=True)
        )


@dataclass(frozen=True)
class Opphav:
    """How the figures of an earlier date are made for one municipality.

    `kilder`: the codes that became it. `maate`: `delt` when any of them also became another municipality,
    `sammenslaatt` when there are several and none was divided, `flyttet` when one with another number, else `uendret`.
    """

    kilder: tuple[str, ...]
    maate: Maate
