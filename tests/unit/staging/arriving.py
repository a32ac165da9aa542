"""A home of the tiny country that a unit arrives in, as the answers of a fetch do.

Belongs here: answers of a year and of the register, and the home. Does not belong here: assertions.
"""

from __future__ import annotations

from decimal import Decimal

from oppfolging_pipeline.engine import Engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.sources.archive import Archive
from oppfolging_pipeline.sources.asking import Answer
from oppfolging_pipeline.sources.evidence import Evidence
from oppfolging_pipeline.sources.fetching import Arrival
from oppfolging_pipeline.sources.live import live
from oppfolging_pipeline.staging.arrival import Reception
from oppfolging_pipeline.staging.intake import read_intake
from tests.support.report import pivot
from tests.support.tiny import FYLKER, KOMMUNER, SKOLER, register_files
from tests.unit.staging.fetched import DAY, GS, NOON, Fetches

YEAR, BEFORE = "2024-25", "2023-24"
Units = list[tuple[str, str, str]]


def units() -> Units:
    """(path, code, name) of the tiny country after its merger."""
    found = [("1", "I", "Hele landet")]
    for fylke, name in FYLKER.items():
        found.append((f"1.{fylke}", fylke, name))
        for code in (code for code in KOMMUNER if code[:2] == fylke):
            found.append((f"1.{fylke}.{code}", code, KOMMUNER[code]))
            schools = [skole.orgnr for skole in SKOLER if skole.kommunenr == code]
            found += [(f"1.{fylke}.{code}.{orgnr}", orgnr, "Skolen") for orgnr in schools]
    return found


def pupils(code: str) -> int:
    return sum(skole.elever for skole in SKOLER if code in ("I", skole.kommunenr[:2], skole.kommunenr, skole.orgnr))


def marks(skoleaar: str = YEAR, figure: str = "42,1", shown: Units | None = None, shielded: int = 0) -> bytes:
    """Grunnskolepoeng of the country; the last `shielded` schools have theirs hidden."""
    columns = [(skoleaar, "Alle eierformer", "Begge kjønn", name) for name in ("Grunnskolepoeng", "Antall elever")]
    hidden = {skole.orgnr for skole in SKOLER[len(SKOLER) - shielded :]}
    rows = [
        {"navn": name, "kode": code, "id": path,
         "data": ["*", "*"] if code in hidden else [figure, str(pupils(code)) if figure else ""]}
        for path, code, name in shown or units()
    ]  # fmt: skip
    return pivot(columns, rows)


class Home:
    """A home with the tiny country's register in force: the first one of a home says which country it is of."""

    corrections = Rettelsesliste()

    def __init__(self, archive: Archive, engine: Engine) -> None:
        self.archive, self.engine = archive, engine
        self.fetches = Fetches(archive)
        self.now = NOON
        self.reception().register(klass(self, register_files()))

    def reception(self) -> Reception:
        limits = live().endring_fra_aaret_for
        evidence = Evidence(self.archive)
        catalog, corrections, connection = default_catalog(), self.corrections, self.engine.connection
        return Reception(self.archive, evidence, connection, catalog, limits, corrections, lambda: self.now)

    def arrive(self, content: bytes, skoleaar: str = YEAR) -> Arrival:
        """The year arrives in one answer, a day after what arrived before."""
        self.now += DAY
        answer = self.fetches.answer(f"{GS}/{skoleaar}/GSK_GSPoeng.json", content, GS, self.now)
        return self.reception().figures(GS, skoleaar, [answer])

    def figures(self, known_at: object = None) -> set[Decimal]:
        """The figures in force, or those that were by then."""
        intake = self.archive.renew(self.now + 100 * DAY, known_at)  # type: ignore[arg-type]
        content = read_intake(intake, self.engine.connection, default_catalog())
        newest = max(content.figures, key=lambda one: one.intake)
        return {value for value in newest.parsed.figures["verdi"].to_pylist() if value is not None}

    def periods(self) -> list[str]:
        return sorted(one.period for one in self.archive.readings().values() if one.period)


def klass(home: Home, files: dict[str, bytes]) -> list[Answer]:
    return [home.fetches.answer(name, content, "klass", home.now) for name, content in files.items()]


def without(*starts: str) -> dict[str, bytes]:
    """The register's lists without the rows that begin so."""
    files = register_files()
    for start in starts:
        (file,) = (file for file, content in files.items() if f"\n{start}".encode() in content)
        rows = files[file].decode().splitlines(keepends=True)
        files[file] = "".join(row for row in rows if not row.startswith(start)).encode()
    return files
