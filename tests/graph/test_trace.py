"""`oppfolging trace` on a whole run: a municipality's figures back to the rows and files that they stand in."""

from __future__ import annotations

import csv
import json

from click.testing import Result
from typer.testing import CliRunner

from oppfolging_pipeline.cli import app
from tests.support.tiny import KOMMUNER, PROVER, SKOLEAAR


def trace(run, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["trace", *arguments, "--home", str(run.home)])


def test_every_figure_leads_to_a_cell_of_a_file_that_holds_it(run):
    done = trace(run, "6101", "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    files = {content["sha256"]: content["navn"] for content in document["innhold"]}
    assert len(document["tall"]) == len(PROVER) * len(SKOLEAAR)
    for figure in document["tall"]:
        (place,) = figure["observasjoner"]
        name = files[place["sha256"]]
        assert name == f"{figure['skoleaar']}_trinn_{figure['trinn']}.csv"
        lines = (run.inbox / name).read_bytes().decode("utf-16-le").splitlines()
        heading, row = (next(csv.reader([lines[at]], delimiter="\t")) for at in (1, place["rad"] - 1))
        cells = dict(zip(heading, row, strict=True))
        assert cells["Kommunekode"] == "6101" and cells[place["kolonne"]] == f"{figure['verdi']:.0f}"


def test_a_merged_municipality_leads_to_those_that_it_was(run):
    done = trace(run, "6205", "--indikator", "lesing")
    assert done.exit_code == 0, done.stderr
    assert KOMMUNER["6205"] in done.stdout and "2022-23_trinn_5.csv" in done.stdout and "None" not in done.stdout
    found = json.loads(trace(run, "6205", "--indikator", "lesing", "--json").stdout)["tall"]
    assert {len(figure["observasjoner"]) for figure in found if figure["skoleaar"] < "2024-25"} == {2}
    assert {figure["indikator"] for figure in found} == {"lesing"}


def test_a_municipality_or_year_that_is_not_there_is_told(run):
    for arguments, told in ((["9999"], "'9999'"), (["6101", "--uttrekk", "2019"], "2019")):
        done = trace(run, *arguments)
        assert (done.exit_code, done.stdout) == (1, "") and told in done.stderr
