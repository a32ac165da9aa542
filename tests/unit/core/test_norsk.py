"""Forms that texts in Norwegian share."""

from __future__ import annotations

import pytest

from oppfolging_pipeline.core.norsk import opplisting


@pytest.mark.parametrize(
    ("ledd", "tekst"),
    [
        ([], ""),
        (["6150"], "6150"),
        (["6150", "6151"], "6150 og 6151"),
        (["6150", "6151", "6152"], "6150, 6151 og 6152"),
        ((year for year in (2025, 2026)), "2025 og 2026"),
    ],
)
def test_an_enumeration_has_one_og_and_it_is_before_the_last(ledd, tekst):
    assert opplisting(ledd) == tekst
