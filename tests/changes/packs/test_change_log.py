"""A report tells what was approved, what was sent and what was said; and names persons."""

from changes.packs.model import OfChange
from tests.changes.packs.opened import pack, ran


def report_of(office, change):
    return pack(office, OfChange(change_id=change.id)).read("report.html").decode()


def test_the_lines_that_were_signed_stand_where_it_is_told_what_was_asked(office):
    page = report_of(office, ran(office, "r1"))
    asked, rest = page.split("Who approved what</h2>")
    assert "Lines for" in asked
    assert "Lines for" not in rest


def test_whoever_got_a_post_is_named_and_not_told_by_a_number(office):
    page = report_of(office, ran(office, "r1"))
    assert ", identity " not in page
