"""What holds for all of REST: tokens, problems, pages, strict input, OpenAPI."""

import pytest

from api.app import REST_PREFIX

LISTS = [
    "/units", "/posts", "/people", "/tokens", "/policies", "/sites", "/credentials", "/devices",
    "/snapshots", "/baselines", "/findings", "/compliance", "/events", "/problems", "/articles",
    "/changes", "/schedules", "/audit/records",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_an_auditor_reads_every_list(rest, path):
    answer = rest("auditor").get(path)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"items", "next"}


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


def test_a_missing_field_is_named(rest):
    answer = rest("engineer").post("/sites", json={"code": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["facts"]["faults"][0]["where"] == "body.name"


def test_an_unknown_field_is_named_instead_of_overlooked(rest):
    body = {"code": "x", "name": "x", "unit_code": "ops", "colour": "red"}
    answer = rest("engineer").post("/sites", json=body)
    assert answer.status_code == 422
    assert answer.json()["facts"]["faults"] == [
        {"where": "body.colour", "what": "Extra inputs are not permitted"}
    ]


def test_a_wrong_type_is_named_down_to_its_place(rest):
    body = {"cidr": "192.0.2.0/28", "unit_code": "root", "ports": [22, "many"]}
    answer = rest("engineer").post("/discovery/ranges", json=body)
    assert answer.json()["facts"]["faults"][0]["where"] == "body.ports.1"


def test_a_body_that_is_no_json_is_told(rest):
    answer = rest("engineer").post(
        "/sites", content="{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "501", "ten", "-1"])
def test_a_limit_out_of_bounds_is_named(rest, path, limit):
    answer = rest("auditor").get(path, params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["facts"]["faults"][0]["where"] == "query.limit"


@pytest.mark.parametrize("after", ["-1", "x", "99999999999", "1.5"])
def test_a_cursor_that_is_none_of_ours_is_named(rest, after):
    answer = rest("auditor").get("/findings", params={"after": after})
    assert answer.status_code == 422
    assert answer.json()["facts"]["faults"][0]["where"] == "query.after"


@pytest.mark.parametrize("after", ["x", "1", ":a", "x:a", "99999999999:a", "\u0661:a"])
def test_a_cursor_of_verdicts_that_is_none_of_ours_is_named(rest, after):
    answer = rest("auditor").get("/compliance", params={"after": after})
    assert (answer.status_code, answer.json()["facts"]) == (422, {"field": "after"})


def test_a_misspelt_filter_is_refused_and_the_right_ones_are_told(rest):
    answer = rest("auditor").get("/findings", params={"device": 1})
    assert (answer.status_code, answer.json()["facts"]) == (422, {"field": "device"})
    assert "device_id" in answer.json()["detail"]


def test_a_parameter_where_there_are_none_is_refused(rest):
    answer = rest("auditor").get("/platforms", params={"limit": 1})
    assert "it takes none" in answer.json()["detail"]


def test_a_filter_value_that_does_not_exist_is_named(rest):
    answer = rest("auditor").get("/findings", params={"state": "opened"})
    assert answer.json()["facts"]["faults"][0]["where"] == "query.state"


@pytest.mark.parametrize("key", ["0", "-1", "abc", "99999999999999999999"])
def test_an_id_that_cannot_be_one_is_named(rest, key):
    answer = rest("auditor").get(f"/devices/{key}")
    assert answer.status_code == 422
    assert answer.json()["facts"]["faults"][0]["where"] == "path.device_id"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/audit/records?actor=a%00b", "query.actor"),
        ("/devices/by-hostname/a%00b", "path.hostname"),
    ],
)
def test_a_nul_character_in_the_address_is_named(rest, path, where):
    assert rest("auditor").get(path).json()["facts"]["faults"][0]["where"] == where


def test_a_nul_character_deep_in_a_body_is_refused_by_the_database_and_told(rest):
    body = {"name": "nul", "job": "drift.scan", "trigger": "every 1h", "args": {"site": "a\0b"}}
    answer = rest("admin").post("/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_what_does_not_exist_is_named(rest):
    answer = rest("engineer").get("/devices/999999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_address_that_does_not_exist_is_a_problem_too(rest):
    answer = rest("engineer").get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_method_that_does_not_exist_is_a_problem_too(rest):
    answer = rest("engineer").delete("/devices")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")


def test_answers_are_kept_by_no_cache_and_carry_the_requests_id(rest):
    headers = rest("engineer").get("/devices").headers
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32


def test_the_openapi_document_describes_every_route_below_its_prefix(rest):
    document = rest("auditor").get("/openapi.json").json()
    assert {"/changes/{change_id}/approvals", "/findings", "/devices"} <= set(document["paths"])
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert document["servers"] == [{"url": REST_PREFIX}]


def test_every_body_refuses_what_it_does_not_know(rest):
    document = rest("auditor").get("/openapi.json").json()
    bodies = {
        content["schema"]["$ref"].rsplit("/", 1)[1]
        for path in document["paths"].values()
        for operation in path.values()
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
    }
    schemas = document["components"]["schemas"]
    assert len(bodies) > 20
    assert [name for name in bodies if schemas[name].get("additionalProperties") is not False] == []
