"""Ways to spoil what is said: the reasons of ranks and choices, the origin of a limit, the note on a basis.

Belongs here: the mutations of published sentences, each with the check that must catch it. Does not belong here: the
decisions themselves (`spoiled_decisions`), or sentences that give a figure away (`spoiled_published`).
"""

from __future__ import annotations

from tests.mutation.mutation import Mutation, caught, where
from tests.mutation.spoiled_decisions import IN_1, I, K, R, S

G = "grense"
IDENTIFIED, NOT_IDENTIFIED = "Identifisert i kategori 1, de 30 med høyest andel.", "Ikke blant de 30 i kategori 1."
NO_FIGURES = "Ingen tall finnes for enheten i perioden."
OTHER_SET = {"indikatorsett": "'udir-2020'"}
REASON, GRUNN = "begrunnelsen_er_kommunens", "grunnen_er_kandidatens"


def said(condition: str, text: str) -> Mutation:
    """Another reason in the ranking, as it would then stand among the identified."""
    return caught(R, where(R, condition, begrunnelse=text), REASON)


def instead(column: str, old: str, new: str) -> str:
    """SQL: the text with those words in the place of others."""
    return f"replace({column}, '{old}', '{new}')"


ALL: dict[str, Mutation] = {
    "identified, it says, of one that is not": said("vurdert AND kategori IS NULL", instead("begrunnelse", NOT_IDENTIFIED, IDENTIFIED)),
    "not identified, it says, of one that is": said(IN_1, instead("begrunnelse", IDENTIFIED, NOT_IDENTIFIED)),
    "a reason cut off": said(IN_1, "begrunnelse[1:150]"),
    "a reason cut off in the middle of what is said of a candidate": said("kategori = 2", "begrunnelse[1:150]"),
    "a reason in broken letters": said("true", instead("begrunnelse", "å", "Ã¥")),
    "another number of figures beyond the limit": said(
        IN_1, r"regexp_replace(begrunnelse, '; \d+ tall er dårligere', '; 3 tall er dårligere')"
    ),
    "another percent that the sentence may hold": said(
        IN_1, r"regexp_replace(begrunnelse, '\(\d+,\d+ prosent\)', '(30 prosent)')"
    ),
    "a tie that there is not": said(
        "rangering = 1", "begrunnelse || ' Andelen er lik på begge sider av grensen; flest mulige risikopoeng avgjorde.'"
    ),
    "open points that there are not, it says": said(
        "rangering = 1", "begrunnelse || ' 3 mulige risikopoeng er åpne, for tallene kan ikke bygges etter en "
        "kommuneendring; plassen kunne vært en annen.'",
    ),
    "a weighted share called a share of the figures": said(
        "NOT vurdert", r"regexp_replace(begrunnelse, '\d+ av \d+ tall som finnes, er vist\. Vektet som poengene er det (\d+,\d) "
        r"prosent, og', 'Bare \1 prosent av tallene som finnes, er vist;')",
    ),
    "not judged, and the text keeps the reason to itself": said("NOT vurdert", "'Ikke vurdert.'"),
    "not judged for another reason": caught(
        R, where(R, "NOT vurdert", ikke_vurdert_grunn=f"'{NO_FIGURES}'", begrunnelse=f"'Ikke vurdert. {NO_FIGURES}'"),
        "grunn_naar_ikke_vurdert", REASON,
    ),
    "a school not judged for another reason": caught(
        S, where(S, "NOT vurdert", ikke_vurdert_grunn=f"'{NO_FIGURES}'"), "vurdert_etter_regelen"
    ),
    "a candidate not chosen, it says, in ranking and list": caught(
        I, where(I, "kategori = 2", begrunnelse=instead("begrunnelse", "Valgt som", "Ikke valgt som")),
        "begrunnelsen_sier_hva_kandidaten_er",
        **{R: where(R, "kategori = 2", begrunnelse=instead("begrunnelse", "Valgt som", "Ikke valgt som"))},
    ),
    "of another spread, it says": caught(
        I, f"SELECT * FROM {I}", "begrunnelsen_sier_hva_kandidaten_er",
        **{R: where(R, "true", begrunnelse=r"regexp_replace(begrunnelse, ' er \d+,\d prosentpoeng', ' er 25 prosentpoeng')")},
    ),
    "a candidate, it says, of one that is none": caught(
        I, f"SELECT * FROM {I}", "begrunnelsen_sier_hva_kandidaten_er",
        **{R: where(R, "rangering = 100", begrunnelse="begrunnelse || ' Kandidat nr. 1 av 2 i kategori 2.'")},
    ),
    "a candidate that nothing is said of": caught(
        I, f"SELECT * FROM {I}", "begrunnelsen_sier_hva_kandidaten_er",
        **{R: where(R, "kategori = 2", begrunnelse="split_part(begrunnelse, ' Kandidat nr. ', 1)")},
    ),
    "not chosen, it says, of a chosen candidate": caught(
        K, where(K, "valgt", grunn=instead("grunn", "Valgt som nr.", "Ikke valgt: nr.")), GRUNN
    ),
    "by a priority that nobody gave": caught(
        K, where(K, "true", grunn=instead("grunn", "etter spredning", "etter statsforvalterens prioritet")), GRUNN
    ),
    "the grounds of another candidate": caught(
        K, where(K, "rangering <= 2", grunn=f"(SELECT grunn FROM {K} o WHERE o.rangering = 3 - {K}.rangering)"), GRUNN
    ),
    "grounds cut off": caught(K, where(K, "true", grunn="grunn[1:25]"), GRUNN),
    "a candidate in a tie that there is not": caught(
        K,
        where(K, "rangering = 1",
              grunn="grunn || ' Spredningen er lik på begge sider av grensen; lavest kommunenummer avgjorde.'"),
        GRUNN,
    ),
    "a national limit said to be made by us": caught(
        G, where(G, "true", kilde=instead("kilde", "publisert nasjonal verdi", "beregnet av kommunenes viste verdier, vektet med elevtall")),
        "nasjonal_som_publisert",
    ),
    "the origin of another limit": caught(
        G, where(G, "trinn = 5", kilde=f"(SELECT max(kilde) || ' Og mer.' FROM {G})"), "nasjonal_som_publisert"
    ),
    "the origin of a limit cut off": caught(G, where(G, "true", kilde="kilde[1:20]"), "nasjonal_som_publisert"),
    "a break in the window that nobody is told of": caught(
        # Of the set whose window spans one, with something of each table beside it.
        "grunnlag", where("grunnlag", "true", **OTHER_SET), "bruddene_er_fortalt",
        innhold_brukt=where("innhold_brukt", "true", **OTHER_SET),
        rettet_celle="SELECT * REPLACE ('udir-2020' AS indikatorsett), 'x' AS rettelse, nivaa AS rettet_nivaa FROM vurdering LIMIT 1",
    ),
    "known on a day before the figures came in": caught(
        "grunnlag", where("grunnlag", "true", kjent_per="DATE '2024-01-01'"), "kjent_da_det_kom_inn"
    ),
}  # fmt: skip
