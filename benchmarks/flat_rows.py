"""A million flat rows of the export API: the package's reader against one hand-written query over the same files.

Four inputs of invented units, each in a process of its own: every row asked for (the pinned answer) or one in 108 (an
answer with every owner, gender, question and grade), as one file or as compressed pages of 10 000 rows. The package
also refuses what is wrong in each row and reads each different text with the code of the other readers: part of the
ratio is that.

Belongs here: one measurement, printed. Run it with `python -m benchmarks.flat_rows [ROWS] [FOLDER]`; it writes about
2 kB for each row.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.recognise import read_file

if TYPE_CHECKING:
    import duckdb

PAGE = 10_000
# What varies in an answer that was fetched without choosing; in the pinned one every row is the asked combination.
_OWNERS = "['Alle eierformer', 'Offentlig skole', 'Privat eiet']"
_WAYS = {
    "pinned": ("1", "1", "1", "CASE i % 2 WHEN 0 THEN 7 ELSE 10 END", "i // 2"),
    "whole": ("1 + i % 3", "1 + i // 3 % 3", "1 + i // 9 % 4", "5 + i // 36 % 6", "i // 216"),
}
_ROWS = """
SELECT '1' AS SpoersmaalNivaa, 'EUIndeks_1398' AS Spoersmaalgruppekode, 'Mobbing på skolen' AS Spoersmaalgruppe,
  ['EUIndeks_1398', 'EUSpoersmaal_Q1', 'EUSpoersmaal_Q2', 'EUSpoersmaal_Q3'][{question}] AS Spoersmaalkode,
  ['Alle spørsmål', 'Har du blitt mobbet av noen?', 'Hvor ofte?', 'Av hvem?'][{question}] AS Spoersmaalnavn,
  '202412' AS TidID, '2024-25' AS Skoleaarnavn, '2024' AS Skoleaar, 4 AS EnhetNivaa, 'I' AS Nasjonaltkode,
  'Hele landet' AS Nasjonalt, '61' AS Fylkekode, 'Et oppdiktet fylke' AS Fylke,
  CAST(6100 + {unit} % 350 AS VARCHAR) AS Kommunekode, 'Sted nummer ' || {unit} % 350 AS Kommune,
  CAST(100000000 + {unit} AS VARCHAR) AS Organisasjonsnummer, 'Oppdiktet skole ' || {unit} AS EnhetNavn,
  CAST({unit} AS INTEGER) AS EnhetID, CAST({grade} AS VARCHAR) AS TrinnKode, {grade} || '. årstrinn' AS Trinnnavn,
  {owners}[{owner}] AS EierformNavn, CAST({owner} AS VARCHAR) AS EierformKode,
  ['A', 'G', 'J'][{gender}] AS KjoennKode, ['Alle kjønn', 'Gutt', 'Jente'][{gender}] AS Kjoenn,
  CASE WHEN i % 7 = 0 THEN '*' ELSE replace(CAST((i * 37 % 500) / 10.0 AS DECIMAL(4, 1))::VARCHAR, '.', ',') END
    AS AndelMobbet,
  CASE WHEN i % 7 = 0 THEN '*' ELSE CAST(5 + i % 900 AS VARCHAR) END AS AntallBesvart, {filling},
  {page} AS Sidenummer, {of_page} AS RaderSide, {total} AS RaderTotalt
FROM range({first}, {last}) r(i)
"""
_FILLING = ", ".join(f"'En tekst som står i hver rad, nummer {n}' AS Felt{n}" for n in range(16))
_BY_HAND = """
SELECT Skoleaarnavn, EnhetNivaa, Fylkekode, Kommunekode, Organisasjonsnummer, trim(EnhetNavn) AS navn,
  CAST(TrinnKode AS INTEGER) AS trinn, TRY_CAST(replace(AndelMobbet, ',', '.') AS DECIMAL(9, 3)) AS verdi,
  TRY_CAST(AntallBesvart AS INTEGER) AS antall
FROM read_json($files, format = 'array', columns = {{{columns}}})
WHERE Spoersmaalkode = 'EUIndeks_1398' AND EierformNavn = 'Alle eierformer' AND KjoennKode = 'A'
  AND TrinnKode IN ('7', '10')
"""
_COLUMNS = ("Skoleaarnavn", "EnhetNivaa", "Fylkekode", "Kommunekode", "Organisasjonsnummer", "EnhetNavn", "TrinnKode",
            "AndelMobbet", "AntallBesvart", "Spoersmaalkode", "EierformNavn", "KjoennKode")  # fmt: skip


def main() -> None:
    """Write the inputs and print seconds, processor seconds and peak memory of both readers for each of them."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        for way in _WAYS:
            for shape in ("file", "pages"):
                files = _write(Path(folder) / f"{way}-{shape}", way, rows, PAGE if shape == "pages" else rows)
                package, by_hand = (_measured(who, folder, files) for who in ("package", "by_hand"))
                ratio = float(package.split()[1]) / float(by_hand.split()[1])
                sys.stdout.write(f"{rows:,} rows, {way}, {shape}: {package}; {by_hand}; ratio {ratio:.1f}\n")
                sys.stdout.flush()
                for file in files:
                    file.unlink()


def _write(folder: Path, way: str, rows: int, of_page: int) -> list[Path]:
    """The rows as JSON: one file, or gzip files of `of_page` rows as the archive keeps answers."""
    import duckdb

    folder.mkdir()
    owner, gender, question, grade, unit = _WAYS[way]
    files = []
    with duckdb.connect() as connection:
        for page, first in enumerate(range(0, rows, of_page), start=1):
            files.append(folder / (f"{page}.json" if of_page == rows else f"{page}.json.gz"))
            query = _ROWS.format(
                owner=owner, gender=gender, question=question, grade=grade, unit=unit, owners=_OWNERS, filling=_FILLING,
                first=first, last=min(first + of_page, rows), page=page, of_page=of_page, total=rows,
            )  # fmt: skip
            connection.execute(f"COPY ({query}) TO '{files[-1]}' (FORMAT json, ARRAY true)")
    return files


def _measured(who: str, folder: str, files: Sequence[Path]) -> str:
    listed = Path(folder) / "files.txt"
    listed.write_text("\n".join(map(str, files)), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.flat_rows", who, str(listed)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 (ourselves)


def child() -> None:
    """Read the listed files as one of the two and print what it took."""
    who, listed = sys.argv[1], Path(sys.argv[2])
    files = [Path(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as spill, open_engine(Path(spill)) as engine:
        kept = (_package if who == "package" else _by_hand)(engine.connection, files)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(
        f"{who} {seconds:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of processor, peak "
        f"{used.ru_maxrss / 1024:.0f} MB, {kept:,} figures)"
    )


def _package(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> int:
    parsed = [read_file(file, file.name, connection, default_catalog()) for file in files]
    return sum(each.figures.num_rows for each in parsed if hasattr(each, "figures"))


def _by_hand(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> int:
    query = _BY_HAND.format(columns=", ".join(f"{name}: 'VARCHAR'" for name in _COLUMNS))
    return int(connection.execute(query, {"files": [str(file) for file in files]}).to_arrow_table().num_rows)


if __name__ == "__main__":
    child() if sys.argv[1:2] in (["package"], ["by_hand"]) else main()
