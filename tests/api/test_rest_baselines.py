"""Intended texts, planned baselines and expected facts over REST."""

import pytest

from drift.intent import sources
from drift.intent.model import Intended
from tests.api.conftest import APPROVED
from tests.drift.source_contract import FakeSource

NTP = "ntp server 10.0.0.1\n"


@pytest.fixture
def source(monkeypatch, drifted):
    """The only source there is; it intends another time server for the device."""
    text = APPROVED.format(name=drifted.hostname).replace("10.0.0.1", "10.0.0.2")
    found = FakeSource({drifted.hostname: Intended(text=text, provenance="memory")})
    monkeypatch.setattr(sources, "sources", lambda: (found,))
    return found


@pytest.mark.usefixtures("source")
def test_what_is_intended_is_shown_and_approved_by_its_digest(rest, drifted):
    shown = rest("engineer").get(f"/devices/{drifted.device_id}/intended").json()
    assert (shown["version"], shown["news"], shown["provenance"]) == (1, True, "fake: memory")
    assert [(one["line"], one["side"]) for one in shown["differences"]] == [
        ("ntp server 10.0.0.1", "extra"), ("ntp server 10.0.0.2", "missing"),
    ]  # fmt: skip
    address = f"/devices/{drifted.device_id}/intended/approvals"
    body = {"digest": "0" * 64, "reason": "new server", "grace_hours": 48}
    stale = rest("approver").post(address, json=body)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_proposal")
    made = rest("approver").post(address, json=body | {"digest": shown["digest"]})
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.json()["source"]) == (2, "fake")
    assert made.json()["grace_until"] is not None


def test_a_device_that_no_source_speaks_of_is_not_found(rest, drifted, source):
    source.texts.clear()
    answer = rest("engineer").get(f"/devices/{drifted.device_id}/intended")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_intent")


def test_a_source_that_fails_says_why(rest, drifted, source):
    source.failing = True
    answer = rest("engineer").get(f"/devices/{drifted.device_id}/intended")
    assert (answer.status_code, answer.json()["code"]) == (422, "intent_wrong")


def test_a_planned_baseline_is_taken_back(rest, drifted):
    address = f"/devices/{drifted.device_id}/baselines"
    body = {"text": NTP, "reason": "later", "valid_from": "2099-01-01T00:00:00Z",
            "sections": ["ntp"]}  # fmt: skip
    made = rest("approver").post(address, json=body)
    assert made.status_code == 201, made.text
    assert made.json()["sections"] == ["ntp"]
    gone = rest("approver").post(f"{address}/2/withdrawal", json={"reason": "not needed"})
    assert gone.json()["valid_until"] == gone.json()["valid_from"]
    again = rest("approver").post(f"{address}/2/withdrawal", json={"reason": "not needed"})
    assert (again.status_code, again.json()["code"]) == (409, "not_planned")
    assert rest("approver").post(f"{address}/9/withdrawal", json={"reason": "x"}).status_code == 404


def test_terms_that_cannot_be_are_refused(rest, drifted):
    address = f"/devices/{drifted.device_id}/baselines"
    for wrong in (
        {"valid_from": "2001-01-01T00:00:00Z"}, {"valid_from": "2099-01-01T00:00:00"},
        {"grace_hours": -1}, {"sections": [""]},
    ):  # fmt: skip
        answer = rest("approver").post(address, json={"text": NTP, "reason": "x"} | wrong)
        assert answer.status_code == 422, wrong


def test_facts_are_given_compared_and_listed(rest, drifted):
    address = f"/devices/{drifted.device_id}/facts"
    assert rest("engineer").get(address).json()["expected"] is None
    body = {"facts": {"interfaces": ["Gi0/9"]}, "reason": "as built"}
    made = rest("approver").post(f"{address}/expected", json=body)
    assert made.status_code == 201, made.text
    told = rest("engineer").get(address).json()
    assert told["expected"]["interfaces"] == ["Gi0/9"]
    assert (told["in_sync"], [one["line"] for one in told["differences"]]) == (
        False, ["interfaces Gi0/9", "interfaces Gi0/1"],
    )  # fmt: skip
    body = {"snapshot_id": drifted.snapshot_ids[1], "reason": "as it is"}
    approved = rest("approver").post("/facts/approvals", json=body)
    assert approved.json()["facts"]["interfaces"] == ["Gi0/1"]
    page = rest("engineer").get(f"{address}/expected", params={"limit": 1}).json()
    assert ([one["version"] for one in page["items"]], page["next"]) == ([2], 2)
    rest_of = rest("engineer").get(f"{address}/expected", params={"after": 2}).json()
    assert [one["version"] for one in rest_of["items"]] == [1]


def test_an_unknown_kind_of_fact_is_refused(rest, drifted):
    body = {"facts": {"colour": "red"}, "reason": "x"}
    answer = rest("approver").post(f"/devices/{drifted.device_id}/facts/expected", json=body)
    assert answer.status_code == 422
    body = {"snapshot_id": drifted.snapshot_ids[1], "kinds": ["colour"], "reason": "x"}
    assert rest("approver").post("/facts/approvals", json=body).status_code == 422
