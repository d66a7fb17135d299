from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from ketum.answers.interactions import Interactions
from ketum.report import render_page

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Balance(HTMLParser):
    """Collect what is opened and not closed, and every attribute on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parsed(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    parser.close()
    return parser


def test_the_page_is_well_formed(page):
    parser = parsed(page)
    assert parser.wrong == []
    assert parser.open == []


def test_the_page_loads_nothing(page):
    parser = parsed(page)
    assert parser.tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
    loads = [value for tag, name, value in parser.attributes if name in ("src", "srcset", "xlink:href", "data")]
    assert loads == []
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    outward = [value for tag, name, value in parser.attributes if name == "href" and not (value or "").startswith("#")]
    assert all((value or "").startswith("https://doi.org/") for value in outward)


def test_ids_are_unique_even_with_several_drawings(page):
    ids = [value for _, name, value in parsed(page).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_every_clip_path_is_on_the_page(page):
    ids = {value for _, name, value in parsed(page).attributes if name == "id"}
    assert {target[1:] for target in re.findall(r"url\(([^)]*)\)", page)} <= ids


def test_emergency_comes_first(page):
    order = [
        page.index(f'id="{name}"')
        for name in ("emergency", "findings", "taken", "levels", "exposure", "unknown", "limits", "sources")
    ]
    assert order == sorted(order)
    assert page.index("not advice") < page.index('id="emergency"')


def test_findings_keep_their_order_and_say_everything(page, report):
    places = [page.index(f'data-code="{finding.code}"') for finding in report.findings]
    assert places == sorted(places)
    for text in ("1.39", "1.23–1.57", "measured for midazolam", "Certainty: moderate", "slow or noisy breathing"):
        assert text in page
    assert "The prescriber, today" in page


def test_every_endpoint_is_on_the_page(page, report):
    for endpoint in report.endpoints:
        # What a trial would read off stays in the files.
        shown = endpoint.quantity != "half_life"
        assert shown == (f'data-endpoint="{endpoint.alkaloid}:{endpoint.quantity}"' in page)


def test_every_source_and_how_it_was_seen(page, report):
    for source in report.sources:
        assert f'id="source-{source.source_id}"' in page
        assert source.citation in page
        assert source.seen in page


def test_fact_ids_are_shown_and_lead_to_their_source(page):
    assert 'href="#source-tanna2023">ddi.tanna2023.midazolam</a>' in page
    assert '<span class="fact">tox.post2019</span>' in page
    assert "content.sharma2019.leaf" in page


def test_unknown_is_not_a_zero(page, report):
    assert "not known" in page
    assert not re.search(r"\b(nan|inf)\b", page)
    for item in report.unknown:
        assert item.what in page


def test_the_word_safe_does_not_stand_on_the_page(page):
    assert not re.search(r"\bsafe(ly|ty)?\b", page, re.IGNORECASE)


@pytest.mark.parametrize(("region", "shown"), [("US-OH", True), ("US", True), ("DE", False), ("FR", False)])
def test_the_us_poison_centre_is_for_us_regions(build, region, shown):
    page = render_page(build.report(case=build.case(region), levels=(), endpoints=()), {})
    assert ("1-800-222-1222" in page) is shown
    assert ("your national poison centre" in page) is not shown


HOSTILE = '<script>alert("x")</script>&"\''


def test_what_the_user_wrote_is_escaped(build):
    case = build.case(conditions=(HOSTILE,), medicine=[{"name": HOSTILE}])
    finding = build.replace(build.findings()[0], title=HOSTILE, because=HOSTILE, ask=HOSTILE, severity=HOSTILE)
    source = build.SourceLine(HOSTILE, HOSTILE, doi=HOSTILE, seen=HOSTILE, fact_ids=(HOSTILE,))
    hostile = build.report(title=HOSTILE, case=case, findings=(finding,), sources=(source,), levels=(), endpoints=())
    page = render_page(hostile, {})
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert parsed(page).wrong == []


def test_labels_inside_figures_are_escaped(build):
    from ketum.report import figures

    levels = tuple(build.replace(level, label=HOSTILE) for level in build.published())
    hostile = build.report(published=levels, endpoints=())
    page = render_page(hostile, figures(hostile))
    assert "<script" not in page
    assert parsed(page).wrong == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "are those of kratom without other medicines"),
        (("fluconazole",), "What fluconazole does to the loss of kratom is in these levels"),
        (("st john's wort", "verapamil"), "What St John's wort and verapamil do to the loss of kratom"),
    ],
)
def test_the_page_says_which_medicines_are_in_the_levels(build, names, said):
    page = render_page(build.report(levels_with=names, interactions=Interactions((), (), ())), {})
    assert said in html.unescape(page)


def test_a_long_origin_has_a_line_of_its_own(build):
    finding = build.findings()[0]
    long, short = (
        build.replace(finding, numbers=(build.replace(finding.numbers[0], origin=text),))
        for text in ("long " * 40, "short")
    )
    assert 'colspan="4" class="small">long' in render_page(build.report(findings=(long,)), {})
    assert 'class="small">short' not in render_page(build.report(findings=(short,)), {})


def test_a_bare_report_can_be_shown(build):
    empty = build.report(
        title=None, levels=(), published=(), endpoints=(), doses=(), findings=(), unknown=(), sources=()
    )
    page = render_page(empty, {})
    assert parsed(page).wrong == []
    assert "not proof that there is no danger" in page


def test_medicines_read_as_they_were_written(build):
    case = build.case(medicine=[{"name": "sertraline", "amount": "100 mg", "every": "24 h"}])
    assert "sertraline 100 mg every 24 h" in render_page(build.report(case=case, levels=(), endpoints=()), {})


def test_a_browser_that_darkens_pages_leaves_this_one_alone(page):
    """Else the letters of figures turn white on white."""
    assert re.search(r":root\s*{[^}]*color-scheme:\s*only light", page)


def test_on_a_phone_a_figure_scrolls_and_is_not_shrunk(page):
    narrow = page[page.index("max-width: 40rem") :]
    narrow = narrow[: narrow.index("@page")]
    assert re.search(r"figure[^}]*overflow-x: auto", narrow)
    assert re.search(r"figure svg {[^}]*width: \d+", narrow)
