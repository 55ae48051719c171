"""Sites, logins, devices, snapshots, baselines and drift over REST, with real rows."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from tests.api.conftest import APPROVED

_names = count(1)
SOON = (datetime.now(UTC) + timedelta(days=3)).isoformat()


def new(word):
    return f"{word}-{next(_names)}"


@pytest.fixture
def wanted(world):
    """What a new device is made of."""
    return {
        "hostname": new("net"), "site": world.site, "platform": "cisco_ios",
        "address": "127.0.0.7", "credential": world.credential,
    }  # fmt: skip


@pytest.fixture
def queued(world):
    """The newest job in the queue: its name and arguments."""

    def told():
        with world.context() as ctx:
            row = ctx.session.execute(
                text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
            ).one_or_none()
        return row and (row.task_name, row.args)

    return told


def test_a_site_is_made_for_a_unit(rest, world):
    code = new("branch")
    made = rest("admin").post("/sites", json={"code": code, "name": "X", "unit_code": "ops"})
    assert made.status_code == 201
    assert made.json()["unit_id"] == world.unit_id
    again = rest("admin").post("/sites", json={"code": code, "name": "X", "unit_code": "ops"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_login_is_kept_by_reference_and_a_value_is_refused(rest):
    name = new("netops")
    body = {"name": name, "username": "netops", "unit_code": "ops", "password_ref": "env:NETOPS"}
    made = rest("admin").post("/credentials", json=body)
    assert (made.status_code, made.json()["password_ref"]) == (201, "env:NETOPS")
    wrong = rest("admin").post("/credentials", json=body | {"name": "y", "password_ref": "hunter2"})
    assert wrong.status_code == 422
    assert "hunter2" not in wrong.text


def test_a_device_is_added_found_by_name_moved_and_retired(rest, wanted):
    client = rest("engineer")
    made = client.post("/devices", json=wanted | {"state": "planned"})
    assert made.status_code == 201, made.text
    key = made.json()["id"]
    found = client.get(f"/devices/by-hostname/{wanted['hostname'].upper()}").json()
    assert found["id"] == client.get(f"/devices/{key}").json()["id"] == key
    moved = [client.post(f"/devices/{key}/state", json={"state": to}) for to in
             ("active", "maintenance")]  # fmt: skip
    assert [one.json()["state"] for one in moved] == ["active", "maintenance"]
    retired = client.post(f"/devices/{key}/retirement", json={"reason": "old"})
    assert (retired.status_code, retired.json()["state"], retired.json()["remains"]) == (
        201, "retired", [],
    )  # fmt: skip
    back = client.post(f"/devices/{key}/state", json={"state": "active"})
    assert back.status_code == 409


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"address": "300.1.1.1"}, "address"), ({"hostname": "a b"}, "hostname"),
        ({"platform": "nonsense"}, "platform"), ({"driver": "nonsense"}, "driver"),
    ],
)  # fmt: skip
def test_a_device_that_cannot_be_is_refused(rest, wanted, changed, field):
    answer = rest("engineer").post("/devices", json=wanted | changed)
    assert answer.status_code == 422
    assert str(changed[field]) in answer.json()["detail"]


def test_devices_are_imported_from_csv(rest, world):
    names = [new("csv"), new("csv")]
    lines = ["hostname,site,platform,address,credential"] + [
        f"{name},{world.site},arista_eos,127.0.0.8,{world.credential}" for name in names
    ]
    answer = rest("engineer").post(
        "/devices/import", params={"source": "may.csv"}, content="\n".join(lines),
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert [one["hostname"] for one in answer.json()] == names


def test_a_csv_with_mistakes_names_them_by_line_and_column_and_imports_nothing(rest, world):
    name = new("csv")
    text_ = (
        "hostname,site,platform,address,credential\n"
        f"{name},{world.site},arista_eos,127.0.0.8,{world.credential}\n"
        f"x,nowhere,arista_eos,127.0.0.8,{world.credential}\n"
    )
    answer = rest("engineer").post(
        "/devices/import", content=text_, headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "import_refused")
    assert "line 3, column site" in answer.json()["detail"]
    assert rest("engineer").get(f"/devices/by-hostname/{name}").status_code == 404


def test_a_csv_that_is_no_utf8_is_refused(rest):
    answer = rest("engineer").post(
        "/devices/import", content=b"hostname\n\xff", headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_host_key_that_was_never_pinned_cannot_be_forgotten(rest, drifted):
    answer = rest("engineer").post(
        f"/devices/{drifted.device_id}/host-key-removal", json={"reason": "new supervisor"}
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_relations_come_from_what_devices_tell(rest, world):
    peers = rest("auditor").get(f"/devices/{world.device_id}/relations").json()
    assert [one["interface"] for one in peers] == ["Gi0/1"]


def test_platforms_and_rules_are_told(rest):
    assert "cisco_ios" in [one["name"] for one in rest("auditor").get("/platforms").json()]
    assert all(one["why"] for one in rest("auditor").get("/rules").json())


@pytest.mark.parametrize(
    ("path", "job"), [("/collections", "inventory.collect"), ("/scans", "drift.scan")]
)
def test_devices_are_queued_for_a_worker_once(rest, drifted, queued, path, job):
    body = {"hostnames": [drifted.hostname]}
    first = rest("engineer").post(path, json=body)
    assert (first.status_code, first.json()["devices"]) == (202, 1)
    assert queued() == (job, {"device_ids": [drifted.device_id]})
    assert rest("engineer").post(path, json=body).json() == {"job": None, "devices": 1}


def test_a_site_without_devices_queues_nothing_instead_of_everything(rest, queued):
    code = new("empty")
    rest("admin").post("/sites", json={"code": code, "name": "X", "unit_code": "ops"})
    before = queued()
    answer = rest("engineer").post("/scans", json={"site": code})
    assert answer.json() == {"job": None, "devices": 0}
    assert queued() == before


def test_a_snapshot_is_shown_with_its_text(rest, drifted):
    first, _ = drifted.snapshot_ids
    client = rest("auditor")
    shown = client.get(f"/snapshots/{first}").json()
    assert (shown["device_id"], shown["source"], len(shown["digest"])) == (
        drifted.device_id, "running", 64,
    )  # fmt: skip
    answer = client.get(f"/snapshots/{first}/text")
    assert answer.text == APPROVED.format(name=drifted.hostname)
    assert answer.headers["content-type"].startswith("text/plain")


def test_any_two_snapshots_are_compared_side_by_side(rest, drifted):
    first, second = drifted.snapshot_ids
    told = rest("auditor").get(f"/snapshots/{first}/difference/{second}").json()
    changed = [(row["left"], row["right"]) for row in told["rows"] if row["kind"] == "changed"]
    assert told["differs"] is True
    assert ("ntp server 10.0.0.1", "ntp server 192.0.2.66") in changed
    same = rest("auditor").get(f"/snapshots/{first}/difference/{first}").json()
    assert same["differs"] is False


def test_a_snapshot_is_approved_as_the_next_baseline(rest, drifted):
    body = {"snapshot_id": drifted.snapshot_ids[1], "reason": "meant so"}
    made = rest("approver").post("/baselines", json=body)
    assert (made.status_code, made.json()["version"]) == (201, 2)
    path = f"/devices/{drifted.device_id}/baselines"
    page = rest("auditor").get(path, params={"limit": 1}).json()
    older = rest("auditor").get(path, params={"limit": 1, "after": page["next"]}).json()
    assert [one["version"] for one in page["items"] + older["items"]] == [2, 1]


def test_an_intended_text_becomes_the_baseline_with_its_secrets_redacted(rest, drifted):
    path = f"/devices/{drifted.device_id}/baselines"
    body = {"text": "hostname x\nenable secret 5 $1$abcd$efgh\nend\n", "reason": "design 12"}
    made = rest("approver").post(path, json=body)
    assert (made.status_code, made.json()["source"]) == (201, "intended")
    kept = rest("auditor").get(f"{path}/{made.json()['version']}/text").text
    assert "<secret:" in kept
    assert "$1$abcd$efgh" not in kept


def test_a_baseline_version_that_does_not_exist_is_told(rest, drifted):
    answer = rest("auditor").get(f"/devices/{drifted.device_id}/baselines/9/text")
    assert answer.status_code == 404
    assert drifted.hostname in answer.json()["detail"]


def test_a_finding_is_shown_with_its_differences_and_commands(rest, drifted):
    told = rest("auditor").get(f"/findings/{drifted.finding_id}").json()
    assert (told["hostname"], told["state"], told["snapshot_id"]) == (
        drifted.hostname, "open", drifted.snapshot_ids[1],
    )  # fmt: skip
    assert "ntp server 10.0.0.1" in told["remediation"]


def test_a_finding_is_suppressed_until_a_time_with_its_zone(rest, drifted):
    path = f"/findings/{drifted.finding_id}/suppression"
    naive = rest("approver").post(path, json={"reason": "case 1", "until": "2099-01-01T00:00:00"})
    assert naive.json()["facts"]["faults"][0]["where"] == "body.until"
    answer = rest("approver").post(path, json={"reason": "case 1", "until": SOON})
    assert (answer.status_code, answer.json()["state"]) == (201, "suppressed")
    asked = {"state": "suppressed", "device_id": drifted.device_id}
    assert len(rest("auditor").get("/findings", params=asked).json()["items"]) == 1


def test_a_finding_is_accepted_as_baseline_and_is_over(rest, drifted):
    path = f"/findings/{drifted.finding_id}/acceptance"
    answer = rest("approver").post(path, json={"reason": "meant so"})
    assert (answer.status_code, answer.json()["state"]) == (201, "resolved")
    again = rest("approver").post(path, json={"reason": "meant so"})
    assert (again.status_code, again.json()["code"]) == (409, "finding_settled")
    asked = {"state": "any", "device_id": drifted.device_id}
    assert len(rest("auditor").get("/findings", params=asked).json()["items"]) == 1


def test_two_texts_are_compared(rest):
    body = {"platform": "cisco_ios", "running": "hostname a\n", "intended": "hostname b\n"}
    answer = rest("auditor").post("/comparison", json=body).json()
    assert (answer["in_sync"], answer["remediation"]) == (False, ["hostname b"])


@pytest.mark.parametrize(
    "changed", [{"platform": "nonsense"}, {"running": "a\x07b\n"}, {"running": "a\x00b\n"}]
)
def test_texts_that_cannot_be_compared_are_refused(rest, changed):
    body = {"platform": "cisco_ios", "running": "hostname a\n", "intended": "hostname b\n"}
    answer = rest("auditor").post("/comparison", json=body | changed)
    assert answer.status_code == 422, json.dumps(answer.json())
