"""What nobody may do without a post, through any door."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from api import web
from api.app import rest_app
from tests.api.conftest import PASSWORD

ENDINGS = {
    "/comparison": (200, None),  # judges what it is given and keeps nothing
    "/changes/{change_id}/withdrawal": (409, "wrong_state"),  # of one's own vote; there is none
    "/risk/trial": (422, "risk_policy_broken"),  # tries what it is given and keeps nothing
    "/hooks/collect": (401, "token_refused"),  # needs a token of its own
    "/notices/manner": (422, "invalid_input"),  # one's own; there is no such manner
}

OWN = {"/sign-in", "/sign-out", "/calendar/feed"}
OPEN = {"/platforms", "/rules", "/tokens", "/work", "/notices/manner"}
"""What is the same for everybody who signed in, and one's own."""

_ONES_OWN = "a question of one's own, with its answers and its schedule"
_TAKEN_HOME = "leaves the log with a record more, and nothing else"
AUDITORS_OWN = {
    "/saved-questions": _ONES_OWN, "/saved-questions/{saved_id}": _ONES_OWN,
    "/saved-questions/{saved_id}/schedule": _ONES_OWN,
    "/saved-questions/{saved_id}/answers": _ONES_OWN, "/questions/saved": _ONES_OWN,
    "/questions/saved/{saved_id}/answers": _ONES_OWN,
    "/questions/saved/{saved_id}/schedule": _ONES_OWN,
    "/questions/saved/{saved_id}/rest": _ONES_OWN, "/questions/saved/{saved_id}/removal": _ONES_OWN,
    "/packs/change/{change_id}": _TAKEN_HOME, "/packs/device/{hostname}": _TAKEN_HOME,
    "/packs/unit/{code}": _TAKEN_HOME, "/packs/clause/{policy}/{number}": _TAKEN_HOME,
    "/audit/packs": _TAKEN_HOME,
}  # fmt: skip
"""Writes that whoever has `audit.read` may, each with its reason; tests/api/test_auditor.py."""

BUSINESS = (
    "device", "site", "credential", "snapshot", "baseline", "finding", "event", "problem",
    "article_version", "change_request", "approval", "schedule", "unit", "post", "post_holding",
    "person", "api_token", "policy_version", "host_key", "audit_record", "procrastinate_jobs",
    "noise_mask", "noise_approval", "discovery_range", "discovery_run", "candidate",
    "worker_queue", "risk_policy", "change_window", "change_freeze", "freeze_exception",
    "change_comment", "delegation", "standard_change", "standard_vote",
    "break_glass", "emergency_review", "maintenance_plan", "maintenance_result", "notice",
    "notice_preference", "saved_question", "kept_answer",
)  # fmt: skip


def operations(method_is_safe) -> Iterator[tuple[str, str]]:
    """Every path and method of REST, read or write."""
    document = rest_app(None).openapi()
    for path, methods in document["paths"].items():
        for method in methods:
            if (method == "get") is method_is_safe and (method_is_safe or path not in AUDITORS_OWN):
                yield method, path


class Sender:
    """Fills paths and bodies with what exists, so that only a permission can be in the way."""

    def __init__(self, world, document):
        self.schemas = document["components"]["schemas"]
        self.paths = document["paths"]
        ids = world.ids
        self.keys = {
            "device_id": world.device_id, "finding_id": world.drifted.finding_id,
            "event_id": world.drifted.event_id, "snapshot_id": world.drifted.snapshot_ids[1],
            "other_id": world.drifted.snapshot_ids[0], "change_id": ids["change"],
            "problem_id": ids["problem"], "article_id": ids["article"], "post_id": world.post_id,
            "policy_id": ids["risk_policy"], "entry": "describe", "entry_id": ids["standard"],
            "inputs": {}, "variables": {},
            "mask_id": ids["mask"], "apart": 5, "range_id": ids["range"], "run_id": ids["run"],
            "candidate_id": ids["candidate"], "cidr": "127.0.0.97/32", "cidrs": ["127.0.0.99/32"],
            "scan_id": ids["scan"], "site_id": world.site_id,
            "seeds": [], "depth": 0, "ports": [22], "url": "http://127.0.0.1:9",
            "token_ref": "env:X",
            "grant_id": ids["glass"], "plan_id": ids["plan"], "kind": "unsaved",
            "window_id": ids["window"], "freeze_id": ids["freeze"],
            "exception_id": ids["exception"], "starts": "2099-01-01T22:00:00", "zone": "UTC",
            "valid_until": None, "minutes": 60, "also": [], "but": [],
            "comment_id": ids["comment"], "delegation_id": ids["delegation"],
            "begins_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-02T00:00:00Z",
            "window_start": "2099-01-01T00:00:00Z", "window_end": "2099-01-02T00:00:00Z",
            "left": 1, "right": 2, "record": 1, "old": 1, "question": "person",
            "saved_id": 2**30, "answer_id": 2**30, "policy": "x", "number": "1",
            "log": "ff" * 32, "keys": [], "proof": [],
            "queue_id": ids["queue"], "schedule_id": ids["schedule"],
            "token_id": ids["engineer token"], "version": 1,
            "username": "engineer", "hostname": world.device_name, "finding_ids": [],
            "device_ids": [world.device_id], "hostnames": [], "site": world.site,
            "unit_code": "ops", "parent_code": "ops", "credential": world.credential,
            "platform": "cisco_ios", "until": "2099-01-01T00:00:00Z", "at": "2099-01-01T00:00:00Z",
            "start": "2099-01-01T00:00:00Z", "end": "2099-01-02T00:00:00Z", "code": "x",
            "trigger": "every 1h", "job": "drift.scan", "ranges": ["127.0.0.9/32"],
            "permissions": ["device.read"], "password_ref": "env:X", "unit_id": world.unit_id,
            "address": "127.0.0.9", "event_kind": "drift", "fingerprint": "", "driver": "netmiko",
            "timezone": "UTC", "valid_from": None, "options": {}, "args": {}, "email": None,
            "lines": {str(world.device_id): ["ntp server 10.0.0.1"]}, "window": None,
        }  # fmt: skip

    def address(self, path: str) -> str:
        return re.sub(r"{(\w+)}", lambda found: str(self.keys[found[1]]), path)

    def query(self, path: str) -> dict[str, str]:
        """The parameters without which the path answers nothing."""
        told = self.paths[path]["get"].get("parameters", ())
        needed = [one["name"] for one in told if one["in"] == "query" and one["required"]]
        return {name: str(self.keys[name]) for name in needed}

    def body(self, method: str, path: str):
        content = self.paths[path][method].get("requestBody", {}).get("content", {})
        for kind, told in content.items():
            if kind == "application/json":
                return {"json": self._made(told["schema"], "")}
            return {"content": "hostname\n", "headers": {"Content-Type": kind}}
        return {}

    def _made(self, schema, name):
        """The simplest value that the schema takes, or the one that exists."""
        if self.keys.get(name) in schema.get("enum", [self.keys.get(name)]) and name in self.keys:
            return self.keys[name]
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            return self._made(schema["anyOf"][0], name)
        if "properties" in schema:
            return {key: self._made(one, key) for key, one in schema["properties"].items()}
        if "items" in schema:
            return [self._made(schema["items"], "")]
        plain = {"integer": schema.get("minimum", 1), "string": "words enough for a password"}
        chosen = schema.get("const") or next(iter(schema.get("enum", ())), None)
        return chosen or plain.get(schema.get("type"), False)


