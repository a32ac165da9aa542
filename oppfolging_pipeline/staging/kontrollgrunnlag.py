"""What must be there, from register, catalogue and rule sets: the facts that the checks compare tables with.

Belongs here: the expected units, cells and parameters as plain rows. Does not belong here: comparing (the suites of
`checks`), or anything read off the figures: a fact that came from them could not contradict them.

Each function gives the columns with their SQL types, and the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date

from oppfolging_pipeline.core.skoleaar import day_in, from_start_year, start_year
from oppfolging_pipeline.register.model import Register
from oppfolging_pipeline.rules.brudd import TRUKKET_TILBAKE, Bruddliste
from oppfolging_pipeline.rules.canonical import sha256_of
from oppfolging_pipeline.rules.catalog import Catalog, Retning, Toleranse
from oppfolging_pipeline.rules.merking import merking_av
from oppfolging_pipeline.rules.rettelser import Rettelsesliste
from oppfolging_pipeline.staging.harmonisering import Request
from oppfolging_pipeline.tables.model import table

Grunnlag = tuple[Mapping[str, str], Sequence[tuple[object, ...]]]
_SIGN: dict[Retning, int] = {"hoyere_er_bedre": 1, "lavere_er_bedre": -1, "ingen": 0}
_UTTREKK = {"uttrekksaar": "INTEGER", "indikatorsett": "VARCHAR"}


def ventet_enhet(partisjoner: Iterable[tuple[str, str]], register: Register, catalog: Catalog) -> Grunnlag:
    """The country, counties and municipalities in force on the source's reference day, for each (kilde, skoleaar)."""
    units: dict[date, list[tuple[str, str]]] = {}
    rows = []
    for kilde, skoleaar in sorted(set(partisjoner)):
        day = day_in(skoleaar, catalog.kilder[kilde].referansedato)
        if day not in units:
            kommuner = register.gjeldende(day)
            fylker = sorted({register.fylke_for(code, day).fylkesnr for code in kommuner})
            units[day] = [
                ("nasjonalt", "I"),
                *(("fylke", fylke) for fylke in fylker),
                *(("kommune", code) for code in sorted(kommuner)),
            ]
        rows += [(kilde, skoleaar, nivaa, enhet) for nivaa, enhet in units[day]]
    return {"kilde": "VARCHAR", "skoleaar": "VARCHAR", "nivaa": "VARCHAR", "enhet": "VARCHAR"}, rows


def samme_enhet(partisjoner: Iterable[tuple[str, str]], register: Register, catalog: Catalog) -> Grunnlag:
    """The municipalities and counties that are the same ones on the reference days of a school year (`aar`, the year it
    starts in) and of the one before or after (`annet_aar`), for each (kilde, skoleaar).

    Numbers are used again: it is the validity that is the same, not the number alone. Nothing where a validity ends
    between the two, nor of years before the register begins.
    """
    there: dict[date, dict[tuple[str, str], object]] = {}

    def at(day: date) -> dict[tuple[str, str], object]:
        if day not in there and day >= register.foerste_dag:
            kommuner = register.gjeldende(day)
            fylker = {fylke.fylkesnr: fylke for fylke in (register.fylke_for(code, day) for code in kommuner)}
            there[day] = {("kommune", code): row for code, row in kommuner.items()}
            there[day] |= {("fylke", code): row for code, row in fylker.items()}
        return there.get(day, {})

    rows = []
    for kilde, skoleaar in sorted(set(partisjoner)):
        aar, referansedato = start_year(skoleaar), catalog.kilder[kilde].referansedato
        here = at(day_in(skoleaar, referansedato))
        for annet in (aar - 1, aar + 1):
            other = at(day_in(from_start_year(annet), referansedato))
            rows += [(kilde, aar, annet, *unit) for unit in sorted(here) if other.get(unit) == here[unit]]
    columns = {"kilde": "VARCHAR", "aar": "INTEGER", "annet_aar": "INTEGER", "nivaa": "VARCHAR", "enhet": "VARCHAR"}
    return columns, rows


