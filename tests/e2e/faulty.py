"""Inboxes that must be refused: each file with a fault of its own.

Belongs here: the files. Does not belong here: what is said of them (the tests).
"""

from __future__ import annotations

from pathlib import Path

from tests.support.tiny import encoded, national_tests, test_files, write_tiny

SKALAPOENG = "2024-25.Lesing.5. årstrinn.Alle eierformer.Alle kjønn.Skalapoeng"


def unreadable_inbox(folder: Path) -> Path:
    """Six files that cannot be read, beside good ones."""
    write_tiny(folder)
    good = test_files()
    rows = national_tests("2024-25", 5)
    (folder / "avkuttet.csv").write_bytes(good["2022-23_trinn_5.csv"][:-40])
    (folder / "tom.csv").write_bytes(b"")
    (folder / "ukjent.csv").write_bytes(good["2023-24_trinn_5.csv"].decode("utf-16-le").encode() + b"\x81\n")
    (folder / "overskrift.csv").write_bytes(
        encoded([[cell.replace("Kommunekode", "Kommunenr") for cell in rows[0]], *rows[1:]])
    )
    (folder / "ikke_tall.csv").write_bytes(encoded([*rows[:4], [*rows[4][:9], "femti", *rows[4][10:]], *rows[5:]]))
    (folder / "annen_rapport.csv").write_bytes(encoded([["IndikatorNivaa", "x"], ["1", "2"]]))
    return folder


def contradicting_inbox(folder: Path) -> Path:
    """Two files that state different figures for one cell."""
    write_tiny(folder)
    rows = national_tests("2024-25", 5)
    (folder / "motsagt.csv").write_bytes(encoded([*rows[:4], [*rows[4][:9], "12", *rows[4][10:]], *rows[5:]]))
    return folder
