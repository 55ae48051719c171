"""Units, posts, persons, tokens, policies and audit over REST."""

import hashlib
import json
import subprocess
import sys
from itertools import count

import pytest

from core.evidence.sealing import seal_all
from organization.permissions import POST_TEMPLATES

_names = count(1)


def new(word):
    return f"{word}{next(_names)}"


def test_a_unit_is_made_below_another(rest, world):
    body = {"code": new("unit"), "name": "North", "parent_code": "ops"}
    answer = rest("admin").post("/units", json=body)
    assert (answer.status_code, answer.json()["parent_id"]) == (201, world.unit_id)


def test_a_person_gets_a_post_and_loses_it(rest):
    admin, username = rest("admin"), new("newcomer")
    person = admin.post(
        "/people", json={"username": username, "name": f"Name of {username}", "password": "x" * 12}
    )
    assert person.status_code == 201
    assert "x" * 12 not in person.text
    body = {"unit_code": "ops", "title": new("Night watch"), "permissions": ["device.read"]}
    post = admin.post("/posts", json=body).json()
    path = f"/posts/{post['id']}"
    holding = admin.post(f"{path}/holdings", json={"username": username})
    assert (holding.status_code, holding.json()["person_id"]) == (201, person.json()["id"])
    assert [one["username"] for one in admin.get(f"{path}/holders").json()["items"]] == [username]
    released = admin.post(f"{path}/release", json={"username": username})
    assert (released.status_code, released.content) == (204, b"")
    assert admin.get(f"{path}/holders").json()["items"] == []


def test_a_post_from_a_template_allows_what_the_template_does(rest):
    body = {"unit_code": "ops", "title": new("Watch"), "template": "operator"}
    answer = rest("admin").post("/posts", json=body)
    told = answer.json()
    assert (answer.status_code, told["template"]) == (201, "operator")
    assert set(told["permissions"]) == set(POST_TEMPLATES["operator"])
    refused = rest("admin").post("/posts", json={"unit_code": "ops", "title": new("Nobody")})
    assert (refused.status_code, "needs permissions" in refused.text) == (422, True)


