"""`trimtab notice`: what waits for oneself, what one was told, and how."""

from tests.trimtab.conftest import requested


def test_an_approver_sees_what_waits_for_their_vote(staff):
    change = requested(staff)
    [told] = staff.as_("ada").json("notice votes")
    assert (told["votes"], told["digest"]) == ("0 of 1", change["digest"])
    assert staff.as_("erin").json("notice votes") == []


def test_one_chooses_how_one_is_told(staff):
    staff.as_("ada")
    assert staff.json("notice list") == []
    assert staff.json("notice prefer") == {"manner": "each"}
    assert staff.json("notice prefer daily") == {"manner": "daily"}
    assert staff.json("notice prefer") == {"manner": "daily"}
