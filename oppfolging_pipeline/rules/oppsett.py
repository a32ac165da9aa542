"""What a home is run with: the carried rule sets, breaks, corrections and phase plan, and beside them the home's own.

Belongs here: reading the folder of a home's own settings (`<home>/oppsett/`), each file with the model that reads the
carried one, and which set a run takes that names none. Does not belong here: what a set, break, correction or plan may
say (their models), where the folder is (`settings`), or the list of statsforvaltere, which is a part of the register.

`regelsett/<navn>.yaml`, `rettelser.yaml` and `brudd.yaml` stand beside the carried ones and may take no carried name;
`faseplan.yaml` and `statsforvalter.csv` stand in the place of the carried one, which is one list without names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from oppfolging_pipeline.core.errors import Finding, FindingCollector, InvalidInput, PermanentError
from oppfolging_pipeline.rules.brudd import Bruddliste, default_breaks, load_breaks_text
from oppfolging_pipeline.rules.catalog import Catalog
from oppfolging_pipeline.rules.faseplan import Faseplan, default_faseplan, load_faseplan_text
from oppfolging_pipeline.rules.loader import carried_rule_sets
from oppfolging_pipeline.rules.model import RuleSet
from oppfolging_pipeline.rules.oppsett_fil import Slag, decoded, load_own_set
from oppfolging_pipeline.rules.rettelser import Rettelsesliste, default_corrections, load_corrections_text

FOLDER = "oppsett"
REGELSETT = "regelsett"
_SLAG: Mapping[str, Slag] = {
    "rettelser.yaml": "rettelser",
    "brudd.yaml": "brudd",
    "faseplan.yaml": "faseplan",
    "statsforvalter.csv": "statsforvaltere",
}
# A file of these that has no known name is a slip of the pen, anything else a note.
_SETTINGS = {".yaml", ".yml", ".csv"}
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class EgenFil:
    """One file of a home's own settings: its name in the folder, what it is, the set's name where it is one, and the
    digest of its bytes."""

    fil: str
    slag: Slag
    sha256: str
    indikatorsett: str | None = None


@dataclass(frozen=True)
class Oppsett:
    """What a home is run with. `regelsett`: every set by its name; `egne`: the names of the home's own; `filer`: the
    files of the home's own settings; `embeter`: its list of statsforvaltere, None for the carried one."""

    regelsett: Mapping[str, RuleSet]
    egne: frozenset[str]
    brudd: Bruddliste
    rettelser: Rettelsesliste
    faseplan: Faseplan
    filer: tuple[EgenFil, ...] = ()
    embeter: Path | None = None

    def rule_set(self, navn: str) -> RuleSet:
        """A set by its name. Raises `PermanentError` for one that there is not."""
        if navn not in self.regelsett:
            known = ", ".join(sorted(self.regelsett))
            raise PermanentError(f"found no rule set '{navn}'; expected one of {known}. Choose one.")
        return self.regelsett[navn]

    def of_a_run(self, navn: str | None, valgt: str | None = None) -> RuleSet:
        """The set of a run: the one that it names, else the home's chosen one (a setting), else the only official one.

        Raises `PermanentError` when there are several official ones, or one that is named is not there.
        """
        if navn or valgt:
            return self.rule_set(navn or valgt or "")
        official = [one for one in self.regelsett.values() if one.offisielt]
        if len(official) != 1:
            names = ", ".join(sorted(one.navn for one in official))
            raise PermanentError(
                f"found {len(official)} rule sets that call themselves official ({names}); expected one, or to be told "
                "which. Name it with --rules, or for every run with OPPFOLGING_REGELSETT."
            )
        return official[0]


