"""Records that the platform goes on asking for stay in the database when they are archived."""

from changes.maintenance.passwords import STATED
from changes.questions.compliance import RETIRED
from changes.questions.executors import EXECUTED
from core.evidence.archives.staying import STAYING


def test_what_lets_a_change_run_stays():
    words = {"change.requested", "change.approved", "change.glass_broken"}
    assert words | {"standard_change.approved"} <= set(STAYING)


def test_what_questions_and_maintenance_look_up_however_old_stays():
    looked_up = {*EXECUTED, *STATED, RETIRED, "post.assigned", "finding.accepted"}
    assert looked_up <= set(STAYING)
