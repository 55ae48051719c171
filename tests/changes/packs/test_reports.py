"""The report for people: nothing of a device's making gets out of its place."""

import re

import pytest

from changes.packs import html, pdf
from changes.packs.model import OfChange, OfDevice
from changes.packs.pdf_sheet import wrapped
from changes.packs.report import Comparison, Line, Pairs, Report, Section, Table, Words
from tests.changes.packs.opened import collected, pack, ran

HOSTILE = "</style><script>alert(1)</script>\x1b[31m\u202e<para><font color=red>&amp; 中文 Ω"
MANNERS = ("plain", "quiet", "warning", "code")


def told(text):
    return Report(
        title=text, lead=text,
        sections=(
            Section(
                title=text,
                blocks=(
                    *(Words(text=text, manner=one) for one in MANNERS),
                    Pairs(rows=((text, text),)),
                    Table(columns=(text,), rows=((text,),), left_out=3),
                    Comparison(title=text, lines=(Line(kind="missing", text=text),)),
                ),
            ),
        ),
    )  # fmt: skip


def test_whatever_a_device_says_is_text_on_the_page():
    page = html.page(told(HOSTILE)).decode()
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<(?:link|img|iframe|object|form|base)\b", page)
    assert "http" not in re.sub(r"http-equiv", "", page)


def test_a_page_forbids_itself_everything_but_its_style():
    page = html.page(told("x")).decode()
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


def test_a_pdf_takes_any_text_and_is_the_same_twice():
    first, again = (pdf.document(told(HOSTILE)) for _ in range(2))
    assert first == again
    assert first.startswith(b"%PDF-")


def test_a_letter_that_the_font_lacks_stands_as_its_number():
    assert wrapped("a中b", "text", 400) == ["a[U+4E2D]b"]


@pytest.mark.parametrize("width", [20.0, 40.0, 300.0])
def test_a_word_that_is_too_long_is_broken_and_nothing_is_lost(width):
    text = "x" * 500 + " and a tail"
    lines = wrapped(text, "text", width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_cell_of_many_lines_is_cut_and_says_so():
    lines = wrapped("\n".join("abc" for _ in range(5000)), "text", 100)
    assert lines[-1] == "... 4601 more lines"


def test_the_reports_of_a_device_tell_of_one_change_as_of_one(office):
    collected(office, "r1")
    ran(office, "r1")
    page = pack(office, OfDevice(hostname=office.name("r1"))).text("report.html")
    assert "1 configuration was seen, 1 change was requested for it or under way." in page
    collected(office, "r1", description="later")
    ran(office, "r1")
    page = pack(office, OfDevice(hostname=office.name("r1"))).text("report.html")
    assert "2 configurations were seen, 2 changes were requested for it or under way." in page


def test_the_report_tells_who_asked_who_approved_and_who_could_not(office):
    change = ran(office, "r1", reason="the audit asked for it")
    page = pack(office, OfChange(change_id=change.id)).text("report.html")
    for name in ("engineer", "approver"):
        assert office.people[name].name in page
    for words in ("the audit asked for it", change.digest, "It succeeded.", "python3 -m venv v"):
        assert words in page