def utenfor(register: Register) -> Grunnlag:
    """Regular expressions of the codes that statistics use and that are no municipalities."""
    return {"form": "VARCHAR"}, [(one.moenster.replace("x", r"\d"),) for one in register.utenfor]


def katalog_maal(catalog: Catalog) -> Grunnlag:
    """Every indicator, measure and grade of the catalogue, with the range that figures are expected in,
    decimals, sign, what the count counts, and tolerances (null for those that the measure does not have).

    `fortegn` is 1 where higher is better, -1 where lower is, 0 where neither. `samme_proeve_som` is the grade
    below that takes the same test, null for a grade without one. `veies_med_antall`: whether the figure of a whole is
    the mean of its parts', weighted by their counts; if not, the count is the figure's numerator. `vekt_fra`: the
    indicator whose count is the weight instead, null where none is.
    """
    columns = {
        "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "laveste": "DOUBLE",
        "hoyeste": "DOUBLE", "desimaler": "INTEGER", "fortegn": "INTEGER",
        "samme_proeve_som": "INTEGER", "antall_er": "VARCHAR", "veies_med_antall": "BOOLEAN", "vekt_fra": "VARCHAR",
        **dict.fromkeys(Toleranse.model_fields, "DOUBLE"),
    }  # fmt: skip
    return columns, [
        (
            fact.kilde, key, maal, trinn, of.min if of.ventet_min is None else of.ventet_min,
            of.maks if of.ventet_maks is None else of.ventet_maks, of.desimaler, _SIGN[of.retning],
            fact.samme_proeve_som(trinn), of.antall_er, of.veies_med_antall, of.vekt_fra,
            *of.toleranse.model_dump().values(),
        )
        for key, fact in catalog.indikatorer.items()
        for trinn in fact.trinn
        for maal in catalog.maal_for(key, trinn)
        for of in (catalog.maal[maal],)
    ]  # fmt: skip


def katalog_kilde(catalog: Catalog) -> Grunnlag:
    """The reference day of each source (MM-DD), and how complete it is (see the catalogue)."""
    columns = {
        "kilde": "VARCHAR", "referansedato": "VARCHAR", "kommuner_uten_rad": "INTEGER",
        "kommuner_med_skolegap": "INTEGER", "kommuner_uten_tall": "DOUBLE", "skoler_uten_tall": "DOUBLE",
        "kommuner_skjermet": "DOUBLE", "skoler_skjermet": "DOUBLE",
    }  # fmt: skip
    return columns, [
        (
            key, kilde.referansedato, kilde.kommuner_uten_rad, kilde.kommuner_med_skolegap,
            kilde.kommuner_uten_tall, kilde.skoler_uten_tall, kilde.kommuner_skjermet, kilde.skoler_skjermet,
        )
        for key, kilde in catalog.kilder.items()
    ]  # fmt: skip


def brudd_celle(breaks: Bruddliste, catalog: Catalog) -> Grunnlag:
    """Each break in a series for each indicator, measure and grade that it is in, with the first and last affected year
    (both included; the one that a school year starts in). An affected year cannot be compared with one that is not.
    """
    columns = {
        "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER", "fra_aar": "INTEGER",
        "til_aar": "INTEGER",
    }  # fmt: skip
    return columns, [
        (
            fact.kilde, key, maal, trinn,
            start_year(each.fra_skoleaar) if each.fra_skoleaar else MINYEAR,
            start_year(each.til_skoleaar) if each.til_skoleaar else MAXYEAR,
        )
        for each in breaks.brudd
        for key, fact in catalog.indikatorer.items()
        for trinn in fact.trinn
        for maal in catalog.maal_for(key, trinn)
        if each.concerns(key, trinn, maal, catalog)
    ]  # fmt: skip


