"""Whether a register is sound: every fault that makes its answers wrong, as findings.

Belongs here: what must hold across rows. Does not belong here: the shape of a single row (`rows`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.register import names as spelling
from oppfolging_pipeline.register.facts import Embete, Endring, Fylke, Kommune, Utenfor, Validity
from oppfolging_pipeline.register.lineage import DAY, Lineage, in_force

_SAME_DAY = "Use a list of codes and a list of changes from KLASS that were retrieved on the same day."
_COUNTIES = "Add the county to the list of counties (KLASS 104)."


def names(kommuner: Iterable[Kommune], fylker: Iterable[Fylke], embeter: Iterable[Embete]) -> Iterator[Finding]:
    """A municipality, a county or an office with a name that can be none, wherever it came from."""
    named = {
        **{f"kommune {one.kommunenr} {one.gyldig_fra}": one.navn for one in kommuner},
        **{f"fylke {one.fylkesnr} {one.gyldig_fra}": one.navn for one in fylker},
        **{f"statsforvalter i fylke {one.fylkesnr} {one.gyldig_fra}": one.statsforvalter for one in embeter},
    }
    for key, name in named.items():
        if why := spelling.fault(name):
            yield Finding(
                key=key,
                found=f"the name '{spelling.visible(name)}', with {why}",
                expected=spelling.NAME,
                action=spelling.ACTION,
            )


def validities(rows: Mapping[str, Sequence[Validity]], what: str) -> Iterator[Finding]:
    """A validity that ends before it starts, and two validities of one code that overlap."""
    for code, periods in rows.items():
        for period in periods:
            if period.slutt <= period.gyldig_fra:
                yield Finding(
                    key=f"{what} {code} {period.gyldig_fra}",
                    found=f"a validity that ends on {period.gyldig_til}",
                    expected="an end after the start",
                    action="Correct the dates.",
                )
        for earlier, later in pairwise(periods):
            if later.gyldig_fra < earlier.slutt:
                yield Finding(
                    key=f"{what} {code} {later.gyldig_fra}",
                    found=f"a validity that overlaps the one from {earlier.gyldig_fra} to {earlier.slutt}",
                    expected="one meaning of a code on any one day",
                    action="Correct the dates.",
                )


def municipalities(
    rows: Mapping[str, Sequence[Kommune]],
    fylker: Mapping[str, Sequence[Fylke]],
    utenfor: Sequence[Utenfor],
    start: date,
) -> Iterator[Finding]:
    """No municipality at all, a code that is none, and days on which a municipality has no county."""
    if not rows:
        yield Finding(
            found="no municipality", expected=f"municipalities in force on or after {start}", action="Add them."
        )
    homeless: dict[tuple[str, date], list[str]] = defaultdict(list)
    for code, periods in rows.items():
        if any(pattern.treffer(code) for pattern in utenfor):
            yield Finding(
                key=f"kommune {code}",
                found="a code that is no municipality",
                expected="no code of Svalbard, abroad or unknown",
                action="Leave it out.",
            )
        for period in periods:
            for day in _without_county(fylker.get(code[:2], ()), max(period.gyldig_fra, start), period.slutt):
                homeless[code[:2], day].append(code)
    for (fylkesnr, day), codes in sorted(homeless.items()):
        listed = ", ".join(codes[:5]) + (", …" if len(codes) > 5 else "")
        yield Finding(
            key=f"fylke {fylkesnr}",
            found=f"no county {fylkesnr} in force on {day} for {len(codes)} of its municipalities ({listed})",
            expected="a county for every day of a municipality",
            action=_COUNTIES,
        )


def _without_county(periods: Sequence[Fylke], day: date, end: date) -> Iterator[date]:
    for period in periods:
        if period.gyldig_fra <= day < period.slutt:
            day = period.slutt
    if day < end:
        yield day


def changes(rows: Mapping[str, Sequence[Kommune]], endringer: Iterable[Endring]) -> Iterator[Finding]:
    """A change from a code that was not in force the day before, or to one that is not in force on the day; and one
    between two municipalities of which a validity runs on over the day.

    KLASS ends the validity of who gives a part away and begins one of who takes it, also when the number is kept (so it
    does in all of its changes since 1838). With a validity that runs on, the table `kommune` would not tell the day of
    the change, and would be read in two ways.
    """
    for endring in endringer:
        ends = ((endring.fra, endring.dato - DAY), (endring.til, endring.dato))
        unknown = [(code, day) for code, day in ends if in_force(rows.get(code, ()), day) is None]
        for code, day in unknown:
            yield Finding(
                key=f"endring {endring}",
                found=f"{code}, which is not in force on {day}",
                expected="a municipality in force",
                action=_SAME_DAY,
            )
        for code in () if unknown else _that_run_on(rows, endring):
            yield Finding(
                key=f"endring {endring}",
                found=f"a validity of {code} that runs on over the change",
                expected="one that ends and one that begins on that day, also where the number is kept",
                action="Divide the validity in the list of codes at the day of the change, as KLASS does.",
            )


def _that_run_on(rows: Mapping[str, Sequence[Kommune]], endring: Endring) -> list[str]:
    """Those of the two municipalities whose validity holds the day before the change and the day of it."""
    if endring.fra == endring.til:
        return []
    days = (endring.dato - DAY, endring.dato)
    both = {code: [in_force(rows[code], day) for day in days] for code in (endring.fra, endring.til)}
    return [code for code, (before, after) in both.items() if before is not None and before is after]


def loose_ends(rows: Mapping[str, Sequence[Kommune]], lineage: Lineage, start: date) -> Iterator[Finding]:
    """A municipality that ends without becoming another, or starts without having been one: figures would vanish."""
    for code, periods in rows.items():
        for period in periods:
            end = period.gyldig_til
            if end is not None and end > start and not lineage.successors(code, end):
                yield Finding(
                    key=f"kommune {code} {period.gyldig_fra}",
                    found=f"an end on {end} with no change that says what it became",
                    expected="a change from it on that day",
                    action=_SAME_DAY,
                )
            if period.gyldig_fra > start and not lineage.predecessors(code, period.gyldig_fra):
                yield Finding(
                    key=f"kommune {code} {period.gyldig_fra}",
                    found="a start with no change that says what it was before",
                    expected="a change to it on that day",
                    action=_SAME_DAY,
                )


def offices(embeter: Sequence[Embete], fylker: Mapping[str, Sequence[Fylke]]) -> Iterator[Finding]:
    """A county that is unknown, has two offices on one day, or is in force and has none."""
    of_county: dict[str, list[Embete]] = defaultdict(list)
    for embete in sorted(embeter, key=lambda one: one.gyldig_fra):
        if embete.fylkesnr not in fylker:
            yield Finding(
                key=f"statsforvalter {embete.statsforvalter}",
                found=f"county {embete.fylkesnr}, which is not in the register",
                expected="a known county",
                action=_COUNTIES,
            )
        of_county[embete.fylkesnr].append(embete)
    yield from validities(of_county, "statsforvalter i fylke")
    for fylkesnr, periods in fylker.items():
        offices_of = of_county[fylkesnr]
        if periods[-1].gyldig_til is None and not (offices_of and offices_of[-1].gyldig_til is None):
            yield Finding(
                key=f"fylke {fylkesnr}",
                found="no statsforvalter",
                expected="one office for each county in force",
                action="Add a file with the columns statsforvalter and fylkesnr that holds every county in force.",
            )