def read_oppsett(folder: Path | None, catalog: Catalog, *, must_exist: bool = False) -> Oppsett:
    """The carried settings and those of the folder; one that is not there (or None) is empty, unless it must exist.

    Raises `InvalidInput` with every fault of every file: file, row, key, found, expected, action.
    """
    faults = FindingCollector()
    paths = _files(folder, faults) if folder is not None and folder.is_dir() else {}
    if must_exist and (folder is None or not folder.is_dir()):
        expected = f"a folder with {REGELSETT}/, {', '.join(_SLAG)} or some of them"
        faults.add(Finding("no such folder", expected, "Correct --oppsett or OPPFOLGING_OPPSETT.", file=str(folder)))
    contents = {name: content for name, path in paths.items() if (content := _content(path, faults)) is not None}

    def read(name: str, load: Callable[[str, str], _Read]) -> _Read | None:
        if name not in contents:
            return None
        try:
            return load(decoded(contents[name], str(paths[name])), str(paths[name]))
        except InvalidInput as invalid:
            faults.extend(invalid.findings)
            return None

    breaks = read("brudd.yaml", partial(_breaks, catalog)) if "brudd.yaml" in contents else default_breaks()
    own_corrections = read(
        "rettelser.yaml", lambda text, file: load_corrections_text(text, file, catalog, default_corrections())
    )
    plan = read("faseplan.yaml", load_faseplan_text)
    carried = {one.navn: one for one in carried_rule_sets(catalog)}
    # Where the list of breaks is faulty (None), nobody can tell whether a break that a set permits is in it.
    own = [
        found
        for name in contents
        if name not in _SLAG
        and (found := read(name, lambda text, file: load_own_set(text, file, carried, catalog, breaks)))
    ]
    faults.raise_if_any()
    return Oppsett(
        {**carried, **{one.navn: one for one in own}},
        frozenset(one.navn for one in own),
        breaks or default_breaks(),
        default_corrections().with_own(own_corrections) if own_corrections else default_corrections(),
        plan or default_faseplan(),
        tuple(_of_file(name, content) for name, content in contents.items()),
        paths.get("statsforvalter.csv"),
    )


def known_breaks(folder: Path, catalog: Catalog) -> Bruddliste:
    """The carried breaks and those of the folder. Raises `InvalidInput` when its list cannot be read."""
    path = folder / "brudd.yaml"
    return _breaks(catalog, decoded(path.read_bytes(), str(path)), str(path)) if path.is_file() else default_breaks()


def _breaks(catalog: Catalog, text: str, file: str) -> Bruddliste:
    return default_breaks().with_own(load_breaks_text(text, file, catalog, default_breaks()))


def _files(folder: Path, faults: FindingCollector) -> dict[str, Path]:
    """The files of settings by their name in the folder. Hidden ones, and what a program has open, are none."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith((".", "~")) for part in inside.parts):
            continue
        name = inside.as_posix()
        if name in _SLAG or (len(inside.parts) == 2 and inside.parts[0] == REGELSETT and path.suffix == ".yaml"):
            found[name] = path
        elif path.suffix.lower() in _SETTINGS or _is_meant(inside):
            expected = f"{REGELSETT}/<navn>.yaml, {', '.join(_SLAG)}"
            action = "Correct its name, or take it out of the folder."
            faults.add(Finding("a file of settings of another name", expected, action, file=str(path)))
    return found


def _is_meant(inside: Path) -> bool:
    """Whether a file is a setting by its place or the beginning of its name (`rettelser.yaml.txt`): it would not be
    used, and nobody would know."""
    known = {Path(name).stem for name in _SLAG}
    return (inside.parts[0] == REGELSETT and ".yaml" in inside.name) or inside.name.split(".")[0].lower() in known


def _content(path: Path, faults: FindingCollector) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        faults.add(Finding(found, "one that can", "Correct its rights.", file=str(path)))
        return None


def _of_file(name: str, content: bytes) -> EgenFil:
    own_set = name not in _SLAG
    slag: Slag = "regelsett" if own_set else _SLAG[name]
    return EgenFil(name, slag, hashlib.sha256(content).hexdigest(), Path(name).stem if own_set else None)
