"""Discovery over REST: ranges, searches that a worker makes, the review list, imports."""

from itertools import count

import pytest
from sqlalchemy import text

from tests.factories import make_candidate

_addresses = count(1)


@pytest.fixture
def candidate(world):
    with world.context() as ctx:
        return make_candidate(ctx, unit_id=world.unit_id)


def last_job(world):
    with world.context() as ctx:
        return tuple(
            ctx.session.execute(
                text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
            ).one()
        )


def test_a_search_is_enqueued_and_contacts_nobody_in_the_request(rest, world):
    answer = rest("engineer").post("/discovery/runs", json={"cidrs": ["127.0.0.99/32"]})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert last_job(world) == ("inventory.discover", {"run_id": answer.json()["id"]})


def test_a_search_outside_the_allowed_ranges_is_refused(rest):
    answer = rest("engineer").post("/discovery/runs", json={"cidrs": ["127.9.9.0/30"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "range_not_allowed")


def test_a_search_is_cancelled(rest):
    run = rest("engineer").post("/discovery/runs", json={"seeds": ["127.0.0.99"]}).json()
    path = f"/discovery/runs/{run['id']}"
    assert rest("engineer").post(f"{path}/cancellation").json()["state"] == "cancelled"
    assert rest("auditor").get(path).json()["state"] == "cancelled"
    assert rest("engineer").post(f"{path}/cancellation").status_code == 409


def test_only_an_administrator_allows_and_withdraws_a_range(rest, world):
    body = {"cidr": "127.3.0.0/24", "unit_code": "ops", "credential": world.credential}
    assert rest("engineer").post("/discovery/ranges", json=body).status_code == 403
    made = rest("admin").post("/discovery/ranges", json=body)
    assert (made.status_code, made.json()["ports"]) == (201, [22])
    told = rest("auditor").get("/discovery/ranges").json()["items"]
    assert made.json() in told
    path = f"/discovery/ranges/{made.json()['id']}/withdrawal"
    assert rest("admin").post(path, json={"reason": "moved"}).status_code == 201
    assert made.json() not in rest("auditor").get("/discovery/ranges").json()["items"]


def test_a_candidate_becomes_a_device(rest, world, candidate):
    body = {"site": world.site, "credential": world.credential}
    answer = rest("engineer").post(f"/candidates/{candidate.id}/adoption", json=body)
    assert (answer.status_code, answer.json()["hostname"]) == (201, candidate.hostname)
    told = rest("auditor").get(f"/candidates/{candidate.id}").json()
    assert (told["state"], told["device_id"]) == ("adopted", answer.json()["id"])


def test_a_candidate_is_ignored_and_reconsidered(rest, candidate):
    path = f"/candidates/{candidate.id}"
    told = rest("engineer").post(f"{path}/dismissal", json={"reason": "a printer"}).json()
    assert (told["state"], told["reason"]) == ("ignored", "a printer")
    told = rest("engineer").post(f"{path}/reconsideration", json={"reason": "no"}).json()
    assert told["state"] == "found"


def test_a_candidate_like_a_device_is_proposed_and_merged(rest, world):
    with world.context() as ctx:
        same = make_candidate(ctx, unit_id=world.unit_id, hostname=world.device_name)
    told = rest("auditor").get(f"/candidates/{same.id}").json()
    assert told["alike"] == [
        {"device_id": world.device_id, "hostname": world.device_name, "by": "hostname"}
    ]
    body = {"hostname": world.device_name, "reason": "its other address"}
    answer = rest("engineer").post(f"/candidates/{same.id}/merger", json=body)
    assert (answer.json()["state"], answer.json()["device_id"]) == ("merged", world.device_id)


def test_a_csv_text_is_imported_for_review(rest):
    body = {"kind": "csv", "text": "hostname,address\nr9,10.9.9.9\n", "unit_code": "ops"}
    (told,) = rest("engineer").post("/candidates/import", json=body).json()
    assert (told["hostname"], told["source"], told["state"]) == ("r9", "csv:request", "found")


def test_another_inventory_is_read_by_a_worker(rest, world):
    body = {"kind": "netbox", "url": "https://inventory.example", "token_ref": "env:T",
            "unit_code": "ops"}  # fmt: skip
    assert rest("engineer").post("/candidates/import-from", json=body).status_code == 403
    assert rest("admin").post("/candidates/import-from", json=body).status_code == 202
    assert last_job(world)[0] == "inventory.import"


def test_an_import_is_tried_and_nothing_of_it_kept(rest):
    body = {"kind": "csv", "text": "hostname,address\nr8,10.9.9.8\n", "unit_code": "ops"}
    (told,) = rest("engineer").post("/candidates/import-trial", json=body).json()
    assert (told["hostname"], told["becomes"], told["changed"]) == ("r8", "waiting", [])
    found = rest("engineer").get("/candidates", params={"limit": 500}).json()["items"]
    assert "r8" not in {one["hostname"] for one in found}


def test_who_may_write_no_credentials_has_no_server_tried(rest):
    body = {"kind": "netbox", "url": "http://127.0.0.1:9", "token_ref": "env:T",
            "unit_code": "ops"}  # fmt: skip
    assert rest("engineer").post("/candidates/import-from-trial", json=body).status_code == 403