def test_nobody_gives_a_post_to_themselves(rest, world):
    answer = rest("admin").post(f"/posts/{world.post_id}/holdings", json={"username": "admin"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_an_unknown_permission_is_refused(rest):
    body = {"unit_code": "ops", "title": new("x"), "permissions": ["device.fly"]}
    answer = rest("admin").post("/posts", json=body)
    assert answer.status_code == 422
    assert "device.fly" in answer.json()["detail"]


def test_a_person_is_deactivated_and_their_token_ends(rest):
    admin, username = rest("admin"), new("leaver")
    admin.post("/people", json={"username": username, "name": "L"})
    token = admin.post("/tokens", json={"name": "t", "username": username}).json()["token"]
    client = rest("auditor")
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.get("/tokens").status_code == 200
    ended = admin.post(f"/people/{username}/deactivation")
    assert (ended.status_code, ended.json()["active"]) == (201, False)
    assert client.get("/tokens").json()["code"] == "token_refused"


def test_a_former_persons_name_is_erased(rest):
    admin, username = rest("admin"), new("gone")
    person = admin.post("/people", json={"username": username, "name": "Gone Example"}).json()
    path, why = f"/people/{username}/erasure", {"reason": "asked for it"}
    assert admin.post(path, json=why).status_code == 409  # active
    admin.post(f"/people/{username}/deactivation")
    assert rest("auditor").post(path, json=why).status_code == 403
    told = admin.post(path, json=why)
    assert (told.status_code, told.json()["username"]) == (201, f"erased-{person['id']}")
    assert admin.post(path, json=why).status_code == 422  # nobody is called so any more


def test_a_password_is_set_and_a_short_one_is_refused_without_being_repeated(rest):
    admin, username = rest("admin"), new("someone")
    admin.post("/people", json={"username": username, "name": "S"})
    path = f"/people/{username}/password"
    assert admin.post(path, json={"password": "correct horse"}).status_code == 204
    short = admin.post(path, json={"password": "hunter2"})
    assert short.status_code == 422
    assert "hunter2" not in short.text


def test_a_token_is_shown_once_used_and_revoked(rest):
    client = rest("engineer")
    issued = client.post("/tokens", json={"name": "ci", "days": 1})
    assert issued.status_code == 201
    token = issued.json()["token"]
    assert token not in client.get("/tokens", params={"limit": 500}).text
    other = rest("engineer")
    other.headers["Authorization"] = f"Bearer {token}"
    assert other.get("/devices").status_code == 200
    revoked = client.post(f"/tokens/{issued.json()['id']}/revocation")
    assert revoked.json()["revoked_at"] is not None
    assert other.get("/devices").json()["code"] == "token_refused"


def test_a_policy_is_published_in_versions(rest):
    admin, code = rest("admin"), new("CFG-")
    body = {
        "code": code, "title": "Configuration", "unit_code": "ops", "body": "# Why",
        "clauses": [{"number": "1", "text": "No telnet.", "rules": ["TT-ACCESS-1"]}],
    }  # fmt: skip
    assert admin.post("/policies", json=body).json()["version"] == 1
    second = admin.post("/policies", json=body | {"clauses": []})
    assert (second.status_code, second.json()["version"], second.json()["clauses"]) == (201, 2, [])
    listed = [one for one in admin.get("/policies").json()["items"] if one["code"] == code]
    assert [one["version"] for one in listed] == [2]


def test_a_clause_numbered_twice_is_refused(rest):
    clause = {"number": "1", "text": "x"}
    body = {"code": new("CFG-"), "title": "x", "unit_code": "ops", "body": "",
            "clauses": [clause, clause]}  # fmt: skip
    assert rest("admin").post("/policies", json=body).status_code == 422


def test_records_are_filtered(rest, drifted):
    asked = {"action": "baseline.approved", "subject_type": "baseline", "limit": 500}
    found = rest("auditor").get("/audit/records", params=asked).json()["items"]
    assert {one["action"] for one in found} == {"baseline.approved"}
    assert f"{drifted.hostname} baseline 1" in [one["subject_label"] for one in found]
    none = rest("auditor").get("/audit/records", params=asked | {"actor": "nobody here"})
    assert none.json() == {"items": [], "next": None}


def test_facts_name_persons_and_the_proof_holds_the_commitment(rest, world):
    admin, username = rest("admin"), new("assignee")
    body = {"username": username, "name": username, "password": "x" * 12}
    assert admin.post("/people", json=body).status_code == 201
    post = {"unit_code": "ops", "title": new("Watch"), "permissions": ["device.read"]}
    number = admin.post("/posts", json=post).json()["id"]
    admin.post(f"/posts/{number}/holdings", json={"username": username})
    asked = {"action": "post.assigned", "subject_id": str(number)}
    [told] = rest("auditor").get("/audit/records", params=asked).json()["items"]
    assert told["facts"]["person"] == username
    with world.context() as ctx:
        seal_all(ctx)
    proof = rest("auditor").get(f"/audit/records/{told['id']}/proof").json()
    sealed = json.loads(proof["records"][0]["record"])["facts"]["person"]
    assert (sealed.keys(), username in json.dumps(proof)) == ({"person", "identity"}, False)


def test_verification_of_the_records_is_told_and_recorded(rest, recorded):
    rest("auditor").get("/audit/verification")
    before = recorded()
    answer = rest("auditor").get("/audit/verification").json()
    assert (answer["ok"], answer["broken"], answer["since"]) == (True, [], 0)
    assert (answer["records"], answer["size"], answer["unsealed"]) == (before, before, 0)
    newest = rest("auditor").get("/audit/records", params={"limit": 1}).json()["items"][0]
    assert (newest["action"], newest["actor_name"]) == ("audit.verified", "auditor")


def test_what_came_after_the_last_verification_is_verified_alone(rest):
    before = rest("auditor").get("/audit/verification").json()
    answer = rest("auditor").get("/audit/verification", params={"since": "last"}).json()
    assert (answer["ok"], answer["since"]) == (True, before["size"])
    assert rest("auditor").get("/audit/verification?since=never").status_code == 422


def test_evidence_over_rest_satisfies_the_verifier_that_comes_with_it(rest, tmp_path):
    client = rest("auditor")
    for _ in range(2):  # the first one is sealed by the second
        client.get("/audit/verification")
    verified = client.get("/audit/records", params={"limit": 2, "action": "audit.verified"}).json()
    record, head = verified["items"][1], client.get("/audit/head").json()
    proof = client.get(f"/audit/records/{record['id']}/proof").json()
    assert client.get(f"/audit/records/{record['record_id']}/proof").json() == proof
    assert proof["heads"] == [head]
    client.get("/audit/verification")
    grown = client.get("/audit/consistency", params={"old": head["size"]}).json()
    program = tmp_path / "verify_evidence.py"
    program.write_bytes(client.get("/audit/verifier").content)
    for number, told in enumerate((proof, grown)):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(told))
        words = [sys.executable, "-I", str(program), str(file), "--log", head["log"]]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VERIFIED")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/audit/head?size=999999999", 404, "not_found"),
        ("/audit/records/999999999/proof", 404, "not_found"),
        ("/audit/records/nothing/proof", 422, "invalid_input"),
        ("/audit/consistency?old=0", 422, "invalid_input"),
        ("/audit/consistency?old=999999999", 404, "not_found"),
    ],
)
def test_evidence_of_what_is_not_there_is_refused(rest, path, status, code):
    rest("auditor").get("/audit/verification")
    answer = rest("auditor").get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_key_of_the_log_is_rotated_by_who_may(rest):
    rest("auditor").get("/audit/verification")
    before = rest("auditor").get("/audit/head").json()
    assert rest("auditor").post("/audit/keys", json={"reason": "x"}).status_code == 403
    answer = rest("admin").post("/audit/keys", json={"reason": "a year is over"})
    assert (answer.status_code, answer.json()["previous"]) == (201, before["key"])
    assert rest("auditor").get("/audit/verification").json()["ok"]
    assert rest("auditor").get("/audit/head").json()["key"] == answer.json()["key"]
    moved = rest("admin").post("/audit/keys", json={"reason": "x", "place": "vault"})
    assert (moved.status_code, "TRIMTAB_AUDIT_KEY_VAULT" in moved.json()["detail"]) == (422, True)


def test_the_export_holds_every_record_in_the_form_that_was_hashed(rest, recorded):
    answer = rest("auditor").get("/audit/export")
    lines = answer.content.splitlines()
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(lines) == recorded()
    assert json.loads(lines[-1])["action"] == "audit.exported"
    newest = rest("auditor").get("/audit/records", params={"limit": 1}).json()["items"][0]
    assert hashlib.sha256(b"\x00" + lines[-1]).hexdigest() == newest["digest"]
