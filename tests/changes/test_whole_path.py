"""From the finding to the verified closure through each door: commands, REST, pages."""

import json
import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from changes.models import ChangeRequest
from changes.states import State
from lab import hands
from organization.models import Person
from organization.people import set_password
from organization.tokens import issue
from tests.api.conftest import PASSWORD
from tests.api.forms import send, sign_in
from tests.changes.conftest import ALL
from trimtab.cli import app as program

pytestmark = pytest.mark.slow


@dataclass
class Commands:
    """`trimtab`, as whoever the token is of."""

    floor: object
    patch: pytest.MonkeyPatch
    tmp: object

    def ask(self, who, *words):
        url = self.floor.house.runtime.engine.url.render_as_string(hide_password=False)
        settings = {
            "TRIMTAB_DATABASE_URL": url, "TRIMTAB_TOKEN": token(self.floor, who),
            "TRIMTAB_HOME": str(self.floor.house.runtime.settings.home),
            "XDG_CONFIG_HOME": str(self.tmp), "TRIMTAB_GUARD_MINUTES": "0",
        }  # fmt: skip
        for name, value in settings.items():
            self.patch.setenv(name, value)
        done = CliRunner().invoke(program, [*map(str, words), "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def request(self, finding):
        words = ("--finding", finding, "--title", "Correct", "--reason", "drift", "--check", "none")
        return self.ask("engineer", "change", "new", *words)["id"]

    def approve(self, key):
        digest = self.ask("approver", "change", "show", key)["digest"]
        self.ask("approver", "change", "approve", key, "--digest", digest, "--note", "right")

    def closure(self, key, finding):
        change, found = (
            self.ask("auditor", kind, "show", one)["state"]
            for kind, one in (("change", key), ("drift", finding))
        )
        return change, found


@dataclass
class Rest:
    """The interface for programs."""

    client: TestClient
    floor: object

    def ask(self, who, method, path, **body):
        head = {"Authorization": f"Bearer {token(self.floor, who)}"}
        came = self.client.request(
            method, f"/api/v1{path}", headers=head, **({"json": body} if body else {})
        )
        assert came.is_success, came.text
        return came.json()

    def request(self, finding):
        body = {"title": "Correct", "reason": "drift", "finding_ids": [finding], "checks": []}
        return self.ask("engineer", "post", "/changes", **body)["id"]

    def approve(self, key):
        digest = self.ask("approver", "get", f"/changes/{key}")["digest"]
        self.ask("approver", "post", f"/changes/{key}/approvals", digest=digest, note="right")

    def closure(self, key, finding):
        return (
            self.ask("auditor", "get", f"/changes/{key}")["state"],
            self.ask("auditor", "get", f"/findings/{finding}")["state"],
        )


@dataclass
class Pages:
    """What a person clicks through."""

    client: TestClient
    floor: object

    def as_(self, who):
        with self.floor.house.acting(ALL) as ctx:
            person = ctx.get(Person, getattr(self.floor.house, who).person_id)
            set_password(ctx, person, PASSWORD)
            name = person.username
        self.client.cookies.clear()
        assert sign_in(self.client, name).is_success
        return self.client

    def request(self, finding):
        came = send(
            self.as_("engineer"), f"/findings/{finding}", f"/findings/{finding}/change",
            title="Correct", reason="drift",
        )  # fmt: skip
        return int(re.fullmatch(r"/changes/(\d+)", came.url.path)[1])

    def approve(self, key):
        browser = self.as_("approver")
        digest = re.search(r'name="digest" value="(\w+)"', browser.get(f"/changes/{key}").text)[1]
        send(
            browser, f"/changes/{key}", f"/changes/{key}/approvals", digest=digest, note="right"
        ).raise_for_status()

    def closure(self, key, finding):
        browser = self.as_("auditor")
        shown = (browser.get(f"/changes/{key}").text, browser.get(f"/findings/{finding}").text)
        return tuple(
            next(word for word in words if f"{word}</span>" in text)
            for text, words in zip(
                shown, (["succeeded", "failed"], ["resolved", "open"]), strict=True
            )
        )


@pytest.fixture
def web(floor):
    with TestClient(create_app(floor.house.runtime), base_url="https://testserver") as client:
        yield client


@pytest.fixture(params=["commands", "rest", "pages"])
def door(request, floor, web, monkeypatch, tmp_path):
    match request.param:
        case "commands":
            return Commands(floor, monkeypatch, tmp_path)
        case "rest":
            return Rest(web, floor)
        case _:
            return Pages(web, floor)


def token(floor, who):
    with floor.house.acting(ALL) as ctx:
        person = ctx.get(Person, getattr(floor.house, who).person_id)
        return issue(ctx, person=person, name="test")[1]


def test_from_the_finding_to_the_verified_closure(floor, door):
    device = floor.devices[0]
    hands.type_lines(device, ["interface Loopback0", f"description by {type(door).__name__}"])
    assert floor.house.observe(device.hostname).outcome == "drifted"
    finding = floor.house.finding(device.hostname).id
    key = door.request(finding)
    door.approve(key)
    with floor.house.acting(ALL) as ctx:
        change = ctx.get(ChangeRequest, key)
    assert floor.execute(change) is State.SUCCEEDED
    assert door.closure(key, finding) == ("succeeded", "resolved")
    assert floor.house.observe(device.hostname).outcome == "in_sync"
    assert device.startup == device.running()