@pytest.fixture(scope="session")
def sender(world):
    return Sender(world, rest_app(world.runtime).openapi())


@pytest.fixture
def rows(world):
    """The number of rows in every table that people write."""

    def told():
        with world.context() as ctx:
            return {
                table: ctx.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
                for table in BUSINESS
            }

    return told


@pytest.mark.parametrize(("method", "path"), sorted(set(operations(method_is_safe=False))))
def test_an_auditor_writes_nothing_over_rest(rest, sender, rows, method, path):
    before = rows()
    answer = rest("auditor").request(method, sender.address(path), **sender.body(method, path))
    expected = ENDINGS.get(path, (403, "not_permitted"))
    assert (answer.status_code, answer.json().get("code")) == expected, answer.text
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), sorted(set(operations(method_is_safe=True))))
def test_who_holds_no_post_reads_nothing_over_rest(rest, sender, method, path):
    where = sender.address(path)
    answer = rest("stranger").request(method, where, params=sender.query(path))
    if path in OPEN:
        assert answer.status_code == 200
    elif answer.status_code == 200:
        assert answer.json() in ([], {"items": [], "next": None}), path
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), answer.text


FORMS = [
    route.path
    for room in web.ROOMS
    for route in room.router.routes
    if "POST" in route.methods and route.path not in OWN and route.path not in AUDITORS_OWN
]


FIELDS = {
    "note": "x", "reason": "x", "title": "x", "digest": "x", "days": "7", "username": "engineer",
    "problem_id": "1", "root_cause": "x", "workaround": "x", "body": "x", "description": "x",
    "snapshot_id": "1", "kinds": "serial", "cidr": "127.0.0.97/32", "unit_code": "ops",
    "name": "x", "starts": "2099-01-01T22:00", "zone": "UTC", "lasting": "1h", "change_id": "1",
    "verdict": "justified", "trigger": "every 1d", "devices": "x", "lines": "x",
    "start": "2099-01-01T22:00", "end": "2099-01-01T23:00", "state": "done", "way": "stop",
    "text": "no formula",
    "hostname": "x", "code": "x", "url": "http://127.0.0.1:9", "token_ref": "env:X",
    "image": "x", "checksum": "0" * 32, "source": "http://127.0.0.1:9/x", "size": "1",
    "version": "2", "hostnames": "x", "reference": "db:x", "manner": "x",
    "place": "site hq", "why": "x",
}  # fmt: skip


def test_an_auditor_writes_nothing_through_any_form(browser, sender, rows):
    page = browser.post("/sign-in", data={"username": "auditor", "password": PASSWORD})
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    before = rows()
    fields = FIELDS | {"csrf_token": token, "vote": f"{sender.keys['change_id']}=x"}
    fields["devices"] = fields["hostnames"] = sender.keys["hostname"]
    told = {path: browser.post(sender.address(path), data=fields).status_code for path in FORMS}
    assert len(told) >= 10
    assert told == dict.fromkeys(FORMS, 403) | {
        "/changes/{change_id}/withdrawal": 409,  # of one's own vote; there is none
        "/risk/trial": 422,  # of a text that is no formula; it keeps nothing
        "/work/manner": 422,  # one's own; there is no such manner
    }
    assert rows() == before


def test_no_form_is_taken_without_the_sessions_own_token(browser, sender, rows):
    browser.post("/sign-in", data={"username": "engineer", "password": PASSWORD})
    before = rows()
    told = {path: browser.post(sender.address(path), data=FIELDS).status_code for path in FORMS}
    assert told == dict.fromkeys(FORMS, 403)
    assert rows() == before
