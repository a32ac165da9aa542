"""The contract server to try things out against: `python -m tests.udir_stub`.

Belongs here: the command line. Does not belong here: the server (`server`).
"""

from __future__ import annotations

import argparse
import sys

from tests.udir_stub.export import LARGEST_PAGE
from tests.udir_stub.faults import KINDS, Fault
from tests.udir_stub.server import StubServer


def main() -> None:
    """Serve until interrupted, after printing the settings that lead here."""
    parser = argparse.ArgumentParser(prog="python -m tests.udir_stub", description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--years", default="", help="school years to publish, such as 2023-24,2024-25; default all")
    parser.add_argument("--page-size", type=int, default=LARGEST_PAGE, help="largest page of the export API")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[=DETAIL]:MATCH[:TIMES]",
        help=f"a fault for requests that hold MATCH; KIND is one of {', '.join(KINDS)}",
    )
    chosen = parser.parse_args()
    years = tuple(chosen.years.split(",")) if chosen.years else None
    try:
        faults = [Fault.parsed(text) for text in chosen.fault]
    except ValueError as error:
        parser.error(str(error))
    stub = StubServer(years, page_size=chosen.page_size, port=chosen.port, faults=faults)
    try:
        with stub:
            lines = [f"export {name}={value}" for name, value in stub.environment.items()]
            sys.stdout.write("\n".join([*lines, ""]))
            sys.stdout.flush()
            stub.wait()
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")


if __name__ == "__main__":
    main()
