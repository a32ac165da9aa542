"""The register: what is asked of it, answered from validated facts.

Belongs here: the questions of staging, identification and cohorts about kommuner, fylker and statsforvaltere at a date.
Does not belong here: where the facts come from (`reference`), or how lineage is computed (`lineage`).

Source of the rules: KLASS 131 keys a municipality on (code, validity); `ordningen.md` says that figures of three years
can hold two code sets and are moved to the register of the identification year.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from oppfolging_pipeline.core.errors import FindingCollector, PermanentError
from oppfolging_pipeline.register import validation
from oppfolging_pipeline.register.facts import Embete, Endring, Fylke, Kommune, Maate, Opphav, Utenfor
from oppfolging_pipeline.register.lineage import DAY, Lineage, by_code, in_force
from oppfolging_pipeline.register.offices import counties_of

__all__ = ["Embete", "Endring", "Fylke", "Kommune", "Opphav", "Register", "Utenfor"]


class Register:
    """Municipalities, counties and statsforvaltere over time. Immutable; every answer is sorted.

    `foerste_dag` is the first day that the register answers for, `siste_dag` the last one on which something changes:
    today as far as it knows. `beskrivelse` says, in Norwegian, where the facts come from and as of which date. Raises
    `InvalidInput` with every fault when the facts do not fit each other.
    """

    def __init__(
        self,
        *,
        kommuner: Iterable[Kommune],
        endringer: Iterable[Endring],
        fylker: Iterable[Fylke],
        embeter: Iterable[Embete],
        utenfor: Iterable[Utenfor],
        foerste_dag: date,
        beskrivelse: str,
    ) -> None:
        self.kommuner = tuple(sorted(kommuner, key=lambda k: (k.kommunenr, k.gyldig_fra)))
        self.endringer = tuple(sorted(endringer, key=lambda e: (e.dato, e.fra, e.til)))
        self.fylker = tuple(sorted(fylker, key=lambda f: (f.fylkesnr, f.gyldig_fra)))
        self.embeter = tuple(sorted(embeter, key=lambda e: (e.statsforvalter, e.fylkesnr, e.gyldig_fra)))
        self.utenfor = tuple(utenfor)
        self.foerste_dag = foerste_dag
        self.beskrivelse = beskrivelse
        self._rows = by_code(self.kommuner)
        self._fylker: dict[str, tuple[Fylke, ...]] = {}
        for fylke in self.fylker:
            self._fylker[fylke.fylkesnr] = (*self._fylker.get(fylke.fylkesnr, ()), fylke)
        self._lineage = Lineage(self._rows, self.endringer, foerste_dag)
        office_days = {day for one in self.embeter for day in (one.gyldig_fra, one.gyldig_til) if day is not None}
        self._days = sorted({*self._lineage.days, *(day for day in office_days if day > foerste_dag)})
        self.siste_dag = max((foerste_dag, *self._days))
        self._validate()

    def _validate(self) -> None:
        found = FindingCollector()
        found.extend(validation.names(self.kommuner, self.fylker, self.embeter))
        found.extend(validation.validities(self._rows, "kommune"))
        found.extend(validation.validities(self._fylker, "fylke"))
        found.extend(validation.municipalities(self._rows, self._fylker, self.utenfor, self.foerste_dag))
        found.extend(validation.changes(self._rows, self.endringer))
        found.extend(validation.loose_ends(self._rows, self._lineage, self.foerste_dag))
        found.extend(validation.offices(self.embeter, self._fylker))
        found.raise_if_any()

    # Municipalities at a date

    def gjeldende(self, dato: date) -> dict[str, Kommune]:
        """The municipalities in force, by kommunenr. Raises `PermanentError` before the register's first day."""
        self._require_covered(dato)
        return {code: row for code, rows in self._rows.items() if (row := in_force(rows, dato))}

    def er_utenfor(self, kode: str) -> bool:
        """Whether the code is known to be no municipality: Svalbard, abroad, unknown."""
        return any(pattern.treffer(kode) for pattern in self.utenfor)

    def kjent(self, kode: str) -> bool:
        """Whether the code has ever been in the register, or is `utenfor`."""
        return kode in self._rows or self.er_utenfor(kode)

    def kjent_fylke(self, fylkesnr: str) -> bool:
        """Whether the county code has ever been in the register, or is one of places that are no municipalities."""
        return fylkesnr in self._fylker or self.er_utenfor(f"{fylkesnr}00")

    def slutt(self, kode: str, dato: date) -> date | None:
        """The first day that the code, as it was at the date or next to it, is no longer in force; None: it still is.

        None also for a code that is `utenfor` or unknown.
        """
        if kode not in self._rows:
            return None
        row = in_force(self._rows[kode], self._day_in_force(kode, dato))
        return row.gyldig_til if row else None

    def avstand(self, kode: str, dato: date) -> int:
        """Days from the date to the nearest day on which the code is in force: 0 when it is, or when it has no row."""
        rows = self._rows.get(kode, ())
        if not rows or in_force(rows, dato):
            return 0
        return min(abs((day - dato).days) for row in rows for day in (row.gyldig_fra, row.slutt - DAY))

    def gyldig(self, kode: str, dato: date) -> bool:
        """Whether the code is a municipality in force at the date."""
        return in_force(self._rows.get(kode, ()), dato) is not None

    def endringsdager(self, etter: date) -> tuple[date, ...]:
        """The days after the date on which a code, a name, a lineage or an office changes, in order."""
        return tuple(day for day in self._days if day > etter)

    # Lineage

    def etterfolgere(self, kode: str, dato: date, per: date) -> tuple[str, ...]:
        """The codes in force at `per` that the municipality with this code at `dato` has become.

        It goes through chains of new numbers, mergers and splits; an unchanged code gives itself. A code that was not
        in force at `dato` is taken at its first validity after it (figures of a later code set, cast back), else at its
        last one before.

        When `per` is before that, the answer is the codes that became it, whole or in part (`hel`).

        Raises `PermanentError` for a code that is no municipality, and for a `per` before the register's first day.
        """
        self._require_covered(per)
        start = self._day_in_force(kode, dato)
        follow = self._lineage.forward if start <= per else self._lineage.back
        return tuple(sorted(follow(kode, start, per)))

    def hel(self, kode: str, dato: date, per: date) -> bool:
        """Whether figures of the municipality with this code at `dato` are of one municipality at `per`, and perhaps
        of others that went whole into it: False once it has become several, for what merged of several after `per`,
        and for a part of one that was divided after it. The code is read as `etterfolgere` reads it, and raises so."""
        start = self._day_in_force(kode, dato)
        codes = self.etterfolgere(kode, dato, per)
        return len(codes) == 1 and (start <= per or self._lineage.forward(codes[0], per, start) == {kode})

    def staar_i(self, kode: str, dato: date, per: date) -> str | None:
        """The municipality in force at `per` that a place which lay in the one with this code at `dato` lies in; None
        when it may be one of several, or of none.

        The code is read as `etterfolgere` reads it. Unlike a figure, a place can be followed back through a division.
        """
        found = self.etterfolgere(kode, dato, per)
        return found[0] if len(found) == 1 else None

    def delingsdag(self, kode: str, dato: date, per: date) -> date | None:
        """The first day up to `per` on which the municipality with this code at `dato` has become several; None when it
        is one all the time. The code is read as `etterfolgere` reads it."""
        start = self._day_in_force(kode, dato)
        days = (day for day in self._lineage.days if start < day <= per)
        return next((day for day in days if len(self._lineage.forward(kode, start, day)) > 1), None)

    def slektninger(self, kode: str, dato: date) -> frozenset[str]:
        """The codes in force at `dato` that are the code itself, its ancestors or its descendants.

        Counts every validity of the code since the register's first day: old and new rows of one municipality standing
        side by side in a file are each other's relatives. Raises `PermanentError` for a code that is no municipality.
        """
        self._require_covered(dato)
        relatives: set[str] = set()
        for row in self._known(kode):
            if row.gyldig_fra <= dato:
                relatives |= self._lineage.forward(kode, row.gyldig_fra, dato)
            if dato < row.slutt:
                relatives |= self._lineage.back(kode, row.slutt - DAY, dato)
        return frozenset(relatives)

    def opphav(self, dato: date, per: date) -> dict[str, Opphav]:
        """For each municipality in force at `per`: how its figures of `dato` are made (see `Opphav`).

        Raises `PermanentError` when `per` is before `dato`, or `dato` before the register's first day.
        """
        if per < dato:
            raise PermanentError(
                f"found register date {per} before the date of the figures {dato}; expected a later one"
            )
        became = {code: self._lineage.forward(code, dato, per) for code in self.gjeldende(dato)}
        sources: dict[str, list[str]] = {code: [] for code in self.gjeldende(per)}
        for source, codes in became.items():
            for code in codes:
                sources[code].append(source)
        return {code: Opphav(tuple(kilder), _maate(code, kilder, became)) for code, kilder in sources.items()}

    # Counties and offices

    def fylke_for(self, kommunenr: str, dato: date) -> Fylke:
        """The county of a municipality code at a date. Raises `PermanentError` when it is not in force then."""
        for fylke in self._fylker.get(kommunenr[:2], ()):
            if fylke.gjelder(dato):
                return fylke
        raise PermanentError(
            f"found municipality {kommunenr} on {dato}; expected a county {kommunenr[:2]} in force then"
        )

    def statsforvalter_for(self, fylkesnr: str, dato: date) -> str | None:
        """The office that has the county at the date; None for a county that no office is known to have had then."""
        return next((e.statsforvalter for e in self.embeter if e.fylkesnr == fylkesnr and e.gjelder(dato)), None)

    def statsforvalter_for_kommune(self, kommunenr: str, dato: date) -> str | None:
        """The office of the municipality's county at the date.

        Of a county that no office is known to have had then, one that is gone since: the office of what the
        municipality became first that has one. Nothing that changes after that day makes the answer another. None when
        its parts then lie under different offices, and when nothing that it has become has one.
        """
        for day in (dato, *self.endringsdager(dato)):
            offices = {self.statsforvalter_for(code[:2], day) for code in self._lineage.forward(kommunenr, dato, day)}
            if None not in offices:
                return offices.pop() if len(offices) == 1 else None
        return None

    def statsforvaltere(self) -> dict[str, tuple[tuple[str, ...], date | None]]:
        """The counties of each office, and the first day that it is no more (None: it is there today), by its name.

        Of an office that is no more: the counties that it had last.
        """
        return counties_of(self.embeter)

    # The declared table

    def rader(self) -> list[dict[str, object]]:
        """The rows of the declared table `kommune`: one for each (kommunenr, gyldig_fra), sorted by them.

        County name and office: at the end of the validity; the office of what it has become since, where no office is
        known to have had the county. `statsforvalter_i_dag`: the one that has what it has become, on the register's
        last day; null when its parts lie under several. `oppstaatt_av` is empty for what is older than the register,
        `gaatt_over_i` for what is in force and whole.
        """
        return [
            {
                "kommunenr": row.kommunenr,
                "kommunenavn": row.navn,
                "fylkesnr": row.kommunenr[:2],
                "fylkesnavn": self.fylke_for(row.kommunenr, self._last_day(row)).navn,
                "statsforvalter": self.statsforvalter_for_kommune(row.kommunenr, self._last_day(row)),
                "statsforvalter_i_dag": self._office_now(row),
                "gyldig_fra": row.gyldig_fra,
                "gyldig_til": row.gyldig_til,
                "oppstaatt_av": self._came_from(row),
                "gaatt_over_i": self._became(row),
            }
            for row in self.kommuner
        ]

    def _last_day(self, row: Kommune) -> date:
        """The last day of the validity that the register knows of."""
        return max(row.gyldig_fra, min(row.slutt - DAY, self.siste_dag))

    def _office_now(self, row: Kommune) -> str | None:
        last = max(self.siste_dag, row.gyldig_fra)
        became = self._lineage.forward(row.kommunenr, self._last_day(row), last)
        offices = {self.statsforvalter_for(code[:2], last) for code in became}
        return offices.pop() if len(offices) == 1 else None

    def _came_from(self, row: Kommune) -> list[str]:
        return (
            sorted(self._lineage.predecessors(row.kommunenr, row.gyldig_fra))
            if row.gyldig_fra in self._lineage.days
            else []
        )

    def _became(self, row: Kommune) -> list[str]:
        return sorted(self._lineage.successors(row.kommunenr, row.slutt)) if row.slutt in self._lineage.days else []

    def _known(self, kode: str) -> tuple[Kommune, ...]:
        if kode not in self._rows:
            reason = "a code that is no municipality" if self.er_utenfor(kode) else "an unknown code"
            raise PermanentError(f"found {kode}, {reason}; expected a municipality of the register")
        return self._rows[kode]

    def _day_in_force(self, kode: str, dato: date) -> date:
        rows = self._known(kode)
        if in_force(rows, dato):
            return dato
        later = [row.gyldig_fra for row in rows if row.gyldig_fra > dato]
        return later[0] if later else rows[-1].slutt - DAY

    def _require_covered(self, dato: date) -> None:
        if dato < self.foerste_dag:
            raise PermanentError(
                f"found the date {dato}; expected one from the register's first day, {self.foerste_dag}, on"
            )


def _maate(code: str, kilder: list[str], became: dict[str, frozenset[str]]) -> Maate:
    if any(became[kilde] != {code} for kilde in kilder):
        return "delt"
    if len(kilder) > 1:
        return "sammenslaatt"
    return "uendret" if kilder == [code] else "flyttet"
