"""The school years that files name, which a run is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from oppfolging_pipeline.sources.years import school_years
from tests.support.files import flat_csv, flat_json, flat_row, heading, measures, nation, wide_csv, wide_xlsx

HEAD = heading(measures("2022-23"), measures("Foreløpige tall 2023-24"))
WIDE = [nation("50", "0,1", "90", "50", "0,1", "90")]
FLAT = [flat_row(Skoleaarnavn="2021-22"), flat_row(Skoleaarnavn="Foreløpige tall 2024-25")]
REGISTER = b"code,name,validFrom,validTo\n6101,Askvik,2020-01-01,2024-01-01\n"

FILES = {
    "wide csv": (wide_csv(WIDE, HEAD), ["2022-23", "2023-24"]),
    "wide xlsx": (wide_xlsx(WIDE, HEAD), ["2022-23", "2023-24"]),
    "flat json": (flat_json(FLAT), ["2021-22", "2024-25"]),
    "wide csv in utf-8": (wide_csv(WIDE, HEAD).decode("utf-16-le").encode(), ["2022-23", "2023-24"]),
    "flat csv in utf-16": (flat_csv(FLAT, encoding="utf-16"), ["2021-22", "2024-25"]),
    "flat csv": (flat_csv(FLAT), ["2021-22", "2024-25"]),
    "dates of a register are no school years": (REGISTER, []),
    "years that do not follow each other": (b"Skoleaarnavn;x\n2021-29;1\n", []),
    "a workbook that is cut off gives none, and is refused by the run": (wide_xlsx(WIDE, HEAD)[:200], []),
    "empty": (b"", []),
}


@pytest.mark.parametrize(("content", "years"), FILES.values(), ids=FILES)
def test_the_years_that_a_file_names(tmp_path: Path, content: bytes, years: list[str]) -> None:
    file = tmp_path / "fil"
    file.write_bytes(content)
    assert school_years([file]) == years


@pytest.mark.parametrize("shift", range(8))
def test_a_year_across_two_readings_is_not_lost(tmp_path: Path, shift: int) -> None:
    file = tmp_path / "fil"
    file.write_bytes(b" " * ((1 << 16) - shift) + b"2024-25 ")
    assert school_years([file]) == ["2024-25"]


def test_years_of_several_files_come_once_and_in_order(tmp_path: Path) -> None:
    for name, content in (("b", wide_csv(WIDE, HEAD)), ("a", flat_json(FLAT))):
        (tmp_path / name).write_bytes(content)
    assert school_years(sorted(tmp_path.iterdir())) == ["2021-22", "2022-23", "2023-24", "2024-25"]
