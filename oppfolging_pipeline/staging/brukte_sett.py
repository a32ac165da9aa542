"""The rule sets that results were made with, as the results themselves carry them.

Belongs here: reading a set from `regelsett_brukt`, and results of two contents under one name. Does not belong here:
the sets that a run can choose from (`rules.oppsett`). A result stays readable when the file of its set has changed or
gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from oppfolging_pipeline.core.errors import Finding, InvalidInput, PermanentError
from oppfolging_pipeline.engine import open_engine
from oppfolging_pipeline.rules.canonical import as_yaml
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.loader import load_rule_set, load_with_any_break, rule_set_names
from oppfolging_pipeline.rules.model import RuleSet

if TYPE_CHECKING:
    from oppfolging_pipeline.engine import Lake
    from oppfolging_pipeline.staging.harmonisering import Request

TABLE = "regelsett_brukt"
Result = tuple[int, str]  # uttrekksaar, indikatorsett


def carried_by(rule_set: RuleSet) -> dict[str, str]:
    """What a row of `regelsett_brukt` says of the set: its identity, and all of it."""
    return {"sha256": rule_set.sha256, "innhold": as_yaml(rule_set)}


def set_of(innhold: str | None, navn: str, catalog: Catalog) -> RuleSet | None:
    """The set that a result carries. One of an earlier version carries none, and was made with one that the program
    carries: None where that has gone. Raises `InvalidInput` when this version of the program cannot read it."""
    if innhold is not None:
        return load_with_any_break(innhold, f"{navn}, as it was used", catalog)
    return load_rule_set(navn, catalog) if navn in rule_set_names() else None


def sets_used(lake: Lake, catalog: Catalog) -> dict[Result, RuleSet]:
    """The set of each result in the lake whose word of it is what was audited, by year and name. A result of an earlier
    version whose set has gone is left out.

    Files are read one by one: beside those of an earlier version the ones of this have a column more.
    """
    files = lake.files(TABLE)
    spoiled = lake.not_as_audited(files)
    found: dict[Result, RuleSet] = {}
    with open_engine(lake=lake) as engine:
        rows = [row for file in files if file not in spoiled for row in engine.fetch(engine.read([file], TABLE))]
    for row in rows:
        rule_set = set_of(row.get("innhold"), row["indikatorsett"], catalog)
        if rule_set is not None:
            found[row["uttrekksaar"], row["indikatorsett"]] = rule_set
    return dict(sorted(found.items()))


def set_for(result: Result, sets: Mapping[Result, RuleSet]) -> RuleSet:
    """The set of one result. Raises `PermanentError` when it carries none that can be read."""
    if result not in sets:
        year, name = result
        raise PermanentError(
            f"uttrekk {year}, {name}: found no rule set that it was made with; expected it in {TABLE}. "
            f"Run `oppfolging run --rules {name} --uttrekk {year}` with the same --home: it is made anew."
        )
    return sets[result]


def refuse_another_set(requests: Iterable[Request], used: Mapping[Result, RuleSet]) -> None:
    """Raise `InvalidInput` for requests whose limits were made with another content of their set than it has now: every
    table of one result is made with one."""
    faults = [
        Finding(
            key=f"{one.rule_set.navn}, uttrekk {one.uttrekksaar}",
            found=f"limits that were made with another version of the set ({made.sha256[:12]})",
            expected=f"the one that it has now ({one.rule_set.sha256[:12]})",
            action="Make the whole result anew: run the job from its beginning.",
        )
        for one in requests
        if (made := used.get((one.uttrekksaar, one.rule_set.navn))) is not None and made.sha256 != one.rule_set.sha256
    ]
    if faults:
        raise InvalidInput(faults)


def refuse_other_contents(
    rule_set: RuleSet, years: Collection[int], used: Mapping[Result, RuleSet], command: Callable[[Sequence[int]], str]
) -> None:
    """Raise `InvalidInput` when the home has results of another content under the name of the set, for years that are
    not made anew now: one name in a release means one set. `command`: the run of the set for some years."""
    others = {year: one for (year, name), one in used.items() if name == rule_set.navn and year not in years}
    changed = sorted(year for year, one in others.items() if one.sha256 != rule_set.sha256)
    if changed:
        every = sorted({*years, *changed})
        raise InvalidInput(
            [
                Finding(
                    key=f"{rule_set.navn}, uttrekk {', '.join(map(str, changed))}",
                    found=f"results of another version of the set ({others[changed[0]].sha256[:12]})",
                    expected=f"one version under one name ({rule_set.sha256[:12]})",
                    action=f"Make them anew: `{command(every)}`. Or give the changed set another name.",
                )
            ]
        )
