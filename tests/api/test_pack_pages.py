"""What pages say about the pack of a change."""

import pytest

from changes import approvals, notices, requests
from changes.models import ChangeRequest
from changes.requests import Wanted
from tests.api.forms import sign_in

STILL = "are still being sent; a pack made after them will be another one."


@pytest.fixture
def change(world, drifted):
    """One that is over: who asked for it is to be told."""
    with world.context(world.person("engineer")) as ctx:
        wanted = Wanted(title="Correct it", reason="drift")
        made = requests.request_correction(ctx, [drifted.finding_id], wanted)
    with world.context(world.person("approver")) as ctx:
        return approvals.reject(ctx, made.id, digest=made.digest, note="not now").id


def test_the_page_of_a_change_says_to_auditors_that_notices_are_still_being_sent(
    browser, world, change
):
    sign_in(browser, "auditor")
    said = f"Notices about C{change} {STILL}"
    assert said in browser.get(f"/changes/{change}").text
    with world.context() as ctx:
        row = ctx.get(ChangeRequest, change)
        notices.note(ctx, row, notices.notes_of(ctx, row))
    assert STILL not in browser.get(f"/changes/{change}").text


def test_who_makes_no_packs_is_not_told_of_them(browser, change):
    sign_in(browser, "engineer")
    assert STILL not in browser.get(f"/changes/{change}").text
