"""Events, problems, knowledge and schedules over REST."""

from itertools import count

_names = count(1)


def test_an_event_is_acknowledged_assigned_and_closed(rest, drifted):
    client, path = rest("engineer"), f"/events/{drifted.event_id}"
    shown = client.get(path).json()
    assert (shown["state"], shown["device_id"]) == ("open", drifted.device_id)
    assert client.post(f"{path}/acknowledgement").json()["state"] == "acknowledged"
    assigned = client.post(f"{path}/assignment", json={"username": "engineer"})
    assert (assigned.status_code, assigned.json()["assigned_to_id"]) == (
        201, assigned.json()["acknowledged_by_id"],
    )  # fmt: skip
    closed = client.post(f"{path}/closure", json={"note": "put right"})
    assert (closed.json()["state"], closed.json()["closing_note"]) == ("closed", "put right")
    again = client.post(f"{path}/closure", json={"note": "put right"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_an_event_is_assigned_to_nobody_unknown(rest, drifted):
    answer = rest("engineer").post(
        f"/events/{drifted.event_id}/assignment", json={"username": "nobody there"}
    )
    assert answer.status_code in {404, 422}
    assert "nobody there" in answer.json()["detail"]


def test_events_are_filtered_by_state(rest, drifted):
    client = rest("engineer")
    client.post(f"/events/{drifted.event_id}/acknowledgement")
    states = {
        state: [one["id"] for one in client.get(
            "/events", params={"state": state, "limit": 500}).json()["items"]]
        for state in ("open", "acknowledged")
    }  # fmt: skip
    assert drifted.event_id in states["acknowledged"]
    assert drifted.event_id not in states["open"]


def test_a_problem_is_opened_linked_explained_and_resolved(rest, drifted):
    client = rest("engineer")
    made = client.post("/problems", json={"title": "Flapping", "unit_code": "ops"})
    assert made.status_code == 201
    path = f"/problems/{made.json()['id']}"
    linked = client.post(
        f"/events/{drifted.event_id}/problem", json={"problem_id": made.json()["id"]}
    )
    assert linked.json()["problem_id"] == made.json()["id"]
    events = client.get(f"{path}/events").json()["items"]
    assert [one["id"] for one in events] == [drifted.event_id]
    body = {"root_cause": "bad optic", "workaround": "reseat"}
    assert client.post(f"{path}/known-error", json=body).json()["state"] == "known_error"
    assert client.post(f"{path}/resolution").json()["state"] == "resolved"
    assert client.get(path).json()["resolved_at"] is not None


def test_a_problem_of_the_whole_organization_needs_no_unit(rest):
    answer = rest("engineer").post("/problems", json={"title": "Everywhere"})
    assert (answer.status_code, answer.json()["unit_id"]) == (201, None)


def test_problems_come_newest_first_in_pages(rest):
    client = rest("engineer")
    made = [client.post("/problems", json={"title": f"P{n}"}).json()["id"] for n in range(3)]
    page = client.get("/problems", params={"limit": 2}).json()
    older = client.get("/problems", params={"limit": 1, "after": page["next"]}).json()
    shown = [one["id"] for one in page["items"] + older["items"]]
    assert shown == sorted(made, reverse=True)


def test_an_article_is_written_offered_linked_and_revised(rest, drifted):
    client = rest("engineer")
    body = {"title": f"Drift {next(_names)}", "body": "first", "event_kind": "drift"}
    made = client.post("/articles", json=body)
    assert (made.status_code, made.json()["version"]) == (201, 1)
    key = made.json()["id"]
    offered = client.get(f"/events/{drifted.event_id}/articles").json()
    assert key in [one["id"] for one in offered]
    linked = client.post(f"/events/{drifted.event_id}/articles", json={"article_id": key})
    assert (linked.status_code, linked.content) == (204, b"")
    revised = client.post(f"/articles/{key}/versions", json={"body": "second"})
    assert (revised.json()["version"], revised.json()["body"]) == (2, "second")
    versions = client.get(f"/articles/{key}/versions").json()
    assert [(one["version"], one["body"]) for one in versions] == [(1, "first"), (2, "second")]
    assert client.get(f"/articles/{key}").json()["version"] == 2


def test_an_article_is_linked_to_a_problem_later(rest, world):
    client = rest("engineer")
    key = client.post("/articles", json={"title": f"L{next(_names)}", "body": "t"}).json()["id"]
    linked = client.put(f"/articles/{key}/problem/{world.ids['problem']}")
    assert (linked.status_code, linked.json()["problem_id"]) == (200, world.ids["problem"])


def test_an_article_may_belong_to_a_problem(rest, world):
    body = {"title": "Why", "body": "text", "problem_id": world.ids["problem"]}
    answer = rest("engineer").post("/articles", json=body)
    assert answer.json()["problem_id"] == world.ids["problem"]


def test_a_schedule_is_made_paused_resumed_and_fired(rest):
    client = rest("admin")
    body = {"name": f"scan {next(_names)}", "job": "drift.scan", "trigger": "every 6h",
            "args": {"site": "hq"}}  # fmt: skip
    made = client.post("/schedules", json=body)
    assert (made.status_code, made.json()["args"]) == (201, {"site": "hq"})
    path = f"/schedules/{made.json()['id']}"
    paused = client.post(f"{path}/pause").json()
    assert (paused["enabled"], paused["next_fire_at"]) == (False, None)
    assert client.post(f"{path}/firing").status_code == 409
    assert client.post(f"{path}/resumption").json()["enabled"] is True
    fired = client.post(f"{path}/firing")
    assert (fired.status_code, fired.json()["next_fire_at"] < made.json()["next_fire_at"]) == (
        202, True,
    )  # fmt: skip


def test_a_trigger_that_is_none_is_refused(rest):
    body = {"name": "x", "job": "drift.scan", "trigger": "now and then"}
    answer = rest("admin").post("/schedules", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_trigger")
