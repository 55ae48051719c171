import pytest

LISTS = [
    "/units", "/posts", "/people", "/policies", "/sites", "/devices", "/snapshots",
         "/findings", "/events", "/problems", "/articles", "/changes", "/schedules",
         "/audit/records",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_an_auditor_reads_every_list(rest, path):
    answer = rest("auditor").get(path)
    assert answer.status_code == 200, answer.text


def test_without_a_token_the_answer_is_a_problem_that_says_how_to_get_one(rest):
    client = rest("auditor")
    del client.headers["Authorization"]
    answer = client.get("/devices")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "not_signed_in"


def test_a_wrong_token_is_refused(rest):
    client = rest("auditor")
    client.headers["Authorization"] = "Bearer nonsense"
    assert client.get("/devices").json()["code"] == "token_refused"


def test_an_auditor_changes_nothing(rest, world):
    answer = rest("auditor").post(f"/devices/{world.device_id}/retirement", json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_an_engineer_retires_a_device(rest, world):
    answer = rest("engineer").post(f"/devices/{world.device_id}/retirement", json={"reason": "old"})
    assert (answer.status_code, answer.json()["state"]) == (201, "retired")


def test_malformed_input_names_the_field(rest):
    answer = rest("engineer").post("/sites", json={"code": "x"})
    assert answer.status_code == 422
    assert "body.name" in answer.json()["detail"]


def test_what_does_not_exist_is_named(rest):
    answer = rest("engineer").get("/devices/999999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_devices_come_in_pages_with_a_key(rest, world):
    answer = rest("engineer").get("/devices", params={"limit": 1}).json()
    assert [one["hostname"] for one in answer["items"]] == [world.device_name]
    again = rest("engineer").get("/devices", params={"limit": 1, "after": answer["next"]}).json()
    assert again == {"items": [], "next": None}


def test_two_texts_are_compared(rest):
    body = {"platform": "cisco_ios", "running": "hostname a\n", "intended": "hostname b\n"}
    answer = rest("auditor").post("/comparison", json=body).json()
    assert (answer["in_sync"], answer["remediation"]) == (False, ["hostname b"])


def test_verification_of_the_records_is_told(rest):
    answer = rest("auditor").get("/audit/verification").json()
    assert answer["ok"] is True
    assert answer["records"] > 0


def test_the_openapi_document_lists_the_paths(rest):
    paths = rest("auditor").get("/openapi.json").json()["paths"]
    assert {"/changes/{change_id}/approvals", "/findings", "/devices"} <= set(paths)


def test_a_problem_is_opened_and_becomes_a_known_error(rest):
    client = rest("engineer")
    problem = client.post("/problems", json={"title": "flapping"}).json()
    body = {"root_cause": "bad optic", "workaround": "reseat"}
    answer = client.post(f"/problems/{problem['id']}/known-error", json=body).json()
    assert answer["state"] == "known_error"
