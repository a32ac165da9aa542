"""What a cell says: status before number, and never a guess at a number."""

from decimal import Decimal

import pytest

from oppfolging_pipeline.rules.catalog import default_catalog
from oppfolging_pipeline.sources.figures import (
    Cell,
    UnreadableFigure,
    as_found,
    number_text,
    read_all,
    read_count,
    read_figure,
)

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


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_a_space_that_does_not_break_stands_between_thousands_and_around_a_figure(space: str) -> None:
    assert read_count(f"{space}56{space}929{space}") == Cell("vist", Decimal(56929))
    assert read_figure(f"41,2{space}", MAAL["grunnskolepoeng"]) == Cell("vist", Decimal("41.2"))
    assert read_figure(f"*{space}", MAAL["grunnskolepoeng"]) == Cell("skjermet")


@pytest.mark.parametrize(
    ("text", "number"), [("41.2", "41.2"), ("41.20", "41.2"), ("41.0", "41"), ("41.200", None), ("41.25", None)]
)
def test_a_decimal_point_is_read_only_where_it_can_be_nothing_else(text: str, number: str | None) -> None:
    maal = MAAL["grunnskolepoeng"]
    with pytest.raises(UnreadableFigure):
        read_figure(text, maal)
    if number is None:
        with pytest.raises(UnreadableFigure):
            read_figure(text, maal, point=True)
    else:
        assert read_figure(text, maal, point=True) == Cell("vist", Decimal(number))


@pytest.mark.parametrize(("text", "number"), [("12.0", 12), ("12.00", 12), ("1.289", None), ("12.5", None)])
def test_a_count_with_a_point_is_read_only_where_nothing_but_zeros_follow(text: str, number: int | None) -> None:
    if number is None:
        with pytest.raises(UnreadableFigure):
            read_count(text, point=True)
    else:
        assert read_count(text, point=True) == Cell("vist", Decimal(number))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1,29E+05", "a number that a program has rounded"),
        ("1.289", "thousands or decimals, which nobody can tell"),
        ("301.0", "a decimal point, where Udir writes a comma"),
        ("#I/T", "an error of a spreadsheet"),
        ("#DIV/0!", "an error of a spreadsheet"),
        ("3. jan", "a date that a spreadsheet has made of it"),
        ("jan.25", "a date that a spreadsheet has made of it"),
        ("2026-01-03 00:00:00", "a date that a spreadsheet has made of it"),
        ("SANN", "a truth value of a spreadsheet"),
    ],
)
def test_what_a_program_has_made_of_a_cell_is_told(text: str, what: str) -> None:
    assert as_found(text) == f"'{text}' ({what})"


@pytest.mark.parametrize("text", ["femti", "49,5", "", "12 89"])
def test_of_other_cells_nothing_is_guessed(text: str) -> None:
    assert as_found(text) == f"'{text}'"


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("9", 9), ("1 289", 1289), ("56 929", 56929), ("60679", 60679)])
def test_a_count_may_have_thousands_and_zero_is_a_count(text: str, number: int) -> None:
    assert read_count(text) == Cell("vist", Decimal(number))


@pytest.mark.parametrize(
    "text", ["1.289 ", "1,289", "12 89", "1  289", "1289 ,", "12,5", "-3", "ti", "99999999999", "1\u200b289", "1.289"]
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
