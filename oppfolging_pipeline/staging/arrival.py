"""From answers to an accepted intake: a unit of a fetch is read and judged with the same code as files from an inbox.

Belongs here: reading a unit, looking for drift in its figures, and taking it into use. Does not belong here: asking for
it (`sources.fetching`), or what is wrong between its rows (`observasjon`, `completeness`).

A source's school year stands by itself: nothing in it depends on another source or year, so what is accepted here does
not fail a later run. Whether a rule set's window is whole is asked there, and so is whether the source still says what
a correction expects: a year in which it has mended a known error is taken into use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.clock import date_in_norway
from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.core.files import read_content
from oppfolging_pipeline.core.skoleaar import from_start_year, start_year
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.register.reference import carried_register
from oppfolging_pipeline.rules.behov import Behov, every_cell
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources import klass_files
from oppfolging_pipeline.sources.answer_shape import ASK_AGAIN
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.archived import Reading
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.drift import Drift, DriftCollector, DriftError
from oppfolging_pipeline.sources.drift_figures import compare, figures_of_year, missing_cells
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import REGISTER, WHOLE, Arrival
from oppfolging_pipeline.sources.live import YearOnYear
from oppfolging_pipeline.sources.parsed import ParsedFile
from oppfolging_pipeline.sources.pivot_file import PIVOT
from oppfolging_pipeline.sources.recognise import read_file
from oppfolging_pipeline.staging import intake, observasjon, rettelser
from oppfolging_pipeline.staging.land import origin_of, same_country
from oppfolging_pipeline.staging.observasjon import FileFigures
from oppfolging_pipeline.staging.register_lists import RegisterList, register_of

if TYPE_CHECKING:
    import duckdb

_NAMED = 8  # of what is missing, in a message
_FETCH_BOTH = "Fetch again, the register (klass) too; if it stays so, the source has changed or is not whole."


@dataclass(frozen=True)
class Reception:
    """Takes units into use: the `Arrive` of a fetch."""

    archive: Archive
    evidence: Evidence
    connection: duckdb.DuckDBPyConnection
    catalog: Catalog
    limits: YearOnYear
    corrections: Rettelsesliste
    now: Callable[[], datetime]
    needed: Behov | None = None  # what a year may be refused for; None: all of the catalogue

    def figures(self, kilde: str, skoleaar: str, answers: Sequence[Answer]) -> Arrival:
        """Read a school year of a source and accept it.

        Raises `DriftError` with what has moved, or with everything that makes the year not whole.
        """
        every = [(answer, self._read(answer)) for answer in answers]
        # An answer of what nobody needs, of which nothing can be used, is no part of what is taken into use.
        files = [(answer, content) for answer, content in every if content.figures.num_rows]
        parsed = [content for _, content in files]
        register = self._register()
        self._expect_country(parsed, register)
        found = DriftCollector()
        found.drifts.extend(self._moved(kilde, skoleaar, parsed))
        found.raise_if_critical()
        figures = [FileFigures(content, answer.sha256, answer.ask.name) for answer, content in files]
        try:
            known = rettelser.in_force(self.corrections, register, date_in_norway(self.now()))
            counts = observasjon.combine(
                figures,
                register,
                self.catalog,
                self.connection,
                known,
                overtaken_stop=False,
                needed=self.needed,
            )
        except InvalidInput as invalid:
            raise DriftError(
                Drift("kritisk", "ufullstendig", replace(finding, action=_FETCH_BOTH)) for finding in invalid.findings
            ) from invalid
        finally:
            self.connection.execute("DROP TABLE IF EXISTS observasjon")
        readings = [intake.reading(answer.sha256, content) for answer, content in files]
        intake_id = self._accept(kilde, skoleaar, [answer for answer, _ in files], readings, register)
        self.evidence.remember_year(kilde, skoleaar, figures_of_year(parsed, self.needed), intake_id)
        for answer, content in every:
            for finding in content.left_out if content.kind != PIVOT else ():  # of those the client has told
                found.warn("svar_som_ikke_kan_leses", finding, answer.sha256)
        for finding in counts.left_out:
            found.warn("ufullstendig", finding)
        return Arrival(intake_id, sum(content.rows for content in parsed), found.warnings)

    def register(self, answers: Sequence[Answer]) -> Arrival:
        """Read the register's lists, put them together, and accept them. Raises `InvalidInput`."""
        parsed = [(answer, klass_files.parse(read_content(answer.path), answer.ask.name)) for answer in answers]
        register = register_of([RegisterList(answer.ask.name, content) for answer, content in parsed])
        self._expect_successor(register, answers)
        readings = [
            Reading(answer.sha256, content.kind, "register", None, len(content.rows)) for answer, content in parsed
        ]
        return Arrival(
            self._accept(REGISTER, WHOLE, answers, readings, register), sum(len(content.rows) for _, content in parsed)
        )

    def _read(self, answer: Answer) -> ParsedFile:
        try:
            content = read_file(answer.path, answer.ask.name, self.connection, self.catalog, self.needed)
        except DriftError:
            raise
        except InvalidInput as invalid:
            raise DriftError(
                Drift("kritisk", "overskrift_uleselig", replace(finding, action=ASK_AGAIN), answer.sha256)
                for finding in invalid.findings
            ) from invalid
        if isinstance(content, ParsedFile):
            return content
        found = f"a list of the register ({content.kind})"
        finding = Finding(file=answer.ask.name, found=found, expected="figures", action=ASK_AGAIN)
        raise DriftError([Drift("kritisk", "svar_som_ikke_kan_leses", finding, answer.sha256)])

    def _moved(self, kilde: str, skoleaar: str, parsed: Sequence[ParsedFile]) -> list[Drift]:
        expected = sorted(cell for cell in every_cell(self.catalog) if self.catalog.indikatorer[cell[0]].kilde == kilde)
        before = from_start_year(start_year(skoleaar) - 1)
        now = figures_of_year(parsed, self.needed)
        found = missing_cells(parsed, expected, self.needed)
        for year, name in ((before, before), (skoleaar, f"{skoleaar} as it was last fetched")):
            known = self.evidence.year_figures(kilde, year)
            found += compare(kilde, skoleaar, now, None if known is None else (name, known), self.limits)
        return found

    def _register(self) -> Register:
        accepted = self.archive.everything()
        return carried_register() if accepted is None else intake.read_register(accepted)

    def _expect_country(self, parsed: Sequence[ParsedFile], register: Register) -> None:
        """Raises `PermanentError` for figures of another country than the register that they are to be read against."""
        import pyarrow.compute as pc

        outside = {None, *(pattern.moenster[:2] for pattern in register.utenfor)}
        found = {code for one in parsed for code in pc.unique(one.figures["fylkesnr"]).to_pylist()} - outside
        if found and not any(map(register.kjent_fylke, found)):
            raise PermanentError(
                f"home {self.archive.root.parent}: found figures of the counties {', '.join(sorted(found)[:_NAMED])}; "
                f"expected those of the register that they are read against ({_counties(register)}). Real figures and "
                f"those of an invented country never mix: use another --home, and fetch {REGISTER} first."
            )

    def _expect_successor(self, register: Register, answers: Sequence[Answer]) -> None:
        """Raises `DriftError` for a municipality that was in force and is gone without a change, and for a change that
        was known and is not there: a list with rows cut off looks whole."""
        self.archive.expect_origin(origin_of(register))
        before, day = self._register(), date_in_norway(self.now())
        if not same_country(register, before):
            if self.archive.everything() is None:
                return  # the first register of a home says which country it is of
            raise PermanentError(
                f"home {self.archive.root.parent}: found the register of another country ({_counties(register)}); "
                f"expected that of what is in the archive ({_counties(before)}). The two never mix: use another --home."
            )
        went = {change.fra for change in register.endringer}
        gone = set(before.gjeldende(day)) - set(register.gjeldende(day)) - went
        forgotten = set(before.endringer) - set(register.endringer)
        shown = tuple(answer.sha256 for answer in answers)
        found = DriftCollector()
        for what, missing in (("municipalities in force", gone), ("changes", {str(one) for one in forgotten})):
            if missing:
                finding = Finding(
                    found=f"no longer {', '.join(sorted(missing)[:_NAMED])} ({len(missing)} in all)",
                    expected=f"the {what} of the register so far, or a change that ends them",
                    action=ASK_AGAIN,
                    key=REGISTER,
                )
                found.critical("register_mangler", finding, None, shown)
        found.raise_if_critical()

    def _accept(
        self, kilde: str, skoleaar: str, answers: Sequence[Answer], readings: Sequence[Reading], register: Register
    ) -> int | None:
        """A new intake in force, or None when these contents are what the source gave last and still are in force."""
        names = {answer.sha256: answer.ask.name for answer in answers}
        if self.evidence.is_in_force(kilde, skoleaar, set(names)):
            return None
        taken = self.archive.register_fetched(names, origin_of(register), self.now())
        self.archive.accept(taken, readings)
        return taken.id


def _counties(register: Register) -> str:
    codes = list(dict.fromkeys(fylke.fylkesnr for fylke in register.fylker))
    return f"counties {', '.join(codes[:_NAMED])}" + (" …" if len(codes) > _NAMED else "")
