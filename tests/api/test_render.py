"""Templates over sample objects, and what they are made with."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from api.web import badges, menu
from api.web.manifest import Manifest, read_manifest
from api.web.render import (
    TEMPLATES,
    age,
    as_json,
    clock,
    device_text,
    make_environment,
    span,
    stamp,
)
from changes.states import State
from drift.models import VERDICTS
from inventory.models import STATES
from tests.api.samples.pages import PAGES

ICONS = json.loads((TEMPLATES.parent / "assets/icons.json").read_text())
FILES = {
    name: f"{name}.1" for name in ("app.js", "theme.js", "style.css", "icons.svg", "favicon.svg")
}
MANIFEST = Manifest(files=FILES, icons=frozenset(ICONS))
EVERYTHING, NOTHING = (lambda _permission: True), (lambda _permission: False)


@pytest.fixture(scope="module")
def templates():
    return make_environment(MANIFEST)


@pytest.mark.parametrize(
    ("rows", "words"), [("0, 'finding'", "0 findings"), ("1, 'finding'", "1 finding"),
                        ("2", "2 rows"), ("'3 to 5 lines'", "3 to 5 lines")],
)  # fmt: skip
def test_a_pager_counts_one_row_as_one(templates, rows, words):
    page = templates.from_string(
        '{% from "macros.html" import pager with context %}{{ pager("/", {}, none, ' + rows + ") }}"
    ).render(may=EVERYTHING)
    assert BeautifulSoup(page, "html.parser").nav.span.text == words


def render(templates, name, *, may=EVERYTHING):
    template, values = PAGES[name]
    groups = () if template == "sign_in.html" else menu.menu_for(may)
    return templates.get_template(template).render(
        menu=groups, may=may, username="ines", csrf_token="t0ken", **values
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_heading_a_title_and_its_content(templates, name):
    page = BeautifulSoup(render(templates, name), "html.parser")
    assert len(page.find_all("h1")) == 1
    assert page.title.text.strip().endswith("· Trimtab")
    assert page.main.get_text(strip=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_no_text_of_a_device(templates, name):
    text = render(templates, name)
    assert "<script>alert" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<b>no HTML</b>" not in text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_the_content_security_policy(templates, name):
    page = BeautifulSoup(render(templates, name), "html.parser")
    attributes = {key for tag in page.find_all() for key in tag.attrs}
    assert not {key for key in attributes if key == "style" or key.startswith(("on", "hx-on"))}
    assert [tag for tag in page.find_all("script") if not tag.get("src") or tag.text] == []
    assert page.find_all(["style", "iframe", "object", "base"]) == []


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("sign_in")])
def test_every_form_that_changes_something_carries_the_token(templates, name):
    page = BeautifulSoup(render(templates, name), "html.parser")
    forms = page.find_all("form", method="post")
    tokens = [form.find("input", attrs={"name": "csrf_token"}) for form in forms]
    assert forms
    assert [token and token["value"] for token in tokens] == ["t0ken"] * len(forms)


@pytest.mark.parametrize("name", PAGES)
def test_every_icon_has_words_beside_it_or_in_its_button(templates, name):
    page = BeautifulSoup(render(templates, name), "html.parser")
    for tag in page.find_all(["button", "a"]):
        assert tag.get_text(strip=True) or tag.get("aria-label") or tag.find("img"), tag


@pytest.mark.parametrize("name", PAGES)
def test_fields_have_labels(templates, name):
    page = BeautifulSoup(render(templates, name), "html.parser")
    fields = page.find_all(["input", "select", "textarea"])
    wanting = [
        field for field in fields
        if field.get("type") != "hidden"
        and not field.get("aria-label") and not field.find_parent("label")
    ]  # fmt: skip
    assert wanting == []


def test_an_approval_is_bound_to_the_digest_shown(templates):
    page = BeautifulSoup(render(templates, "change"), "html.parser")
    form = page.find("form", action="/changes/15/approvals")
    assert (
        form.find("input", attrs={"name": "digest"})["value"] == PAGES["change"][1]["change"].digest
    )


def test_who_asked_for_a_change_sees_no_form_to_approve_it(templates):
    text = render(templates, "change_own")
    assert "another person decides" in text
    assert "/approvals" not in text


@pytest.mark.parametrize(
    "name", ["finding", "change", "change_running", "change_succeeded", "event"]
)
def test_who_may_nothing_sees_no_form_but_signing_out(templates, name):
    page = BeautifulSoup(render(templates, name, may=NOTHING), "html.parser")
    assert [form["action"] for form in page.find_all("form", method="post")] == ["/sign-out"]


def test_only_a_living_execution_has_a_stream_and_it_continues_after_the_last_line(templates):
    running = BeautifulSoup(render(templates, "change_running"), "html.parser").find(class_="log")
    over = BeautifulSoup(render(templates, "change_succeeded"), "html.parser").find(class_="log")
    assert (running["data-stream"], running["data-after"]) == ("/changes/13/stream", "6")
    assert "data-stream" not in over.attrs


def test_the_difference_marks_each_run_of_lines_once(templates):
    page = BeautifulSoup(render(templates, "finding"), "html.parser")
    rows = page.select(".diff tbody tr")
    marked = [row for row in rows if row.has_attr("data-difference")]
    assert [row["class"] for row in marked] == [["is-missing"], ["is-changed"], ["is-extra"]]
    assert page.select_one(".diff .fold").get_text(" ", strip=True).startswith("11 equal lines")


def test_the_next_page_keeps_the_filters_in_force(templates):
    page = BeautifulSoup(render(templates, "devices"), "html.parser")
    assert page.find("a", rel="next")["href"] == "/devices?state=active&after=core-24"


def test_the_menu_marks_the_page_one_is_on(templates):
    page = BeautifulSoup(render(templates, "device"), "html.parser")
    assert [tag["href"] for tag in page.select(".side [aria-current]")] == ["/devices"]


def test_the_menu_leaves_out_what_one_may_not_see():
    shown = menu.menu_for(lambda permission: permission == "audit.read")
    assert [(group.name, [one.name for one in group.entries]) for group in shown] == [
        ("", ["Dashboard", "My work"]),
        ("Govern", ["Audit", "Questions"]),
    ]


def test_every_place_of_the_menu_has_a_key_of_its_own():
    keys = [entry.key for group in menu.MENU for entry in group.entries]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("state", [*State, *VERDICTS, *STATES])
def test_every_state_has_a_look_of_its_own(state):
    assert state in badges._MARKS


def test_a_state_without_a_look_is_told_quietly():
    assert badges.badge_of("half_done") == badges.Badge("circle-dashed", "quiet", "half done")


def test_the_sprite_holds_no_icon_that_nothing_names():
    quoted = {
        word
        for path in TEMPLATES.glob("*.html")
        for word in re.findall(r'"([a-z0-9-]+)"', path.read_text())
    }
    marks = {icon for icon, _tone in badges._MARKS.values()}
    places = {entry.icon for group in menu.MENU for entry in group.entries}
    assert sorted(set(ICONS) - quoted - marks - places) == []


def test_every_mark_and_place_has_its_icon_in_the_sprite():
    marks = {icon for icon, _tone in badges._MARKS.values()}
    places = {entry.icon for group in menu.MENU for entry in group.entries}
    assert sorted((marks | places) - set(ICONS)) == []


def test_an_icon_that_the_sprite_lacks_is_a_defect():
    with pytest.raises(KeyError, match=r"icons\.json"):
        MANIFEST.icon("no-such-icon")


def test_a_build_without_pages_has_no_manifest(tmp_path: Path):
    assert read_manifest(tmp_path) is None


def test_the_manifest_gives_addresses_of_hashed_files(tmp_path: Path):
    (tmp_path / "manifest.json").write_text('{"files": {"app.js": "app.1.js"}, "icons": ["x"]}')
    found = read_manifest(tmp_path)
    assert found == Manifest(files={"app.js": "app.1.js"}, icons=frozenset({"x"}))
    assert found.address("app.js") == "/static/app.1.js"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("interface Gi0/1\n\tup", "interface Gi0/1\n\tup"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\x00", "a\\x0db\\x00"),
        ("abc\u202edef", "abc\\u{202e}def"),
        ("pay\u200bpal", "pay\\u{200b}pal"),
        ("\ud800", "\\u{d800}"),
        ("café 東京", "café 東京"),
        (42, "42"),
    ],
)
def test_device_text_shows_what_would_hide(told, shown):
    assert device_text(told) == shown


@given(st.text(st.characters(codec=None)))
def test_device_text_never_holds_anything_that_does_not_print(text):
    assert all(char.isprintable() or char in "\n\t" for char in device_text(text))


def test_a_time_is_told_in_utc_with_its_zone():
    at = datetime(2026, 11, 24, 14, 5, 9, tzinfo=timezone(timedelta(hours=2)))
    assert '>2026-11-24 12:05 <span class="zone">UTC</span><' in stamp(at)
    assert '>2026-11-24 12:05:09 <span class="zone">UTC</span><' in clock(at)
    assert 'datetime="2026-11-24T12:05:09+00:00"' in stamp(at.isoformat())


@pytest.mark.parametrize("shown", [stamp, clock, age])
@pytest.mark.parametrize("nothing", [None, ""])
def test_no_time_is_a_dash(shown, nothing):
    assert BeautifulSoup(shown(nothing), "html.parser").get_text() == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("seconds", "told"), [(5, "5 s"), (61, "1 min"), (7300, "2 h"), (200_000, "2 d"), (-30, "0 s")]
)
def test_an_age_has_one_unit(seconds, told):
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    assert BeautifulSoup(age(at), "html.parser").get_text() == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (95.4, "1 min 35 s"), (5400, "1 h 30 min"), (90_061, "1 d 1 h"), (-3, "0 s")],
)
def test_a_length_of_time_has_two_units_at_most(seconds, told):
    assert span(seconds) == told


def test_facts_are_told_as_json_with_their_own_letters():
    assert as_json({"names": ["é"], "at": datetime(2026, 1, 1, tzinfo=UTC)}) == (
        '{"names": ["é"], "at": "2026-01-01 00:00:00+00:00"}'
    )
