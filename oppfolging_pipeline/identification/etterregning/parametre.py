"""What the second computation is asked for, as plain data.

Belongs here: every parameter that decides, none with a default. Does not belong here: taking them from a rule set
(`identification.etterregning_inndata`), or computing from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True)
class Indikator:
    """An indicator × grade of the set, its measure, weight and absolute limit.

    `grense` is in the measure's unit, or in percent for `persentil`. `desimaler`: those of the published figures.
    `vekt_fra`: the indicator whose count is of those who answered, where the figure's own is the numerator of a share;
    None where the own count is of those who answered.
    """

    kilde: str
    indikator: str
    maal: str
    trinn: int
    vekt: int
    lavere_er_bedre: bool
    desimaler: int
    vekt_fra: str | None
    metode: Literal["verdi", "avvik", "persentil"]
    grense: Fraction


@dataclass(frozen=True)
class Parametre:
    """An identification year under a rule set. `identifikasjonsdato` is MM-DD.

    `referansedager` gives every source of the catalogue the day (MM-DD) whose municipality codes it is published with,
    `forsinkelse` each source in use its lag in school years. `utenfor` are patterns of codes that are no municipality;
    `x` is any digit. `desimaler_i_lageret` are those of the lake's figures and limits: they are computed with as whole
    numbers. `spredning_desimaler` are those that a spread is published with. Shares, distances and levels are in
    percent (points), `min_dekning` is 0–1.
    """

    uttrekksaar: int
    indikatorsett: str
    identifikasjonsdato: str
    indikatorer: tuple[Indikator, ...]
    antall_aar: int
    forsinkelse: dict[str, int]
    referansedager: dict[str, str]
    skoleaarets_foerste_dag: str
    utenfor: tuple[str, ...]
    desimaler_i_lageret: int
    poeng_nasjonal: int
    poeng_absolutt: int
    nasjonal_grense: Literal["publisert", "beregn"]
    min_dekning: Fraction
    min_aar: int
    kategori1_antall: int
    naer_grensen: Fraction
    ved_likhet: tuple[str, ...]
    kategori2_antall: int
    kategori2_rekkefolge: tuple[str, ...]
    kategori2_ved_likhet: tuple[str, ...]
    ikke_vurdert_kan_vaere_kandidat: bool
    min_skoler: int
    spredning_maal: Literal["standardavvik", "maks_min"]
    spredning_nivaa: Fraction
    spredning_desimaler: int
    ovre_andel: Fraction

    @property
    def registerdato(self) -> date:
        """The day of the identification, whose municipalities are judged."""
        return date.fromisoformat(f"{self.uttrekksaar:04d}-{self.identifikasjonsdato}")

    @property
    def skala(self) -> int:
        """How many of the whole numbers that figures are computed with make one unit of the measure."""
        return int(Decimal(1).scaleb(self.desimaler_i_lageret))

    @property
    def spredning_enhet(self) -> int:
        """How many of its last published decimal make one percentage point of spread."""
        return int(Decimal(1).scaleb(self.spredning_desimaler))

    def trinnverdi(self, indikator: Indikator) -> int:
        """The last published decimal of the indicator, in those whole numbers."""
        return int(Decimal(1).scaleb(self.desimaler_i_lageret - indikator.desimaler))

    def vindu(self, kilde: str) -> list[str]:
        """The school years of a source, oldest first: the last one lags `forsinkelse` behind the one in which the
        identification is made."""
        slutt = self.uttrekksaar - self.forsinkelse[kilde]
        return [f"{aar - 1:04d}-{aar % 100:02d}" for aar in range(slutt - self.antall_aar + 1, slutt + 1)]

    def celler(self) -> Iterator[tuple[Indikator, str, int]]:
        """Each cell that a unit has: the indicator, the school year and its number in the window, from 1."""
        for indikator in self.indikatorer:
            for nummer, skoleaar in enumerate(self.vindu(indikator.kilde), start=1):
                yield indikator, skoleaar, nummer

    @property
    def nyeste_skoleaar(self) -> str:
        """The newest school year of the window, over all sources."""
        return max(skoleaar for _, skoleaar, _ in self.celler())

    def dag(self, skoleaar: str, maaned_dag: str) -> date:
        """The day MM-DD that lies in the school year."""
        start = int(skoleaar.partition("-")[0])
        aar = start if maaned_dag >= self.skoleaarets_foerste_dag else start + 1
        return date.fromisoformat(f"{aar:04d}-{maaned_dag}")

    def kilder_gjennom_aaret(self) -> list[str]:
        """Every source, in the order in which their reference days come in a school year."""
        dager = self.referansedager
        return sorted(dager, key=lambda kilde: (dager[kilde] < self.skoleaarets_foerste_dag, dager[kilde], kilde))

    def er_utenfor(self, kode: str) -> bool:
        """Whether the code is known to be no municipality."""
        return any(
            len(kode) == len(moenster)
            and all(tegn.isdigit() if vil == "x" else tegn == vil for vil, tegn in zip(moenster, kode, strict=True))
            for moenster in self.utenfor
        )
