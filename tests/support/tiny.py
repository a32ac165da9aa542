"""A tiny invented country: an inbox of national tests in Udir's csv and of register files in KLASS's shape.

Belongs here: five municipalities, twelve schools and their figures. Does not belong here: what comes of them (the tests
say that), or any real code: codes begin at 61 and organisation numbers with 1.

6203 and 6204 merge into 6205 on 1 January 2024. The figures are a plain formula; one school has shielded cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oppfolging_pipeline.core.skoleaar import start_year

SKOLEAAR = ("2022-23", "2023-24", "2024-25")
FYLKER = {"61": "Lurfylket", "62": "Skrattfylket"}
KOMMUNER = {
    "6101": "Krattvik",
    "6102": "Nupelo",
    "6201": "Tustmark",
    "6202": "Fjomsund",
    "6205": "Slengvær",
}
MERGED = {"6203": "Slengen", "6204": "Ytre Vær"}
MERGER = "2024-01-01"
PROVER = (("Lesing", 5), ("Regning", 5), ("Lesing", 8), ("Regning", 8))
HEADING = (
    "EnhetNivaa", "Nasjonaltkode", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "Nasjonalt", "Fylke", "Kommune",
    "EnhetNavn",
)  # fmt: skip


@dataclass(frozen=True)
class Skole:
    """A school with grades 5 and 8; `nivaa` is how far its figures are from 50; `foer` its code before the merger."""

    orgnr: str
    kommunenr: str
    nivaa: int
    elever: int
    foer: str = ""

    def code(self, skoleaar: str) -> str:
        """The municipality code that the school's figures of that autumn stand with."""
        return self.foer if self.foer and f"{start_year(skoleaar)}-10-01" < MERGER else self.kommunenr


SKOLER = (
    Skole("100000001", "6101", 6, 40),
    Skole("100000002", "6101", 4, 30),
    Skole("100000003", "6101", 5, 20),
    Skole("100000004", "6102", 1, 25),
    Skole("100000005", "6102", -2, 25),
    Skole("100000006", "6201", -7, 30),
    Skole("100000007", "6201", 3, 30),
    Skole("100000008", "6201", -3, 10),
    Skole("100000009", "6202", -9, 15),
    Skole("100000010", "6202", -8, 15),
    Skole("100000011", "6205", -4, 20, foer="6203"),
    Skole("100000012", "6205", 0, 20, foer="6204"),
)
SHIELDED = "100000008"


def write_tiny(folder: Path, skoleaar: Sequence[str] = SKOLEAAR, *, forelopig: Sequence[str] = ()) -> Path:
    """The inbox: two csv files for each school year, those in `forelopig` marked as preliminary, and the register."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (register_files() | test_files(skoleaar, forelopig)).items():
        (folder / name).write_bytes(content)
    return folder


def test_files(skoleaar: Sequence[str] = SKOLEAAR, forelopig: Sequence[str] = ()) -> dict[str, bytes]:
    """Name → bytes of the national tests: UTF-16 little endian without BOM, `sep=` first, tabs, LF."""
    return {
        f"{aar}_trinn_{trinn}.csv": encoded(national_tests(aar, trinn, preliminary=aar in forelopig))
        for aar in skoleaar
        for trinn in (5, 8)
    }


test_files.__test__ = False  # type: ignore[attr-defined]  # no test, whatever pytest makes of its name


def encoded(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows in the bytes of Udir's download."""
    lines = ["sep=\t", *("\t".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode("utf-16-le")


def national_tests(skoleaar: str, trinn: int, *, preliminary: bool = False) -> list[list[str]]:
    """Heading and rows of one file."""
    prover = [prove for prove, grade in PROVER if grade == trinn]
    name = f"Foreløpige tall {skoleaar}" if preliminary else skoleaar
    columns = [
        f"{name}.{prove}.{trinn}. årstrinn.Alle eierformer.Alle kjønn.{measure}"
        for prove in prover
        for measure in ("Skalapoeng", "Usikkerhet", "Antall elever deltatt")
    ]
    rows = [[*HEADING, *columns]]
    everyone = list(SKOLER)
    rows.append(_row("1", "00", "0000", "I", "Alle skoler", everyone, prover, skoleaar))
    for fylke in FYLKER:
        of_fylke = [skole for skole in everyone if skole.kommunenr[:2] == fylke]
        rows.append(_row("2", fylke, "0000", fylke, "Alle skoler", of_fylke, prover, skoleaar))
        for code in sorted({skole.code(skoleaar) for skole in of_fylke}):
            of_code = [skole for skole in of_fylke if skole.code(skoleaar) == code]
            rows.append(_row("3", fylke, code, code, "Alle skoler", of_code, prover, skoleaar))
            rows += [_row("4", fylke, code, s.orgnr, f"Skole {s.orgnr[-2:]}", [s], prover, skoleaar) for s in of_code]
    return rows


def _row(
    nivaa: str, fylke: str, code: str, unit: str, name: str, skoler: Sequence[Skole], prover: list[str], skoleaar: str
) -> list[str]:
    kommune = {**KOMMUNER, **MERGED}.get(code, "Alle kommuner")
    cells = []
    for position, prove in enumerate(prover):
        if unit == SHIELDED and prove == "Regning":
            cells += ["*", "*", "*"]
            continue
        pupils = sum(skole.elever for skole in skoler)
        total = sum(skole.elever * (50 + skole.nivaa + (start_year(skoleaar) + position) % 2) for skole in skoler)
        cells += [str((2 * total + pupils) // (2 * pupils)), "1,0", str(pupils)]
    return [nivaa, "I", fylke, code, unit, "Hele landet", FYLKER.get(fylke, "Alle fylker"), kommune, name, *cells]


def register_files() -> dict[str, bytes]:
    """Name → bytes of the register: codes, changes, counties and statsforvaltere."""
    codes = [
        *((code, name, MERGER if code == "6205" else "2015-01-01", "") for code, name in KOMMUNER.items()),
        *((code, name, "2015-01-01", MERGER) for code, name in MERGED.items()),
    ]
    return {
        "koder.csv": _csv(("code", "name", "validFrom", "validTo"), codes),
        "endringer.csv": _csv(
            ("changeOccurred", "oldCode", "oldName", "newCode", "newName"),
            [(MERGER, code, name, "6205", KOMMUNER["6205"]) for code, name in MERGED.items()],
        ),
        "fylker.csv": _csv(
            ("code", "name", "validFrom", "validTo"), [(code, name, "2015-01-01", "") for code, name in FYLKER.items()]
        ),
        "statsforvaltere.csv": _csv(
            ("statsforvalter", "fylkesnr"), [(f"Embetet i {name}", code) for code, name in FYLKER.items()]
        ),
    }


def _csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(f"{','.join(row)}\n" for row in (heading, *rows)).encode()
