"""The page of the checks: what a reader is told, that nothing in it is taken for markup, and that it stands alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib import resources
from itertools import pairwise

import pytest

from oppfolging_pipeline.publish.kontrollrapport import report_of_failed_audit, report_of_release
from oppfolging_pipeline.publish.kontrollside import conclusion, render
from tests.unit.publish.outcomes import failed, release, utfall
from tests.unit.publish.page import Element, read_page

NOON = datetime(2026, 3, 9, 11, tzinfo=UTC)
HOSTILE = "</style><script>alert('1')</script><img src=x onerror=alert(2)>&amp;\"'"


def page_of(*releases) -> Element:
    return read_page(render(report_of_release(releases)))


def lines(page: Element, tabell: str) -> dict[str, list[str]]:
    """The rows of a table's checks by the check's name: verdict, offenders, time, history."""
    (details,) = [one for one in page.all("details") if one.one("h3").text == tabell]
    rows = details.one("table").one("tbody").all("tr")
    return {row.one("span", class_="navn").text: [cell.text for cell in row.all("td")] for row in rows}


def test_the_page_holds_every_check_with_verdict_number_guidance_time_and_history():
    outcomes = (utfall("ikke_tom", varighet=0.25), utfall("skjema", varighet=0.001, antall_avvik=None))
    page = page_of(release(1, *outcomes), release(2, *outcomes, utfall(tabell="vurdering")))
    assert lines(page, "lager.andel") == {
        "ikke_tom": ["✓ besto", "0", "0,25 s", "✓utgivelse 1: besto, ✓utgivelse 2: besto"],
        "skjema": ["✓ besto", "ikke telt", "under 0,01 s", "✓utgivelse 1: besto, ✓utgivelse 2: besto"],
    }  # fmt: skip
    assert lines(page, "lager.vurdering")["ikke_tom"][-1] == "–utgivelse 1: ikke kjørt, ✓utgivelse 2: besto"
    assert page.text.count("Om den feiler: Tabellen er tom. Se steget før.") == 3
    summary = page.all("table")[0].one("tbody").all("tr")
    assert [row.text for row in summary] == ["lager.vurdering✓ 1 besto0,25 s", "lager.andel✓ 2 besto0,25 s"]


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        (
            [utfall(), utfall("skjema")],
            "Utgivelse 2 ble laget 2. mars 2026 kl. 06.00. 2 kontroller i 1 tabell ble kjørt. Alle besto.",
        ),
        (
            [utfall(), failed("skjema", alvorlighet="varsel"), utfall(tabell="vurdering")],
            "Utgivelse 2 ble laget 2. mars 2026 kl. 06.00. Av 3 kontroller i 2 tabeller: 0 feilet, 1 ga varsel "
            "og 2 besto. Tallene er publisert, men les varslene før du bruker dem.",
        ),
        (
            [failed()],
            "Utgivelse 2 ble laget 2. mars 2026 kl. 06.00. Av 1 kontroll i 1 tabell: 1 feilet, 0 ga varsel og 0 besto. "
            "En kontroll som feiler, skal stanse utgivelsen: ikke bruk tallene før årsaken er funnet.",
        ),
    ],
    ids=["passed", "warned", "failed"],
)
def test_the_verdict_says_which_release_when_and_how_many(outcomes, sentence):
    assert conclusion(report_of_release([release(2, *outcomes)])).replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_the_verdict_on_a_stopped_run_says_that_what_was_published_stands():
    report = report_of_failed_audit([failed(), utfall("skjema")], "kjoering-1", NOON)
    assert conclusion(report).replace("\N{NO-BREAK SPACE}", " ") == (
        "Kjøringen ble stanset 9. mars 2026 kl. 12.00, og ingenting nytt er publisert. Av 2 kontroller i 1 tabell: "
        "1 feilet, 0 ga varsel og 1 besto. Det som var publisert fra før, er urørt."
    )
    page = read_page(render(report))
    assert page.one("strong").text == "✗ Stanset av kontrollene"
    assert "kjoering-1" in page.one("header").text and "kjoering-1" in page.one("title").text
    assert "Det finnes ingen utgivelse å sammenligne med." in page.text


@pytest.mark.parametrize(
    ("outcomes", "verdict", "class_"),
    [
        ([utfall(), utfall("skjema")], "✓ Alle kontroller besto", "bestaatt"),
        ([utfall()], "! Kontroller mangler", "varsel"),
        ([utfall(), failed("skjema", alvorlighet="varsel")], "! Publisert med varsler", "varsel"),
        ([failed(), utfall("skjema")], "✗ Publisert med feil", "feilet"),
    ],
)
def test_green_is_only_what_ran_everything_and_passed_it(outcomes, verdict, class_):
    page = page_of(release(1, utfall(), utfall("skjema")), release(2, *outcomes))
    assert page.one("div", class_="konklusjon").all("strong")[0].text == verdict
    assert page.all("div", class_=class_)


def test_failures_come_before_warnings_with_offenders_and_guidance():
    outcomes = (
        failed("b", alvorlighet="varsel", veiledning="Se B."), utfall("a"),
        failed("c (2024)", "vurdering", veiledning="Se C.", avvik=("enhet=1", "enhet=2"), antall_avvik=2),
        utfall("c (2025)", "vurdering"),
    )  # fmt: skip
    cases = page_of(release(1, *outcomes)).all("article")
    assert [case.one("h3").text for case in cases] == ["✗ feilet lager.vurdering: c", "! varsel lager.andel: b"]
    told = dict(zip([e.text for e in cases[0].all("dt")], [e.text for e in cases[0].all("dd")], strict=True))
    assert [item.text for item in cases[0].one("ul", class_="noekler").all("li")] == ["enhet=1", "enhet=2"]
    assert told["Hva som er galt, og hva du kan gjøre"] == "Se C."
    assert (told["Antall avvik"], told["Gjelder"], told["Historikk, eldst først"]) == (
        "2",
        "2024",
        "✗utgivelse 1: feilet",
    )


def test_a_table_with_a_failure_is_open_and_its_row_leads_to_the_case():
    page = page_of(release(1, failed(), utfall(tabell="vurdering")))
    assert {one.one("h3").text: "open" in one.attributes for one in page.all("details")} == {
        "lager.andel": True,
        "lager.vurdering": False,
    }
    targets = {element.attributes["id"] for element in page if "id" in element.attributes}
    links = [link.attributes["href"] for link in page.all("a")]
    assert len(links) == 4 + 2 + 1, "to the four sections, the two tables and the case"
    assert {href[1:] for href in links} <= targets and all(href.startswith("#") for href in links)
    assert len(targets) == sum("id" in element.attributes for element in page), "an id stands once"


def test_many_offenders_say_how_many_are_not_named():
    many = failed(avvik=tuple(f"enhet={n}" for n in range(20)), antall_avvik=12345)
    text = page_of(release(1, many)).one("article").text
    assert "Viser 20 nøkler av 12 345 avvik." in text
    assert "Viser" not in page_of(release(1, failed())).one("article").text
    uncounted = page_of(release(1, failed(antall_avvik=None))).one("article").text
    assert "Antall avvikikke telt" in uncounted and "enhet=6713" in uncounted


def test_nothing_that_comes_in_is_taken_for_markup():
    outcome = failed(
        f"navn{HOSTILE} (del{HOSTILE})", f"tabell{HOSTILE}", avvik=(HOSTILE,), veiledning=HOSTILE, antall_avvik=3
    )
    clean = render(report_of_release([release(1, failed("navn (del)", "tabell"), merknad="ren")]))
    html = render(report_of_release([release(1, outcome, merknad=HOSTILE)]))
    page = read_page(html)
    assert sorted({e.tag for e in page}) == sorted({e.tag for e in read_page(clean)})
    assert not page.all("script") and not page.all("img") and len(page.all("style")) == 1
    assert page.one("article").text.count(HOSTILE) == 5, "seen as it is: table, check, guidance, key, part"
    stopped = read_page(render(report_of_failed_audit([outcome], HOSTILE, NOON, (), HOSTILE)))
    assert not stopped.all("script") and stopped.one("title").text.endswith(HOSTILE)


def test_a_key_that_would_turn_or_hide_the_text_around_it_is_spelled_out():
    text = page_of(release(1, failed(avvik=("a\u202eb\x00c\nd\u200be",)))).one("article").one("code").text
    assert text == r"a\u202eb\u0000c\u000ad\u200be"


def test_the_page_needs_nothing_outside_itself():
    html = render(report_of_release([release(1, failed(), utfall("skjema"))]))
    page = read_page(html)
    assert "://" not in html and "url(" not in html and "@import" not in html
    assert not {e.tag for e in page} & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [name for e in page for name in e.attributes if name.startswith("on") or name in ("src", "style")]
    policy = [e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_columns_of_the_checks_are_named_in_norwegian_on_a_wide_screen_and_on_a_narrow_one():
    columns = ["Kontroll", "Utfall", "Avvik", "Tid", "Historikk"]
    page = page_of(release(1, failed(), utfall("skjema")))
    (table,) = [one.one("table") for one in page.all("details") if one.all("table")]
    assert [head.text for head in table.one("thead").all("th")] == columns
    narrow = {cell.attributes["data-navn"] for row in table.one("tbody").all("tr") for cell in row.all("td")}
    assert narrow == {*columns[1:]}


def test_headings_tables_and_language_can_be_told_without_seeing_the_page():
    page = page_of(release(1, failed(), utfall("skjema"), utfall(tabell="vurdering")))
    assert page.one("html").attributes["lang"] == "nb"
    levels = [int(e.tag[1]) for e in page if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(deeper - before <= 1 for before, deeper in pairwise(levels))
    assert len(page.all("main")) == 1 and len(page.all("table")) == 4
    for table in page.all("table"):
        assert table.one("caption").text
        assert all("scope" in head.attributes for head in table.all("th"))
        width = len(table.one("thead").all("th"))
        assert {len(row.all("th") + row.all("td")) for row in table.all("tr")} == {width}
    for mark in [e for e in page.all("span") if e.text in "✓!✗–?"]:
        assert mark.attributes.get("aria-hidden") == "true", "a mark is read as its word, beside it"


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_every_colour_of_text_stands_out_from_what_it_stands_on(scheme):
    # WCAG 2.1 AA: 4.5 to 1. Marks of one character are what a checker in a browser does not judge.
    template = resources.files("oppfolging_pipeline.publish").joinpath("kontroll.html.j2").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", template)
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]+);", blocks[scheme]))
    verdicts = ("besto", "varsel", "feilet")
    pairs = [(text, ground) for text in ("tekst", "dempet", "lenke", *verdicts) for ground in ("bunn", "flate")]
    pairs += [(text, f"{verdict}-flate") for verdict in verdicts for text in ("tekst", verdict)]
    assert len(blocks) == 3
    for text, ground in pairs:
        light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
