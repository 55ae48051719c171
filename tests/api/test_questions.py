"""An auditor's questions by REST and on pages."""

import json

import pytest

from api.rest.questions import Asked
from changes.questions.table import QUESTIONS
from tests.api.forms import sign_in


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


def test_rest_tells_which_questions_there_are(rest):
    told = {one["name"]: one for one in rest("auditor").get("/questions").json()}
    assert set(told) == set(QUESTIONS)
    assert told["person"]["parameters"][0] == {
        "name": "person", "kind": "text", "title": "Username", "required": True,
    }  # fmt: skip


def test_rest_takes_every_parameter_of_every_question():
    names = {one.name for asked in QUESTIONS.values() for one in asked.parameters}
    assert names == set(Asked.model_fields) - {"format", "after", "limit"}


def test_rest_answers_in_pages(rest, world):
    client = rest("auditor")
    first = client.get("/questions/person", params={"person": "engineer", "limit": 1}).json()
    assert [len(first["items"]), first["columns"][:2]] == [1, ["at", "action"]]
    params = {"person": "engineer", "limit": 1, "after": first["next"]}
    [second] = client.get("/questions/person", params=params).json()["items"]
    assert second["record"] != first["items"][0]["record"]
    told = client.get("/questions/device", params={"device": world.device_name}).json()
    found = [one["change"]["id"] for one in told["items"]]  # other tests may ask for more of it
    assert (str(world.ids["change"]) in found, len(found)) == (True, len(set(found)))


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/questions/person", {}, 422),
        ("/questions/person", {"person": "engineer", "device": "x"}, 422),
        ("/questions/person", {"person": "engineer", "who": "x"}, 422),
        ("/questions/person", {"person": "nobody-here"}, 404),
        ("/questions/why", {}, 404),
    ],
)
def test_rest_refuses_what_cannot_be_asked(rest, path, params, status):
    assert rest("auditor").get(path, params=params).status_code == status


@pytest.mark.parametrize("form", ["csv", "jsonl", "ocsf"])
def test_rest_hands_out_files_and_records_it(rest, form):
    client = rest("auditor")
    answer = client.get("/questions/person", params={"person": "auditor", "format": form})
    assert answer.status_code == 200, answer.text
    assert "trimtab-question-person-" in answer.headers["content-disposition"]
    newest = client.get("/audit/records", params={"action": "question.exported"}).json()["items"][0]
    facts = newest["facts"]
    assert (facts["format"], facts["parameters"]["person"]) == (form, "auditor")
    assert "question.exported" in answer.text


def test_a_page_has_a_form_for_every_question(auditor):
    told = auditor.get("/questions").text
    assert all(f'action="/questions/{name}"' in told for name in QUESTIONS)


def test_a_page_shows_the_answer_with_links_and_files(auditor, world):
    told = auditor.get("/questions/device", params={"device": world.device_name})
    assert told.status_code == 200, told.text
    assert f'href="/changes/{world.ids["change"]}"' in told.text
    assert f'/questions/device?device={world.device_name}&amp;format=ocsf"' in told.text
    lines = auditor.get(
        "/questions/device", params={"device": world.device_name, "format": "ocsf"}
    ).text.splitlines()
    assert str(world.ids["change"]) in [json.loads(one)["resources"][0]["uid"] for one in lines]


def test_a_page_shows_the_form_again_with_what_is_wrong(auditor):
    told = auditor.get("/questions/person", params={"person": "nobody-here"})
    assert (told.status_code, "There is no person nobody-here" in told.text) == (422, True)
    assert 'value="nobody-here"' in told.text


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_its_page(auditor, name):
    assert auditor.get(f"/questions/{name}").status_code == 200


def test_who_audits_nothing_sees_no_question(browser):
    sign_in(browser, "engineer")
    assert [browser.get(path).status_code for path in ("/questions", "/questions/person")] == [
        403, 403,
    ]  # fmt: skip
