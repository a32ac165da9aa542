"""The table of what catches what: every mutation with all the checks that failed on it.

Belongs here: printing. Run it with `python -m tests.mutation.report`; it exits with 1 when anything slipped.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.mutation.home import ASKED_FOR_BY_NAME, make_home
from tests.mutation.mutation import audit_of, failing
from tests.mutation.test_mutations import MUTATIONS, SLIPS


def main() -> int:
    """Print a line for each mutation, and how many were caught."""
    slipped = 0
    os.environ.update([ASKED_FOR_BY_NAME])
    with tempfile.TemporaryDirectory() as place:
        home = make_home(Path(place))
        for number, (name, mutation) in enumerate({**MUTATIONS, **SLIPS}.items()):
            folder = Path(place) / str(number)
            folder.mkdir()
            found = failing(audit_of(mutation, home, folder))
            caught = bool(mutation.caught_by) and set(mutation.caught_by) <= found
            slipped += not caught
            sys.stdout.write(
                f"{'caught ' if caught else 'SLIPPED'} {mutation.table}: {name}: {', '.join(sorted(found))}\n"
            )
    every = len(MUTATIONS) + len(SLIPS)
    sys.stdout.write(f"{every - slipped} of {every} caught, {slipped} slipped (known to: {len(SLIPS)})\n")
    return int(slipped > len(SLIPS))


if __name__ == "__main__":
    sys.exit(main())
