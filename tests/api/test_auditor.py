"""An auditor reads everything, changes nothing, and sees no secret: every route is walked."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from api import web
from api.app import rest_app
from changes.questions import saved, saved_answers
from changes.questions.saved import Wanted
from core.audit import AuditRecord
from core.evidence.sealing import seal_all
from core.secrets import write_secret
from inventory import originals, snapshots
from inventory.models import Device
from organization.models import Person
from tests.api.conftest import PASSWORD
from tests.api.forms import send, sign_in
from tests.api.test_permissions import AUDITORS_OWN, BUSINESS, Sender

READS = {
    "audit.verified", "audit.exported", "list.exported", "question.exported",
    "question.downloaded",
}  # fmt: skip
"""What reading leaves in the log: that it was read, or left the house."""
LASTING = {"/changes/{change_id}/stream"}
"""Answers that go on while a change runs; they show what its page shows."""
ASKED = {
    "/api/v1/questions/{question}": {"person": "engineer"},
    "/api/v1/snapshots/search": {"pattern": "community"},
    "/configurations": {"pattern": "community", "around": "5"},
    "/audit/anchors": {"target": "nowhere"},
    "/devices": {"format": "csv"},
    "/api/v1/calendar/conflicts": {"device_ids": "1"},
    "/api/v1/calendar/opening": {"device_ids": "1"},
    "/comparison": {"left": "1", "right": "2"},
    "/devices/{device_id}/baselines/comparison": {"left": "1", "right": "1"},
}
"""What makes an address tell more than nothing."""

NOT_THERE = {
    "/api/v1/audit/witness/{log}": "no other log was witnessed here, and that needs its own post",
    "/api/v1/devices/{device_id}/intended": "no source intends anything",
    "/api/v1/risk/comparison": "there is one version of the formula",
    "/api/v1/syslog": "no listener runs",
    "/rollouts/{baseline_id}": "no baseline is rolled out in cohorts",
    "/changes/new": "a form to request a change",
    "/rotations/new": "a form to request a change",
    "/upgrades/new": "a form to request a change",
    "/stagings/new": "a form to request a change",
    "/snapshots/{snapshot_id}/restore": "a form to request a change",
}
"""Reads that tell an auditor nothing here, each with its reason."""
NAMED = {
    "/queues/central/{name}": "/queues/central/collect", "/questions/{name}": "/questions/person",
}  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """The addresses of all reads, and the secrets that no answer may hold."""

    paths: dict[str, str]
    secrets: list[bytes]


@pytest.fixture
def secrets(world, drifted, monkeypatch):
    """Secrets wherever the platform keeps any: stored, in a configuration, of people, settings."""
    told = {name: f"s3cret{uuid4().hex}" for name in ("stored", "typed", "address")}
    with world.context() as ctx:
        write_secret(ctx, f"walk-{uuid4().hex}", told["stored"])
        device = ctx.get(Device, drifted.device_id)
        redacted = "hostname x\nsnmp-server community <secret:0123456789ab> RO\nend\n"
        kept = snapshots.store(ctx, device, source="running", text=redacted, doubts=(), facts={})
        original = redacted.replace("<secret:0123456789ab>", told["typed"])
        originals.keep(ctx, device, digest=kept.snapshot.digest, text=original)
        ctx.record("device.collected", device)
        person = ctx.session.scalars(select(Person).where(Person.username == "engineer")).one()
        hashed = str(ctx.session.scalar(select(Person.password_hash).where(Person.id == person.id)))
        snapshot = kept.snapshot.id
    urls = (SecretStr(f"json://127.0.0.1:9/?token={told['address']}"),)
    changed = world.runtime.settings.model_copy(
        update={"notify_urls": urls, "audit_witness_token": SecretStr(told["address"])}
    )
    monkeypatch.setattr(world.runtime, "settings", changed)
    held = [*told.values(), hashed, PASSWORD, *world.tokens.values()]
    return snapshot, [one.encode() for one in held]


@pytest.fixture
def walk(world, drifted, secrets):
    snapshot, held = secrets
    document = rest_app(world.runtime).openapi()
    sender = Sender(world, document)
    with world.context() as ctx:
        seal_all(ctx)
    sender.keys |= kept(world) | {
        "device_id": drifted.device_id, "hostname": drifted.hostname, "snapshot_id": snapshot,
        "other_id": drifted.snapshot_ids[0], "finding_id": drifted.finding_id,
        "event_id": drifted.event_id, "old": head(world), "rule_id": "TT-IOS-NTP-1",
        "baseline_id": 1,
    }  # fmt: skip
    paths = {f"/api/v1{path}": sender.address(path) for path, told in document["paths"].items()
             if "get" in told}  # fmt: skip
    addresses = {path: f"/api/v1{told}" for path, told in paths.items()}
    for path in web_reads() - LASTING:
        addresses[path] = sender.address(NAMED.get(path, path))
    for path, told in list(addresses.items()):
        needed = sender.query(path.removeprefix("/api/v1")) if path in paths else {}
        query = "&".join(f"{key}={value}" for key, value in (needed | ASKED.get(path, {})).items())
        addresses[path] = f"{told}?{query}" if query else told
    return Walk(addresses, held)


def head(world):
    with world.context() as ctx:
        return ctx.session.scalar(text("SELECT max(size) FROM audit_head"))


def kept(world):
    """A saved question of the auditor's with an answer."""
    with world.context(world.person("auditor")) as ctx:
        row = saved.save(ctx, Wanted(name=uuid4().hex, question="person",
                                     parameters={"person": "engineer"}))  # fmt: skip
        return {"saved_id": row.id, "answer_id": saved_answers.ask_now(ctx, row.id).id}


