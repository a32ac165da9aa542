"""What the report of the checks shows, put together from outcomes: of a release, or of an audit that stopped a run.

Belongs here: the typed model of the page and its two builders, both pure. Does not belong here: reading the releases
(`kontrollhistorikk`), or how the page looks (`kontrollside`).

A table that is divided (by school year, for example) has every check once for each part, with the part in parentheses
in the check's name. The report shows the check once, and the parts where their outcomes differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from oppfolging_pipeline.core.outcome import Outcome
from oppfolging_pipeline.publish.manifest import ReleaseRecord
from oppfolging_pipeline.tables.model import all_tables

_PART = re.compile(r"(?P<name>.+) \((?P<part>[^()]+)\)")


class Dom(IntEnum):
    """A verdict; the worst is the highest. The last two stand in the history alone."""

    BESTAATT = 0
    VARSEL = 1
    FEILET = 2
    IKKE_KJOERT = 3
    IKKE_LESBAR = 4


@dataclass(frozen=True)
class CheckedRelease:
    """A release that is kept, with the outcomes of its checks: None when its file cannot be read. `foran`: what it says
    of itself first (`rules.merking`)."""

    record: ReleaseRecord
    utfall: tuple[Outcome, ...] | None
    foran: str = ""


@dataclass(frozen=True)
class Funn:
    """One outcome that all of `deler` have in common (no part: the table is not divided)."""

    dom: Dom
    deler: tuple[str, ...]
    antall_avvik: int | None
    avvik: tuple[str, ...]
    veiledning: str


@dataclass(frozen=True)
class Merke:
    """The verdict that a check had in one release."""

    versjon: int
    dom: Dom


@dataclass(frozen=True)
class Kontroll:
    """One check of a table, in all its parts. `varighet` in seconds; `historikk` oldest first."""

    navn: str
    kritisk: bool
    funn: tuple[Funn, ...]
    varighet: float
    historikk: tuple[Merke, ...]

    @property
    def dom(self) -> Dom:
        """The worst verdict of its parts."""
        return max(one.dom for one in self.funn)


@dataclass(frozen=True)
class Tabell:
    """A table with its checks. `tekst` is that of its declaration."""

    key: str
    navn: str
    tekst: str
    kontroller: tuple[Kontroll, ...]

    def antall(self, dom: Dom) -> int:
        """How many of its checks have that verdict."""
        return sum(kontroll.dom == dom for kontroll in self.kontroller)

    @property
    def varighet(self) -> float:
        """Seconds that its checks took."""
        return sum(kontroll.varighet for kontroll in self.kontroller)


@dataclass(frozen=True)
class Borte:
    """A check that the release before had, and that was not run now."""

    tabell: str
    navn: str
    kontroll: str


@dataclass(frozen=True)
class Utgivelse:
    """A release of the history: its checks by verdict, None when its file cannot be read."""

    record: ReleaseRecord
    antall: Mapping[Dom, int] | None


@dataclass(frozen=True)
class Kontrollrapport:
    """What the page shows. Exactly one of `utgivelse` (a release) and `kjoering` (a run that was stopped) is given.

    `borte` are of the tables that the report is about. `utfall` counts each part of a table by itself. `foran` is what
    stands before anything else: that figures are invented, or results not of the scheme's own set.
    """

    tidspunkt: datetime
    utgivelse: ReleaseRecord | None
    kjoering: str | None
    tabeller: tuple[Tabell, ...]
    borte: tuple[Borte, ...]
    historikk: tuple[Utgivelse, ...]
    utfall: int
    merknad: str | None = None
    foran: str = ""

    def antall(self, dom: Dom) -> int:
        """How many checks have that verdict."""
        return sum(tabell.antall(dom) for tabell in self.tabeller)

    @property
    def kontroller(self) -> int:
        """How many checks there are; one for all parts of a table."""
        return sum(len(tabell.kontroller) for tabell in self.tabeller)


Key = tuple[str, str]


def report_of_release(releases: Sequence[CheckedRelease]) -> Kontrollrapport:
    """The report of the last of `releases` (oldest first), with all of them as its history.

    Raises `ValueError` when there is none, or when the last has no outcomes.
    """
    if not releases or not releases[-1].utfall:
        raise ValueError("releases: found no outcome of the newest release; expected those of its checks")
    newest = releases[-1]
    tabeller = _tables(newest.utfall or (), releases)
    return Kontrollrapport(
        tidspunkt=newest.record.opprettet,
        utgivelse=newest.record,
        kjoering=None,
        tabeller=tabeller,
        borte=_gone(newest.utfall or (), releases[:-1]),
        historikk=tuple(_counted(release) for release in releases),
        utfall=len(newest.utfall or ()),
        merknad=newest.record.merknad,
        foran=newest.foran,
    )


def report_of_failed_audit(
    utfall: Sequence[Outcome],
    kjoering: str,
    tidspunkt: datetime,
    releases: Sequence[CheckedRelease] = (),
    merknad: str | None = None,
    foran: str = "",
) -> Kontrollrapport:
    """The report of an audit that stopped the run `kjoering` at `tidspunkt`; `releases` (oldest first) are its history.

    `merknad` says why no check could be run, `foran` what the audited is not. Raises `ValueError` when there is neither
    an outcome nor that.
    """
    if not utfall and not merknad:
        raise ValueError("utfall: found no outcome; expected those of the audit, or why there is none")
    tabeller = _tables(utfall, releases)
    audited = {one.tabell for one in utfall}
    return Kontrollrapport(
        tidspunkt=tidspunkt,
        utgivelse=None,
        kjoering=kjoering,
        tabeller=tabeller,
        borte=tuple(one for one in _gone(utfall, releases) if one.tabell in audited),
        historikk=tuple(_counted(release) for release in releases),
        utfall=len(utfall),
        merknad=merknad,
        foran=foran,
    )


def _tables(utfall: Sequence[Outcome], history: Sequence[CheckedRelease]) -> tuple[Tabell, ...]:
    """The tables in declared order, each with its checks as they come."""
    verdicts = [(release.record.versjon, _verdicts(release)) for release in history]
    checks: dict[str, list[Kontroll]] = {}
    for (table, name), outcomes in _grouped(utfall).items():
        marks = tuple(
            Merke(version, Dom.IKKE_LESBAR if known is None else known.get((table, name), Dom.IKKE_KJOERT))
            for version, known in verdicts
        )
        checks.setdefault(table, []).append(_check(name, outcomes, marks))
    declared = all_tables()
    order = [key for key in declared if key in checks] + [key for key in checks if key not in declared]
    return tuple(
        Tabell(key, _name(key), declared[key].text if key in declared else "", tuple(checks[key])) for key in order
    )


def _gone(utfall: Sequence[Outcome], before: Sequence[CheckedRelease]) -> tuple[Borte, ...]:
    """What the last release that can be read had, and `utfall` has not."""
    now = _grouped(utfall)
    last: Mapping[Key, Dom] = next((known for release in reversed(before) if (known := _verdicts(release))), {})
    return tuple(Borte(table, _name(table), name) for table, name in last if (table, name) not in now)


def _name(table: str) -> str:
    declared = all_tables()
    return declared[table].qualified_name if table in declared else table


def _grouped(utfall: Iterable[Outcome]) -> dict[Key, list[tuple[str | None, Outcome]]]:
    """Outcomes by table and check, each with its part."""
    grouped: dict[Key, list[tuple[str | None, Outcome]]] = {}
    for one in utfall:
        divided = _PART.fullmatch(one.kontroll)
        name, part = (divided["name"], divided["part"]) if divided else (one.kontroll, None)
        grouped.setdefault((one.tabell, name), []).append((part, one))
    return grouped


def _verdicts(release: CheckedRelease) -> dict[Key, Dom] | None:
    if release.utfall is None:
        return None
    return {key: max(_verdict(one) for _, one in outcomes) for key, outcomes in _grouped(release.utfall).items()}


def _counted(release: CheckedRelease) -> Utgivelse:
    verdicts = _verdicts(release)
    if verdicts is None:
        return Utgivelse(release.record, None)
    given = list(verdicts.values())
    return Utgivelse(release.record, {dom: given.count(dom) for dom in (Dom.BESTAATT, Dom.VARSEL, Dom.FEILET)})


def _check(name: str, outcomes: Sequence[tuple[str | None, Outcome]], marks: tuple[Merke, ...]) -> Kontroll:
    found: dict[Funn, list[str]] = {}
    for part, one in outcomes:
        alike = Funn(_verdict(one), (), one.antall_avvik, one.avvik, one.veiledning)
        found.setdefault(alike, []).extend([part] if part else [])
    funn = [
        Funn(alike.dom, tuple(parts), alike.antall_avvik, alike.avvik, alike.veiledning)
        for alike, parts in found.items()
    ]
    return Kontroll(
        navn=name,
        kritisk=any(one.alvorlighet == "kritisk" for _, one in outcomes),
        funn=tuple(sorted(funn, key=lambda one: -one.dom)),
        # Parts that were audited together carry the same measured time, to the last digit: it is counted once.
        varighet=sum({one.varighet for _, one in outcomes}),
        historikk=marks,
    )


def _verdict(one: Outcome) -> Dom:
    if one.passed:
        return Dom.BESTAATT
    return Dom.FEILET if one.alvorlighet == "kritisk" else Dom.VARSEL
