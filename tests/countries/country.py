"""A random small country from a number: what happened in it, what was published, and the rules it is judged by.

Belongs here: putting the draws together, and telling of them. Does not belong here: the comparison (`both`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.rettelse import Rettelse
from oppfolging_pipeline.sources.parsed import FIGURE_COLUMNS, ParsedFile, figures_of
from oppfolging_pipeline.staging.observasjon import FileFigures
from tests.countries import published
from tests.countries.published import AUTUMNS, SPRINGS, Publisher, Row, Statistic
from tests.countries.world import draw_world
from tests.support.golden_sets import Item, small_set


@dataclass(frozen=True)
class Country:
    """Everything that both computations start from. `told` says what happened, for whoever looks at a failure."""

    seed: int
    register: Register
    files: tuple[FileFigures, ...]
    corrections: tuple[Rettelse, ...]
    rule_set: RuleSet
    uttrekksaar: int
    prioritet: dict[str, int]
    told: tuple[str, ...]


def draw_country(seed: int) -> Country:
    """The country of that number, always the same."""
    dice = random.Random(f"land {seed}")  # noqa: S311 (no secret)
    world = draw_world(dice)
    statistics, rule_set, rules = _rules(dice)
    publisher = Publisher(world, seed, dice)
    rows = [row for kilde, year in _years(statistics, dice) for row in publisher.rows(_of(kilde, statistics), year)]
    changed = {code for _, *pair in world.changes if pair[0] != pair[1] for code in pair}
    corrections = _corrections(rows, changed, dice) if dice.random() < 0.5 else ()
    codes = sorted({row["kommunenr"] for row in rows if row["nivaa"] == "kommune"})
    prioritet = (
        {code: place for place, code in enumerate(dice.sample(codes, 2), start=1)} if dice.random() < 0.3 else {}
    )
    told = (
        *sorted(world.told),
        rules,
        f"with priorities {prioritet}" if prioritet else "no priority",
        *(f"{one.handling} {one.enhet} {one.indikator} {one.trinn} {one.skoleaar}" for one in corrections),
    )
    return Country(seed, world.register(), _files(rows, dice), corrections, rule_set, 2025, prioritet, told)


def _of(kilde: str, statistics: Sequence[Statistic]) -> list[Statistic]:
    return [one for one in statistics if one.kilde == kilde]


def _years(statistics: Sequence[Statistic], dice: random.Random) -> list[tuple[str, str]]:
    """The school years of each source: those of the window, and sometimes others that tell where schools stand."""
    years = []
    for kilde in sorted({one.kilde for one in statistics}):
        marks = kilde == "grunnskolepoeng"
        later = ("2024-25" if marks else "2025-26") if dice.random() < 0.4 else ""
        years += [(kilde, year) for year in [*(SPRINGS if marks else AUTUMNS), *([later] if later else [])]]
    return years


def _rules(dice: random.Random) -> tuple[list[Statistic], RuleSet, str]:
    """Some of the statistics, and a set over them."""
    wanted = [*dice.sample(published.TESTS, 2)]
    items = [Item(one.indikator, one.maal, one.trinn, vekt=dice.choice([1, 1, 2])) for one in wanted]
    if dice.random() < 0.5:
        wanted.append(published.LEVELS)
        items.append(Item("regning", "andel_mestringsnivaa_1", 8, verdi="7"))
    if dice.random() < 0.75:
        survey = [*published.BULLIED, dice.choice(published.SCORES)]
        wanted += survey
        items += [Item(one.indikator, one.maal, one.trinn, verdi=_limit(one)) for one in survey]
    if dice.random() < 0.5:
        wanted.append(published.MARKS)
        items.append(Item("grunnskolepoeng", "grunnskolepoeng", 10, vekt=3, verdi="2.5"))
    if dice.random() < 0.2:
        items[0] = Item(items[0].indikator, items[0].maal, items[0].trinn, metode="verdi", verdi="47")
    unjudged = dice.random() < 0.7
    ties = ["vurdert_foran_ikke_vurdert"] * (unjudged or dice.random() < 0.5)
    ties += ["hoyest_andel"] * (dice.random() < 0.7)
    of_1 = dice.sample(["flest_celler_forbi_absolutt", "flest_mulige_poeng"], dice.randint(0, 2))
    chosen: dict[str, Any] = {
        "antall": dice.randint(1, 3), "antall_2": dice.choice([0, 1, 1, 2]), "min_aar": dice.choice([1, 2, 3]),
        "naer_grensen": dice.choice(["0", "2", "8.33", "20"]), "min_dekning": dice.choice(["0.3", "0.5", "0.75", "1"]),
        "nasjonal_grense": dice.choice(["publisert", "beregn"]),
        "spredning": dice.choice(["standardavvik", "standardavvik", "maks_min"]),
        "nivaa": dice.choice(["0", "2", "10"]), "ovre_andel": dice.choice(["25", "50", "100"]),
        "min_skoler": dice.choice([2, 2, 3]), "ikke_vurdert_kan_vaere_kandidat": unjudged,
        "ved_likhet": [*of_1, "lavest_kommunenr"], "ved_likhet_2": [*ties, "lavest_kommunenr"],
        "rekkefolge": dice.choice([
            ["statsforvalterens_prioritet", "storst_spredning"], ["storst_spredning"],
            ["storst_spredning", "statsforvalterens_prioritet"],
        ]),
    }  # fmt: skip
    told = f"rules: {', '.join(f'{i.indikator} {i.trinn} ({i.maal})' for i in items)}; {chosen}"
    return wanted, small_set(items, **chosen), told


def _limit(one: Statistic) -> str:
    return "5" if one.maal == "andel_mobbet" else "0.3"


def _corrections(rows: Sequence[Row], changed: set[str], dice: random.Random) -> tuple[Rettelse, ...]:
    """Some shown figures of municipalities and schools left out, replaced or flagged, most where there was a change."""
    shown = [
        row
        for row in rows
        if row["nivaa"] in ("kommune", "skole") and row["verdistatus"] == "vist" and row["skoleaar"] <= AUTUMNS[-1]
    ]
    grain = ("kilde", "skoleaar", "nivaa", "enhet", "indikator", "maal", "trinn")
    of_change = [row for row in shown if row["kommunenr"] in changed]
    chosen = [row for some in (shown, of_change) for row in dice.sample(some, min(dice.choice([2, 6, 20]), len(some)))]
    found = []
    for number, row in enumerate(row for place, row in enumerate(chosen) if row not in chosen[:place]):
        handling = dice.choice(["utelat", "utelat", "overstyr", "merk"])
        entry: dict[str, Any] = {
            **{name: row[name] for name in grain}, "id": f"feil-{number}", "handling": handling, "grunn": "Feil.",
            "referanse": "Prøve.", "registrert": "2025-02-01",
            "forvent": {"verdistatus": "vist", "verdi": row["verdi"], "antall": row["antall"]},
        }  # fmt: skip
        if handling == "overstyr":
            entry["settes_til"] = {"verdi": row["verdi"] + 1 if row["verdi"] < 4 else row["verdi"] - 1}
        found.append(Rettelse.model_validate(entry))
    return tuple(found)


def _files(rows: Sequence[Row], dice: random.Random) -> tuple[FileFigures, ...]:
    """One file for each source and year, or one for each source with all of its years."""
    joined = dice.random() < 0.4
    of_file: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        of_file.setdefault((row["kilde"], "alle" if joined else row["skoleaar"]), []).append(row)
    files = []
    for number, ((kilde, year), own) in enumerate(sorted(of_file.items())):
        columns = {name: [row[name] for row in own] for name in FIGURE_COLUMNS if name != "rad"}
        figures = figures_of({**columns, "rad": list(range(2, 2 + len(own)))})
        parsed = ParsedFile("proeve", kilde, figures, len(own))
        files.append(FileFigures(parsed, f"{number:064x}", f"{kilde} {year}"))
    return tuple(files)