def web_reads():
    routes = [route for room in web.ROOMS for route in room.router.routes]
    return {route.path for route in routes if "GET" in route.methods}


def counted(world):
    with world.context() as ctx:
        rows = {table: ctx.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
                for table in BUSINESS}  # fmt: skip
        return rows, ctx.session.scalar(text("SELECT max(id) FROM audit_record"))


def left(world, last):
    """The actions that were recorded after this record."""
    with world.context() as ctx:
        return set(ctx.session.scalars(select(AuditRecord.action).where(AuditRecord.id > last)))


def test_no_read_shows_a_secret_or_changes_anything(browser, world, walk):
    sign_in(browser, "auditor")
    bearer = {"Authorization": f"Bearer {world.tokens['auditor']}"}
    before, last = counted(world)
    told, shown = {}, {}
    for path, address in sorted(walk.paths.items()):
        answer = browser.get(address, headers=bearer if path.startswith("/api/") else {})
        told[path] = answer.status_code
        shown[path] = [one.decode() for one in walk.secrets if one in answer.content]
    assert {path: found for path, found in shown.items() if found} == {}
    silent = {path for path, status in told.items() if status != 200}
    assert sorted(silent - set(NOT_THERE)) == []
    assert len(told) > 150
    after, _ = counted(world)
    assert {**after, "audit_record": 0} == {**before, "audit_record": 0}
    assert left(world, last) <= READS


def test_what_an_auditor_may_write_touches_their_own_alone(browser, world):
    sign_in(browser, "auditor")
    before, last = counted(world)
    asked, name = "/questions/person?person=engineer", uuid4().hex
    page = send(browser, asked, "/questions/saved", question="person", name=name,
                given_person="engineer")  # fmt: skip
    path = re.search(r"/questions/saved/\d+", str(page.url))[0]
    for act, fields in (("answers", {}), ("schedule", {"trigger": "every 1d"}), ("rest", {}),
                        ("removal", {})):  # fmt: skip
        assert send(browser, path, f"{path}/{act}", **fields).status_code == 200
    made = send(browser, "/audit/packs", "/audit/packs", about="change",
                name=f"C{world.ids['change']}")  # fmt: skip
    assert (made.status_code, made.headers["content-type"]) == (200, "application/zip")
    after, _ = counted(world)
    changed = {table for table in BUSINESS if after[table] != before[table]}
    assert changed <= {"audit_record", "notice", "procrastinate_jobs"}
    assert left(world, last) <= {
        "question.saved", "question.answered", "question.scheduled", "question.unscheduled",
        "question.removed", "schedule.created", "schedule.removed", "pack.made",
        "audit.key_made",
    }  # fmt: skip


def test_every_write_that_an_auditor_may_has_its_reason():
    assert all(AUDITORS_OWN.values())
    document = rest_app(None).openapi()["paths"]
    forms = {route.path for room in web.ROOMS for route in room.router.routes
             if "POST" in route.methods}  # fmt: skip
    assert set(AUDITORS_OWN) <= set(document) | forms
