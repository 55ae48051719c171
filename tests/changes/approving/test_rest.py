"""Stages, batches, comments and delegations over REST."""

from datetime import timedelta

from changes.requests import plan_of


def test_the_stages_say_who_approved_and_who_may_still(office, rest):
    change = office.requested("r1")
    [stage] = rest("auditor", "get", f"/changes/{change.id}/stages").json()
    second = office.people["second"].person_id
    assert (stage["complete"], stage["approval_ids"]) == (False, [])
    assert second in {one["person_id"] for one in stage["voters"]}
    office.approve(change)
    [stage] = rest("auditor", "get", f"/changes/{change.id}/stages").json()
    assert (stage["complete"], len(stage["approval_ids"]), stage["voters"]) == (True, 1, [])


def test_alike_changes_are_approved_in_one_request_each_by_its_digest(office, rest):
    first, second = office.requested("r1"), office.requested("r2")
    alike = rest("approver", "get", f"/changes/{first.id}/alike").json()
    assert [one["id"] for one in alike] == [first.id, second.id]
    body = {"changes": [{"change_id": one["id"], "digest": one["digest"]} for one in alike]}
    answer = rest("approver", "post", "/approvals", json=body)
    assert answer.status_code == 201
    assert [one["state"] for one in answer.json()] == ["approved", "approved"]


def test_a_line_is_commented_and_the_comment_settled(office, rest):
    change = office.requested("r1")
    path, line, side = plan_of(change).targets[0].declared[0]
    body = {
        "body": "why?", "device_id": office.ids["r1"], "objection": True,
        "place": {"path": list(path), "line": line, "side": side},
    }  # fmt: skip
    written = rest("approver", "post", f"/changes/{change.id}/comments", json=body)
    assert (written.status_code, written.json()["place"]) == (201, [list(path), line, side])
    refused = rest(
        "second", "post", f"/changes/{change.id}/approvals", json={"digest": change.digest}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "open_objection")
    settled = rest("approver", "post", f"/comments/{written.json()['id']}/settlement")
    assert settled.json()["settled_by_id"] == office.people["approver"].person_id
    told = rest("engineer", "get", f"/changes/{change.id}/comments").json()
    assert [one["body"] for one in told] == ["why?"]


def test_a_delegation_is_given_listed_and_revoked(office, rest):
    begins = office.clock.at
    body = {
        "deputy_id": office.people["operator"].person_id, "reason": "leave",
        "begins_at": begins.isoformat(), "ends_at": (begins + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    given = rest("approver", "post", "/delegations", json=body)
    assert (given.status_code, given.json()["absent"]) == (201, True)
    key = given.json()["id"]
    assert key in {one["id"] for one in rest("operator", "get", "/delegations").json()}
    gone = rest("approver", "post", f"/delegations/{key}/revocation", json={"reason": "back"})
    assert gone.json()["revoked_at"] is not None
    assert key not in {one["id"] for one in rest("operator", "get", "/delegations").json()}


def test_a_batch_of_changes_that_differ_is_refused(office, rest):
    first, second = office.requested("r1"), office.requested("r2", lines=["ntp server 10.0.0.8"])
    body = {"changes": [{"change_id": one.id, "digest": one.digest} for one in (first, second)]}
    answer = rest("approver", "post", "/approvals", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
