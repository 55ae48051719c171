"""The catalogue over REST: the real application, every endpoint."""

import pytest

from tests.changes.catalogue.conftest import CONTENT, INPUTS

LINES = "interface Loopback0\n description {{ text }}\n"


def drafted(shelf, rest, **more):
    with shelf.office.acting("arranger") as ctx:
        name, unit = shelf.name(ctx), shelf.unit(ctx).code
    body = {
        "name": name, "unit": unit, "title": CONTENT.title, "description": CONTENT.description,
        "platforms": ["cisco_ios"], "template": CONTENT.template, "inputs": INPUTS, **more,
    }  # fmt: skip
    return rest("engineer", "post", "/catalogue", json=body)


def approved(shelf, rest):
    entry = drafted(shelf, rest).json()
    for who in ("approver", "second"):
        answer = rest(
            who, "post", f"/catalogue/versions/{entry['id']}/approvals",
            json={"digest": entry["digest"]},
        )  # fmt: skip
    return answer.json()


def hosts(shelf, *names):
    return [one.hostname for one in shelf.rows(*names)]


def test_an_entry_is_drafted_approved_listed_and_retired(shelf, rest):
    entry = approved(shelf, rest)
    assert (entry["state"], len(entry["votes"]), entry["version"]) == ("approved", 2, 1)
    assert entry in rest("auditor", "get", "/catalogue").json()
    assert rest("auditor", "get", f"/catalogue/{entry['name']}").json() == [entry]
    answer = rest(
        "second", "post", f"/catalogue/versions/{entry['id']}/retirement", json={"reason": "old"}
    )
    assert (answer.status_code, answer.json()["state"]) == (201, "retired")


def test_a_draft_that_is_wrong_is_a_422_with_the_place(shelf, rest):
    answer = drafted(shelf, rest, template="{% if %}")
    assert (answer.status_code, answer.json()["code"]) == (422, "standard_change_wrong")
    assert "template, line 1" in answer.json()["detail"]


@pytest.mark.usefixtures("judged")
def test_it_is_previewed_and_requested_with_rows_and_with_csv(shelf, rest):
    entry = approved(shelf, rest)
    [r1, r2] = hosts(shelf, "r1", "r2")
    rows = [{"hostname": r1, "variables": {"text": "x"}}]
    shown = rest("engineer", "post", f"/catalogue/{entry['name']}/preview", json={"rows": rows})
    assert shown.json()[0]["lines"] == ["interface Loopback0", " description x of"]
    body = {"csv": f"hostname,text\n{r1},x\n{r2},y\n", "reason": "asked"}
    made = rest("engineer", "post", f"/catalogue/{entry['name']}/requests", json=body)
    assert (made.status_code, made.json()["state"], made.json()["kind"]) == (
        201, "approved", "standard",
    )  # fmt: skip
    shelf.office.changes.append(made.json()["id"])


@pytest.mark.usefixtures("judged")
def test_a_use_names_its_checks(shelf, rest):
    entry = approved(shelf, rest)
    body = {"csv": f"hostname,text\n{hosts(shelf, 'r1')[0]},x\n", "reason": "asked"}
    made = rest(
        "engineer", "post", f"/catalogue/{entry['name']}/requests",
        json={**body, "checks": ["reachability"]},
    )  # fmt: skip
    assert [one["name"] for one in made.json()["plan"]["checks"]] == ["reachability"]
    shelf.office.changes.append(made.json()["id"])


def test_a_template_s_request_names_its_checks(shelf, rest):
    body = {
        "csv": f"hostname,text\n{hosts(shelf, 'r1')[0]},x\n", "template": LINES,
        "title": "Describe", "reason": "asked", "checks": ["reachability"],
    }  # fmt: skip
    made = rest("engineer", "post", "/templates/requests", json=body)
    assert [one["name"] for one in made.json()["plan"]["checks"]] == ["reachability"]


def test_an_entry_that_is_not_offered_is_a_409(shelf, rest):
    entry = drafted(shelf, rest).json()
    rows = [{"hostname": hosts(shelf, "r1")[0], "variables": {"text": "x"}}]
    answer = rest(
        "engineer", "post", f"/catalogue/{entry['name']}/requests",
        json={"rows": rows, "reason": "asked"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (409, "standard_change_not_offered")


def test_a_template_of_ones_own_is_previewed_and_requested(shelf, rest):
    [r1] = hosts(shelf, "r1")
    body = {"template": LINES, "csv": f"hostname,text\n{r1},7\n"}
    shown = rest("engineer", "post", "/templates/preview", json=body).json()
    assert shown[0]["lines"] == ["interface Loopback0", " description 7"]
    body |= {"title": "Describe", "reason": "asked"}
    made = rest("engineer", "post", "/templates/requests", json=body)
    assert (made.status_code, made.json()["state"], made.json()["kind"]) == (
        201, "proposed", "normal",
    )  # fmt: skip


def test_every_mistake_comes_back_at_once(shelf, rest):
    [r1] = hosts(shelf, "r1")
    body = {"template": LINES, "csv": f"hostname,other\nnowhere,1\n{r1},2\n"}
    answer = rest("engineer", "post", "/templates/preview", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_wrong")
    said = answer.json()["detail"]
    assert "line 2, column hostname: There is no device nowhere" in said
    assert "line 3, column hostname: template lines.j2, line 2: 'text' is undefined" in said


@pytest.mark.parametrize("body", [{}, {"csv": "hostname\n", "rows": [{"hostname": "r1"}]}])
def test_devices_come_in_one_way(rest, body):
    answer = rest("engineer", "post", "/templates/preview", json={"template": LINES, **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_the_playbooks_are_listed_with_what_they_say_of_themselves(rest):
    found = {one["name"]: one for one in rest("auditor", "get", "/playbooks").json()}
    assert found["correct_drift"]["verification"] == "exact"
    assert not found["correct_drift"]["own"]
