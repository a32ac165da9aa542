"""Every sentence that a release publishes about a unit, read again: its numbers and claims rebuilt from the tables.

Belongs here: the sentence that follows from what the tables say, put together without the code that wrote it. Does not
belong here: what they say (`published`), or which release is read (the tests).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import isqrt
from typing import Any

from tests.support.golden import Query
from tests.support.published import Published, Row, Sums, read


def untrue(query: Query, uttrekksaar: int, indikatorsett: str) -> list[str]:
    """Every sentence that says something else than what follows from the tables, with what was expected."""
    found = read(query, uttrekksaar, indikatorsett)
    wrong = []
    for told, expected in _pairs(query, found, (uttrekksaar, indikatorsett)):
        if told != expected:
            wrong.append(f"{told!r}, expected {expected!r}")
    return wrong


def _pairs(query: Query, found: Published, key: tuple[int, str]) -> Iterator[tuple[str | None, str | None]]:
    """Each published sentence beside the one that follows from the tables."""
    first = _first_words(query, found, key[1])
    for orgnr, row in found.schools.items():
        yield row["ikke_vurdert_grunn"], _why_not(found.skoler[orgnr], found)
    for kommunenr, row in found.ranking.items():
        yield row["ikke_vurdert_grunn"], _why_not(found.kommuner[kommunenr], found)
        yield row["begrunnelse"], first + _reason(kommunenr, found)
    for kommunenr, row in found.candidates.items():
        yield row["grunn"], first + _choice(kommunenr, found)
    identified = query(
        "SELECT kommunenr, begrunnelse FROM mart.identifisert_kommune WHERE uttrekksaar = ? AND indikatorsett = ?", *key
    )
    for row in identified:
        yield row["begrunnelse"], found.ranking[row["kommunenr"]]["begrunnelse"]


def _first_words(query: Query, found: Published, indikatorsett: str) -> str:
    """What a list says of itself first, from what the other tables say: the licences, the set, the status."""
    (of_set,) = query("SELECT offisielt FROM dim.indikatorsett WHERE indikatorsett = ?", indikatorsett)
    licences = {row["lisens"] for row in query("SELECT lisens FROM drift.datagrunnlag")}
    words = [
        "Oppdiktet eksempel." if any("oppdiktet" in lisens.lower() for lisens in licences) else "",
        "" if of_set["offisielt"] else f"Ikke ordningens offisielle indikatorsett ({indikatorsett}).",
        "Foreløpige tall." if {row["status"] for row in found.ranking.values()} == {"foreløpig"} else "",
    ]
    return "".join(f"{one} " for one in words if one)


def _why_not(sums: Sums, found: Published) -> str | None:
    if found.judged(sums):
        return None
    if not sums.exist:
        return "Ingen tall finnes for enheten i perioden."
    if not sums.shown:
        return "Ingen av tallene som finnes, er vist."
    least = Fraction(found.of_set["min_dekning"])
    if sums.weight_shown < least * sums.weight_exists:
        shown, decimals = Fraction(100 * sums.weight_shown, sums.weight_exists), 1
        while Fraction(_rounded(shown, decimals).replace(",", ".")) >= 100 * least:
            decimals += 1
        return (
            f"{sums.shown} av {sums.exist} tall som finnes, er vist. Vektet som poengene er det "
            f"{_rounded(shown, decimals)} prosent, og minst {_plain(100 * least)} prosent kreves."
        )
    return f"Viste tall i {len(sums.years)} av {found.of_set['antall_aar']} år; minst {found.of_set['min_aar']} kreves."


def _reason(kommunenr: str, found: Published) -> str:
    sums, order = found.kommuner[kommunenr], found.in_order
    places = found.of_set["kategori1.antall"]
    if kommunenr in order:
        place = order.index(kommunenr) + 1
        text = (
            f"Nr. {place} av {len(order)} vurderte kommuner: {sums.points} av {sums.possible} mulige risikopoeng "
            f"({_rounded(sums.share, 2)} prosent); {sums.beyond} tall er dårligere enn den absolutte grensen. "
        )
        inside = place <= places
        text += (
            f"Identifisert i kategori 1, de {min(places, len(order))} med høyest andel." if inside
            else f"Ikke blant de {places} i kategori 1."
        )  # fmt: skip
        other = order[places if inside else places - 1] if len(order) > places else None
        if other is not None and found.kommuner[other].share == sums.share:
            one, two = found.place_key(kommunenr), found.place_key(other)
            rules = found.of_set["kategori1.ved_likhet"]
            rule = next(r for r, a, b in zip(rules, one[1:], two[1:], strict=True) if a != b)
            text += f" Andelen er lik på begge sider av grensen; {DECIDED[rule]}."
    else:
        text = f"Ikke vurdert. {_why_not(sums, found)}"
    text += _open(kommunenr, found)
    if kommunenr not in found.candidates:
        return text
    row, of_set = found.candidates[kommunenr], found.of_set
    judged = found.judged_schools(kommunenr)
    edge = _edge(found)
    measure = {"standardavvik": "standardavvik", "maks_min": "høyeste minus laveste"}[
        of_set["kategori2.spredning.maal"]
    ]
    return (
        f"{text} Kandidat nr. {row['rangering']} av {len(found.candidates)} i kategori 2: spredningen mellom "
        f"{len(judged)} vurderte skoler ({measure}) er {_root(found.spread_squared(kommunenr))} prosentpoeng, og "
        f"{sum(found.skoler[orgnr].share >= edge for orgnr in judged)} av dem er blant de "
        f"{_plain(Fraction(of_set['kategori2.ovre_andel']))} prosent av skolene i landet med høyest andel risikopoeng. "
        f"{_choice(kommunenr, found)}"
    )


def _open(kommunenr: str, found: Published) -> str:
    sums, row = found.kommuner[kommunenr], found.ranking[kommunenr]
    points = sums.weight_open * found.of_set["poeng.absolutt"]
    order = found.in_order
    if kommunenr in order:
        others = [found.place_key(each) for each in order if each != kommunenr]
        places = set()
        for given, beyond in ((0, 0), (points, sums.open)):
            filled = Sums(sums.points + given, sums.possible + points, sums.beyond + beyond)
            places.add(sum(each < found.place_key(kommunenr, filled) for each in others))
        could = places != {order.index(kommunenr)}
        so = "plassen kunne vært en annen" if could else "plassen ville vært den samme"
    else:
        filled = Sums(weight_shown=sums.weight_shown + sums.weight_open, weight_exists=sums.weight_exists)
        filled.years = sums.years_if_built
        could = bool(points) and found.judged(filled)
        so = "med dem kunne kommunen vært vurdert" if could else "kommunen ville ikke vært vurdert med dem heller"
    assert (row["aapne_poeng"], row["aapne_kunne_endret_plassen"]) == (points, could and points > 0), kommunenr
    if not points:
        return ""
    return f" {points} mulige risikopoeng er åpne, for tallene kan ikke bygges etter en kommuneendring; {so}."


def _choice(kommunenr: str, found: Published) -> str:
    row, of_set = found.candidates[kommunenr], found.of_set
    order, places = of_set["kategori2.rekkefolge"], of_set["kategori2.antall"]
    first = order[: order.index("storst_spredning")]
    by = row["prioritet"] is not None and "statsforvalterens_prioritet" in first
    text = f"Ikke valgt: nr. {row['rangering']}, og det er plass til {places}."
    if row["rangering"] <= places:
        text = f"Valgt som nr. {row['rangering']} av inntil {places}, etter "
        text += "statsforvalterens prioritet." if by else "spredning."
    others = [
        other for nr, other in found.candidates.items()
        if (other["rangering"] <= places) != (row["rangering"] <= places)
        and found.spread_squared(nr) == found.spread_squared(kommunenr)
    ]  # fmt: skip
    if others:
        nearest = min(others, key=lambda other: abs(other["rangering"] - row["rangering"]))
        keys = [_choice_keys(found, each) for each in (row, nearest)]
        rule = next(r for r in (*order, *of_set["kategori2.ved_likhet"]) if keys[0][r] != keys[1][r])
        text += f" Spredningen er lik på begge sider av grensen; {DECIDED[rule]}."
    return text


def _choice_keys(found: Published, row: Row) -> dict[str, Any]:
    sums = found.kommuner[row["kommunenr"]]
    judged = found.judged(sums)
    return {
        "statsforvalterens_prioritet": row["prioritet"],
        "storst_spredning": found.spread_squared(row["kommunenr"]),
        "vurdert_foran_ikke_vurdert": judged,
        "hoyest_andel": sums.share if judged else None,
        "lavest_kommunenr": row["kommunenr"],
    }


DECIDED = {
    "flest_celler_forbi_absolutt": "flest tall dårligere enn den absolutte grensen avgjorde",
    "flest_mulige_poeng": "flest mulige risikopoeng avgjorde",
    "statsforvalterens_prioritet": "statsforvalterens prioritet avgjorde",
    "vurdert_foran_ikke_vurdert": "en vurdert kommune går foran en som ikke er vurdert",
    "hoyest_andel": "høyest andel risikopoeng avgjorde",
    "lavest_kommunenr": "lavest kommunenummer avgjorde",
}


def _edge(found: Published) -> Fraction:
    shares = sorted((s.share for s in found.skoler.values() if found.judged(s)), reverse=True)
    return shares[-int(-Fraction(found.of_set["kategori2.ovre_andel"]) * len(shares) // 100) - 1]


def _rounded(value: Fraction, decimals: int) -> str:
    whole = (2 * value * 10**decimals + 1) // 2
    return f"{whole // 10**decimals},{whole % 10**decimals:0{decimals}d}"


def _root(squared: Fraction) -> str:
    tenths = (isqrt(int(400 * squared)) + 1) // 2
    return f"{tenths // 10},{tenths % 10}"


def _plain(value: Fraction) -> str:
    return re.sub(r"\.?0+$", "", f"{float(value):.6f}").replace(".", ",")
