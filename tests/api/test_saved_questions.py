"""Saved questions over REST and on their pages."""

import json
from base64 import b64encode
from hashlib import sha256
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from changes.questions import saved
from core.errors import NotFound
from tests.api.forms import send, sign_in


@pytest.fixture
def body():
    given = {"person": "engineer", "since": "this quarter"}
    return {"name": f"Did {uuid4().hex}", "question": "person", "parameters": given,
            "form": "jsonl"}  # fmt: skip


@pytest.fixture
def made(rest, body):
    answer = rest("auditor").post("/saved-questions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


def test_rest_saves_shows_and_lists_a_question(rest, made, body):
    client = rest("auditor")
    assert made["parameters"] == body["parameters"]
    assert (made["owner"], made["unit"], made["trigger"], made["keep"]) == (
        "auditor", None, None, 12,
    )  # fmt: skip
    assert client.get(f"/saved-questions/{made['id']}").json() == made
    assert client.get("/saved-questions", params={"limit": 1}).json()["items"] == [made]


def test_rest_asks_it_and_hands_out_the_file_with_its_digest(rest, made):
    client, path = rest("auditor"), f"/saved-questions/{made['id']}/answers"
    kept = client.post(path).json()
    assert kept["parameters"]["since"].endswith("00:00:00+00:00")
    assert client.get(path).json()["items"] == [kept]
    file = client.get(f"{path}/{kept['id']}")
    assert (len(file.content), sha256(file.content).hexdigest()) == (kept["size"], kept["sha256"])
    digest = b64encode(sha256(file.content).digest()).decode()
    assert file.headers["digest"] == f"sha-256={digest}"
    assert len([json.loads(line) for line in file.text.splitlines()]) == kept["rows"] > 0


def test_rest_puts_it_on_a_schedule_and_takes_it_off(rest, made):
    client, path = rest("auditor"), f"/saved-questions/{made['id']}/schedule"
    told = client.put(path, json={"trigger": "0 6 1 * *", "timezone": "Europe/Paris"}).json()
    assert (told["trigger"], told["timezone"], bool(told["next_at"])) == (
        "0 6 1 * *", "Europe/Paris", True,
    )  # fmt: skip
    assert client.put(path, json={"trigger": "whenever"}).status_code == 422
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 409


def test_rest_removes_it(rest, made):
    client = rest("auditor")
    assert client.delete(f"/saved-questions/{made['id']}").status_code == 204
    assert client.get(f"/saved-questions/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"question": "why"}, 404), ({"form": "xlsx"}, 422), ({"keep": 0}, 422),
        ({"parameters": {"person": "engineer", "who": "x"}}, 422), ({"unit": "no-such"}, 422),
        ({"parameters": {"person": "engineer", "since": "some day"}}, 422), ({"name": ""}, 422),
    ],
)  # fmt: skip
def test_rest_refuses_what_cannot_be_saved(rest, body, wrong, status):
    assert rest("auditor").post("/saved-questions", json=body | wrong).status_code == status


def test_nobody_else_sees_what_is_a_persons_own(rest, made):
    client = rest("admin")  # who audits as well
    assert client.get(f"/saved-questions/{made['id']}").status_code == 404
    assert client.post(f"/saved-questions/{made['id']}/answers").status_code == 404
    assert client.delete(f"/saved-questions/{made['id']}").status_code == 404


def test_what_is_shared_is_read_by_those_who_audit_the_unit(rest, body):
    mine, other = rest("auditor"), rest("admin")
    made = mine.post("/saved-questions", json=body | {"unit": "ops"}).json()
    path = f"/saved-questions/{made['id']}/answers"
    kept = mine.post(path).json()
    assert other.get(f"{path}/{kept['id']}").status_code == 200
    assert other.post(path).status_code == 403
    assert rest("engineer").get(f"{path}/{kept['id']}").status_code == 403


def test_the_page_of_an_answer_saves_the_question_with_its_words(auditor, world):
    name = f"Saved {uuid4().hex}"
    asked = "/questions/person?person=engineer&since=last+month"
    page = auditor.get(asked)
    hidden = {
        one["name"]: one["value"]
        for one in BeautifulSoup(page.text, "html.parser").select("input[name^=given_]")
    }
    assert hidden == {"given_person": "engineer", "given_since": "last month"}
    told = send(auditor, asked, "/questions/saved", question="person", name=name, form="ocsf",
                unit="", keep="3", **hidden)  # fmt: skip
    assert told.status_code == 200, told.text
    assert name in told.text
    with world.context(world.person("auditor")) as ctx:
        row = saved.find(ctx, name)
        assert (row.parameters, row.form, row.keep) == (
            {"person": "engineer", "since": "last month"}, "ocsf", 3,
        )  # fmt: skip


def test_its_page_asks_schedules_and_removes_it(auditor, world, made):
    path = f"/questions/saved/{made['id']}"
    assert "It was not asked yet" in auditor.get(path).text
    asked = send(auditor, path, f"{path}/answers")
    [link] = BeautifulSoup(asked.text, "html.parser").select(f'a[href^="{path}/answers/"]')
    assert auditor.get(link["href"]).headers["content-type"].startswith("application/x-ndjson")
    assert "every 2d" in send(auditor, path, f"{path}/schedule", trigger="every 2d").text
    assert "every 2d" not in send(auditor, path, f"{path}/rest").text
    send(auditor, path, f"{path}/removal")
    with world.context(world.person("auditor")) as ctx, pytest.raises(NotFound):
        saved.get(ctx, made["id"])


def test_the_list_of_saved_questions_leads_to_each(auditor, made):
    assert f'href="/questions/saved/{made["id"]}"' in auditor.get("/questions/saved").text


@pytest.mark.parametrize("keep", ["x", "0", "101", "9999999999"])
def test_a_number_of_answers_that_is_none_is_refused(auditor, keep):
    asked = "/questions/person?person=engineer"
    told = send(auditor, asked, "/questions/saved", question="person", name="x", keep=keep,
                given_person="engineer")  # fmt: skip
    assert told.status_code == 422


def test_a_period_in_words_is_answered_on_the_page_and_in_files(auditor):
    query = {"person": "engineer", "since": "yesterday", "until": "today"}
    assert auditor.get("/questions/person", params=query).status_code == 200
    assert auditor.get("/questions/person", params=query | {"format": "csv"}).text.count("\n") > 1
    none = auditor.get("/questions/person", params={"person": "engineer", "until": "last quarter"})
    assert "Nothing." in none.text
