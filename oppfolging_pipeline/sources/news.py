"""Whether a source has published a new school year: a look that costs one small call a page.

Belongs here: the newest school year that a source shows by itself. Does not belong here: which years there are at all
(the clients ask that when they fetch), or what is done about it (the sensor).
"""

from __future__ import annotations

from collections.abc import Mapping

from oppfolging_pipeline.core.errors import Finding
from oppfolging_pipeline.sources.asking import Ask, Asker
from oppfolging_pipeline.sources.drift import Drift, DriftError
from oppfolging_pipeline.sources.report_filters import year_of_id
from oppfolging_pipeline.sources.report_pages import read_endpoints


def newest_published(asker: Asker, rapport: str, kilde: str, sider: Mapping[str, str]) -> str:
    """The newest school year that all of the source's pages have. `sider`: page code → its filter of time.

    Raises `TransientError` and `PermanentError` as `Asker.ask` does, and `DriftError` for a page that shows no year.
    """
    return min(_newest(asker, rapport, kilde, kode, tidsfilter) for kode, tidsfilter in sider.items())


def _newest(asker: Asker, rapport: str, kilde: str, kode: str, tidsfilter: str) -> str:
    name = f"{kilde}/{kode}.json"
    answer = asker.ask(Ask(kilde, "rapportside", f"{rapport}/Rapportside/{kode}", name))
    chosen = read_endpoints(answer.document(), name, answer.sha256).standard.get(tidsfilter, ())
    years = sorted(filter(None, map(year_of_id, chosen)))
    if years:
        return years[-1]
    finding = Finding(
        file=name,
        key=tidsfilter,
        found=f"the choice {list(chosen)}",
        expected="a school year",
        action="Run `oppfolging fetch --dry-run`: it looks up every year that is there.",
    )
    raise DriftError([Drift("kritisk", "valg_mangler", finding, answer.sha256)])
