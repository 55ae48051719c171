"""The webhook has one device collected, with a token of its own that opens nothing else."""

import pytest
from sqlalchemy import text

from api.rest import hooks
from core.audit import Subject
from inventory.models import Device
from operations.change_reports import reports_of
from operations.rates import Rate
from operations.syslog.counts import Counts, keep
from organization.people import by_username
from organization.tokens import issue

JOBS = text("SELECT args FROM procrastinate_jobs WHERE queueing_lock = :lock AND status = 'todo'")


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    monkeypatch.setattr(hooks, "RATE", Rate(burst=100, seconds=1.0))


@pytest.fixture
def hook(rest, world):
    """A client per role with a token for webhooks."""

    def of(role):
        with world.context() as ctx:
            person = by_username(ctx, role)
            _, token = issue(ctx, person=person, name="hook", use="hook")
        client = rest(role)
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    return of


def send(client, device, **told):
    return client.post("/hooks/collect", json={"device": device} | told)


def waiting(world, device_id):
    with world.context() as ctx:
        return ctx.session.scalars(JOBS, {"lock": f"trigger:{device_id}"}).all()


def test_a_device_is_collected_once_however_often_it_is_asked_for(hook, world, drifted):
    first = send(hook("engineer"), drifted.hostname)
    again = send(hook("engineer"), drifted.hostname)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() | {"job": 0} == {
        "device_id": drifted.device_id, "hostname": drifted.hostname, "job": 0,
    }  # fmt: skip
    assert again.json()["job"] is None
    assert waiting(world, drifted.device_id) == [{"device_ids": [drifted.device_id]}]


def test_who_changed_the_device_is_kept(hook, world, drifted):
    send(hook("engineer"), drifted.hostname, user="eve", origin="10.0.0.9", line="vty0")
    with world.context() as ctx:
        [told] = reports_of(ctx, drifted.device_id)
    assert told.partition(" ")[2] == "eve from 10.0.0.9 on vty0 (webhook)"


def test_it_needs_the_permission_to_scan_the_device(hook, drifted):
    answer = send(hook("auditor"), drifted.hostname)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_a_device_that_there_is_not_is_told(hook):
    answer = send(hook("engineer"), "nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_device_in_maintenance_is_not_collected(hook, world, drifted):
    with world.context() as ctx:
        ctx.get(Device, drifted.device_id).state = "maintenance"
        ctx.record("test.arranged", Subject(type="test", id="0", label="hooks"))
    answer = send(hook("engineer"), drifted.hostname)
    assert (answer.status_code, answer.json()["code"]) == (409, "device_silenced")
    assert waiting(world, drifted.device_id) == []


def test_a_webhooks_token_opens_nothing_else(hook):
    answer = hook("engineer").get("/devices")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_a_persons_token_opens_no_webhook(rest, drifted):
    answer = send(rest("engineer"), drifted.hostname)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_too_many_calls_are_refused(hook, drifted, monkeypatch):
    monkeypatch.setattr(hooks, "RATE", Rate(burst=2, seconds=60.0))
    client = hook("engineer")
    told = [send(client, drifted.hostname).status_code for _ in range(3)]
    assert told == [202, 202, 429]


@pytest.mark.parametrize("body", [{"device": ""}, {"device": "x" * 256}, {"device": "a\x1b[31m"},
                                  {"device": "a", "user": "\u202ea"}, {}])  # fmt: skip
def test_what_is_no_name_is_refused(hook, body):
    assert hook("engineer").post("/hooks/collect", json=body).status_code == 422


def test_a_token_for_webhooks_is_issued_over_rest(rest):
    answer = rest("engineer").post("/tokens", json={"name": "netbox", "use": "hook"})
    assert answer.json()["token"].startswith("trimtabhook_")


def test_what_the_listener_has_heard_is_shown(rest, world):
    client = rest("auditor")
    with world.context() as ctx:
        now = ctx.now()
    keep(
        Counts(since=now, at=now, received=7, unknown={"10.0.0.9": 2}), world.runtime.settings.home
    )
    told = client.get("/syslog").json()
    assert (told["received"], told["unknown"]) == (7, {"10.0.0.9": 2})