def vindusbrudd(requests: Iterable[Request], breaks: Bruddliste, catalog: Catalog) -> Grunnlag:
    """What is said of each break that a request's window holds affected years of beside others, or withdrawn figures
    of, and the digest of the breaks that are known."""
    columns = {**_UTTREKK, "tekst": "VARCHAR", "brudd_sha256": "VARCHAR"}
    rows = []
    for request in requests:
        cells = request.cells()
        for each in breaks.brudd:
            years = {cell[4] for cell in cells if each.concerns(cell[1], cell[3], cell[2], catalog)}
            affected = {skoleaar for skoleaar in years if each.affects(skoleaar)}
            if affected and (affected != years or each.slag == TRUKKET_TILBAKE):
                rows.append((request.uttrekksaar, request.rule_set.navn, each.tekst, sha256_of(breaks)))
    return columns, rows


def rettet_antall(corrections: Rettelsesliste) -> Grunnlag:
    """The ids of the corrections that put another number of pupils in the place of a source's."""
    return {"rettelse": "VARCHAR"}, [(one.id,) for one in corrections.rettelser if one.replaces_pupils]


def rettet_bare_antall(corrections: Rettelsesliste) -> Grunnlag:
    """The ids of those of `rettet_antall` that leave the figure as the source has it."""
    return {"rettelse": "VARCHAR"}, [(one.id,) for one in corrections.rettelser if one.replaces_only_pupils]


def utelatt_tall(corrections: Rettelsesliste) -> Grunnlag:
    """The ids of the corrections that leave a figure out which the source shows."""
    return {"rettelse": "VARCHAR"}, [(one.id,) for one in corrections.rettelser if one.handling == "utelat"]


def ventet_celle(requests: Iterable[Request]) -> Grunnlag:
    """Every cell that a unit has in a request's window, with its points and limits. `vekt_indikator` and `vekt_maal`
    are the figure whose count is the cell's weight in a mean: itself, or another where its own count is a numerator."""
    columns = {
        **_UTTREKK, "kilde": "VARCHAR", "indikator": "VARCHAR", "maal": "VARCHAR", "trinn": "INTEGER",
        "skoleaar": "VARCHAR", "vindusaar": "INTEGER", "indikatoromraade": "VARCHAR", "vekt": "INTEGER",
        "fortegn": "INTEGER", "poeng_nasjonal": "INTEGER", "poeng_absolutt": "INTEGER", "metode": "VARCHAR",
        "grenseverdi": "DECIMAL(9,3)", "nasjonal_grense": "VARCHAR", "vekt_indikator": "VARCHAR",
        "vekt_maal": "VARCHAR",
    }  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for request in requests:
        rule_set = request.rule_set
        items = {(item.indikator, item.trinn): item for item in rule_set.indikatorer}
        for kilde, indikator, maal, trinn, skoleaar, vindusaar, _ in request.cells():
            item = items[indikator, trinn]
            rows.append(
                (
                    request.uttrekksaar, rule_set.navn, kilde, indikator, maal, trinn, skoleaar, vindusaar,
                    item.omraade, item.vekt.verdi, _SIGN[request.catalog.maal[maal].retning],
                    rule_set.poeng.nasjonal.verdi, rule_set.poeng.absolutt.verdi, item.absolutt_grense.metode,
                    item.absolutt_grense.verdi, rule_set.nasjonal_grense.verdi, *request.weight_of(indikator, maal),
                )
            )  # fmt: skip
    return columns, rows


