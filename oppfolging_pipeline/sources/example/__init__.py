"""The invented example country: files in the formats of Udir's downloads, about places that do not exist.

Belongs here: a generator that writes such files. Does not belong here: reading them; the pipeline does that with the
same parsers as for real files. No real figure, code or name of a municipality, county or school stands in it: codes
begin at 61 and organisation numbers with 1, neither of which has ever been in use.
"""

from oppfolging_pipeline.sources.example.calendar import (
    FORELOPIG_SKOLEAAR,
    GRUNNSKOLEPOENG_SKOLEAAR,
    NYESTE_HELE_SKOLEAAR,
    SKOLEAAR,
)
from oppfolging_pipeline.sources.example.write import example_version, write_example

__all__ = [
    "FORELOPIG_SKOLEAAR",
    "GRUNNSKOLEPOENG_SKOLEAAR",
    "NYESTE_HELE_SKOLEAAR",
    "SKOLEAAR",
    "example_version",
    "write_example",
]
