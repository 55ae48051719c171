"""Risk formulas over REST: read, published, compared, tried."""

import pytest

from changes.risk.formula import parse, shipped
from changes.risk.trial import MOST

STRICT = shipped().replace("medium: {from: 35,", "medium: {from: 10,")


@pytest.fixture
def text():
    """A formula of its own each time, since what holds already is not published again."""
    made = iter(range(11, 34))
    return lambda: STRICT.replace("medium: {from: 10,", f"medium: {{from: {next(made)},")


def publish(client, text, **values):
    return client.post("/risk/policies", json={"text": text, "reason": "decided", **values})


def test_a_formula_is_published_listed_and_read(rest, text):
    told = text()
    made = publish(rest("admin"), told, unit_code="ops")
    assert made.status_code == 201
    row = made.json()
    assert (row["unit_code"], row["digest"]) == ("ops", parse(told).digest)
    listed = rest("auditor").get("/risk/policies").json()["items"]
    assert row in listed
    assert rest("auditor").get(f"/risk/policies/{row['id']}").json() == row | {"text": told}
    held = rest("auditor").get("/risk/formula", params={"unit_code": "ops"}).json()
    assert held == {"text": told}


def test_two_versions_are_compared(rest):
    told = STRICT.replace("medium: {from: 10,", "medium: {from: 34,")
    row = publish(rest("admin"), told, unit_code="elsewhere").json()
    answer = rest("auditor").get("/risk/comparison", params={"left": 0, "right": row["id"]})
    assert answer.json() == [{"place": "levels.medium.from", "before": 35, "after": 34}]


def test_a_formula_is_tried_on_past_changes(rest, world):
    answer = rest("auditor").post("/risk/trial", json={"text": STRICT, "limit": MOST})
    assert answer.status_code == 200
    tried = next(one for one in answer.json() if one["change_id"] == world.ids["change"])
    assert tried["devices"] == 1
    assert tried["then"]["policy"] == parse(STRICT).digest
    assert tried["then"]["score"] == sum(one["points"] for one in tried["then"]["reasons"])


@pytest.mark.parametrize("way", ["/risk/policies", "/risk/trial"])
def test_a_broken_formula_is_refused_with_its_place(rest, way):
    told = STRICT.replace("approvals: 1,", "approvals: 0,")
    body = {"text": told} | ({"reason": "r"} if way.endswith("policies") else {})
    answer = rest("admin").post(way, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "risk_policy_broken")
    assert "levels.low.approvals" in answer.json()["detail"]


def test_an_engineer_publishes_no_formula(rest, recorded):
    before = recorded()
    answer = publish(rest("engineer"), STRICT, unit_code="ops")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert recorded() == before