def sett(requests: Iterable[Request]) -> Grunnlag:
    """The parameters of each request's set that decide who may be judged, in what order, and how many are chosen.

    An order is its rules with a comma between, the first one first.
    """
    columns = {
        **_UTTREKK, "antall_aar": "INTEGER", "min_aar": "INTEGER", "min_dekning": "DECIMAL(9,6)",
        "kategori1_antall": "INTEGER", "kategori1_naer": "DECIMAL(9,3)", "kategori2_antall": "INTEGER",
        "kategori2_min_skoler": "INTEGER", "kategori2_nivaa": "DECIMAL(9,3)", "kategori2_ovre_andel": "DECIMAL(9,3)",
        "poeng_absolutt": "INTEGER", "kategori1_ved_likhet": "VARCHAR", "kategori2_maal": "VARCHAR",
        "kategori2_ikke_vurdert": "BOOLEAN", "kategori2_rekkefolge": "VARCHAR", "kategori2_ved_likhet": "VARCHAR",
    }  # fmt: skip
    rows = []
    for request in requests:
        one, first, second = request.rule_set, request.rule_set.kategori1, request.rule_set.kategori2
        rows.append(
            (
                request.uttrekksaar, one.navn, one.antall_aar.verdi, one.min_aar.verdi, one.min_dekning.verdi,
                first.antall.verdi, first.naer_grensen.verdi, second.antall.verdi, second.min_skoler.verdi,
                second.spredning.nivaa.verdi, second.ovre_andel.verdi, one.poeng.absolutt.verdi,
                ",".join(first.ved_likhet.verdi), second.spredning.maal.verdi,
                second.ikke_vurdert_kan_vaere_kandidat.verdi, ",".join(second.rekkefolge.verdi),
                ",".join(second.ved_likhet.verdi),
            )
        )  # fmt: skip
    return columns, rows


def merking(requests: Iterable[Request], *, eksempel: bool) -> Grunnlag:
    """What is to be known of each request's results before anything else: whether the set is the scheme's own, whether
    the figures are invented, and the words of that (`ord`; `ord_forelopig` where figures are preliminary), with a space
    after them where there are any."""
    columns = {
        **_UTTREKK, "offisielt": "BOOLEAN", "eksempel": "BOOLEAN", "ord": "VARCHAR", "ord_forelopig": "VARCHAR",
    }  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for request in requests:
        words = [
            merking_av(request.rule_set, eksempel=eksempel, forelopig=forelopig).ord for forelopig in (False, True)
        ]
        spaced = (f"{one} " if one else "" for one in words)
        rows.append((request.uttrekksaar, request.rule_set.navn, request.rule_set.offisielt, eksempel, *spaced))
    return columns, rows


def ventet_kommune(requests: Iterable[Request], register: Register) -> Grunnlag:
    """The municipalities of each request's register, with name, county and statsforvalter on its day
    (null for one that no office is known to have had)."""
    columns = {
        **_UTTREKK, "kommunenr": "VARCHAR", "kommunenavn": "VARCHAR", "fylkesnr": "VARCHAR", "fylkesnavn": "VARCHAR",
        "statsforvalter": "VARCHAR",
    }  # fmt: skip
    rows = []
    for request in requests:
        day = request.registerdato
        for code, kommune in sorted(register.gjeldende(day).items()):
            fylke, office = register.fylke_for(code, day), register.statsforvalter_for_kommune(code, day)
            rows.append(
                (request.uttrekksaar, request.rule_set.navn, code, kommune.navn, fylke.fylkesnr, fylke.navn, office)
            )
    return columns, rows


def opphav(requests: Iterable[Request], register: Register) -> Grunnlag:
    """For each source and school year of a window: the codes that each municipality of the request's register is made
    of, and how (`uendret`, `flyttet`, `sammenslaatt`, `delt`)."""
    columns = {
        **_UTTREKK, "kilde": "VARCHAR", "skoleaar": "VARCHAR", "kommunenr": "VARCHAR", "fra": "VARCHAR",
        "maate": "VARCHAR",
    }  # fmt: skip
    rows = []
    for request in requests:
        for part in request.partitions():
            kilde, skoleaar = str(part["kilde"]), str(part["skoleaar"])
            day = min(day_in(skoleaar, request.catalog.kilder[kilde].referansedato), request.registerdato)
            for code, found in sorted(register.opphav(day, request.registerdato).items()):
                rows += [
                    (request.uttrekksaar, request.rule_set.navn, kilde, skoleaar, code, source, found.maate)
                    for source in found.kilder
                ]
    return columns, rows


def registerrad(register: Register) -> Grunnlag:
    """Every validity of the register, with the columns of the declared table `kommune`."""
    columns = {column.name: column.type for column in table("kommune").columns}
    return columns, [tuple(row[name] for name in columns) for row in register.rader()]
