"""What a cell says: status before number, and never a guess at a number."""

from decimal import Decimal

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.figures import Cell, UnreadableFigure, number_text, read_all, read_count, read_figure

MAAL = default_catalog().maal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("49", Cell("vist", Decimal("49"))),
        (" 49 ", Cell("vist", Decimal("49"))),
        ("0", Cell("vist", Decimal("0"))),
        ("*", Cell("skjermet")),
        ("", Cell("mangler")),
        (" ", Cell("mangler")),
    ],
)
def test_a_figure_is_shown_shielded_or_missing_and_zero_is_a_figure(text: str, expected: Cell) -> None:
    assert read_figure(text, MAAL["skalapoeng"]) == expected


@pytest.mark.parametrize(
    ("text", "maal"),
    [
        ("49,5", "skalapoeng"),  # scale scores are published whole
        ("41,25", "grunnskolepoeng"),
        ("41.2", "grunnskolepoeng"),
        ("41,", "grunnskolepoeng"),
        (",5", "grunnskolepoeng"),
        ("60,1", "grunnskolepoeng"),
        ("101", "skalapoeng"),
        ("-1", "skalapoeng"),
        ("0,9", "score"),
        ("5,1", "score"),
        ("100,1", "andel_mobbet"),
        ("12,2 %", "andel_mobbet"),
        ("**", "skalapoeng"),
        ("-", "skalapoeng"),
        ("NaN", "skalapoeng"),
        ("1e1", "skalapoeng"),
        ("4\u00a09", "skalapoeng"),
        ("٤٩", "skalapoeng"),
    ],
)
def test_what_is_no_figure_of_the_measure_is_refused(text: str, maal: str) -> None:
    with pytest.raises(UnreadableFigure):
        read_figure(text, MAAL[maal])


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("9", 9), ("1 289", 1289), ("56 929", 56929), ("60679", 60679)])
def test_a_count_may_have_thousands_and_zero_is_a_count(text: str, number: int) -> None:
    assert read_count(text) == Cell("vist", Decimal(number))


@pytest.mark.parametrize(
    "text", ["1.289", "1,289", "12 89", "1  289", "1289 ,", "12,5", "-3", "ti", "99999999999", "1\u00a0289"]
)
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFigure):
        read_count(text)


@pytest.mark.parametrize(("text", "status"), [("*", "skjermet"), ("", "mangler")])
def test_a_count_can_be_shielded_or_missing(text: str, status: str) -> None:
    assert read_count(text) == Cell(status)


def test_every_text_is_read_once_and_the_bad_ones_say_what_was_expected() -> None:
    asked: list[str] = []

    def read(text: str) -> Cell:
        asked.append(text)
        return read_count(text)

    cells, unreadable = read_all(["7", "*", "7", "x", "x"], read)
    assert cells == {"7": Cell("vist", Decimal(7)), "*": Cell("skjermet")}
    assert unreadable == {"x": "a whole number such as 1 289, or * for shielded, or nothing"}
    assert sorted(asked) == ["*", "7", "x"]


@pytest.mark.parametrize(
    ("number", "text"), [(41.2, "41,2"), (42, "42"), (42.0, "42"), (100, "100"), (60679, "60679"), (0.3, "0,3")]
)
def test_a_number_of_a_spreadsheet_is_written_as_a_download_writes_it(number: float, text: str) -> None:
    assert number_text(number) == text
