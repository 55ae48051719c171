"""Back to a version and secrets replaced, over REST; nobody sees the secret."""

from core.secrets import write_secret
from inventory import snapshots
from tests.changes.office import LINES


def snapshot_of(office, hostname):
    with office.acting("arranger") as ctx:
        return snapshots.latest(ctx, office.ids[hostname]).id


def test_a_version_is_asked_for_back(office, rest):
    before = snapshot_of(office, "r1")
    office.shows("r1", description="changed since")
    body = {"snapshot_id": before, "title": "Back", "reason": "asked"}
    made = rest("engineer", "post", "/restores", json=body)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert made.json()["plan"]["targets"][0]["lines"] == [
        "interface Loopback0", " description router id",
    ]  # fmt: skip


def test_a_section_that_is_the_same_is_nothing_to_do(office, rest):
    before = snapshot_of(office, "r1")
    office.shows("r1", description="changed since")
    body = {"snapshot_id": before, "title": "Back", "reason": "asked", "sections": ["ntp"]}
    answer = rest("engineer", "post", "/restores", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_do")


def test_who_may_not_request_gets_no_version_back(office, rest):
    body = {"snapshot_id": snapshot_of(office, "r1"), "title": "Back", "reason": "asked"}
    assert rest("auditor", "post", "/restores", json=body).status_code == 403


def rotation(office, **more):
    return {
        "lines": {office.ids["r1"]: ["snmp-server community {secret} RO"]}, "title": "New",
        "reason": "asked", "reference": "db:fresh", **more,
    }  # fmt: skip


def test_a_new_secret_stands_in_the_plan_by_its_mark_only(office, rest):
    with office.acting("arranger") as ctx:
        write_secret(ctx, "fresh", "n3w-Secr3t!")
    made = rest("engineer", "post", "/rotations", json=rotation(office))
    assert made.status_code == 201, made.text
    assert "n3w-Secr3t!" not in made.text
    [line] = made.json()["plan"]["targets"][0]["lines"]
    assert line.startswith("snmp-server community <secret:")


def test_lines_without_a_place_for_the_secret_are_refused(office, rest):
    with office.acting("arranger") as ctx:
        write_secret(ctx, "fresh", "n3w-Secr3t!")
    body = rotation(office, lines={office.ids["r1"]: list(LINES)})
    answer = rest("engineer", "post", "/rotations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
