"""Schedules as a page: seen, paused and resumed."""

import re
from itertools import count

import pytest

from core.actor import Origin
from operations.schedule_models import Schedule
from operations.schedules import create_schedule
from tests.api.conftest import ALL, PASSWORD

_names = count(1)


@pytest.fixture
def scan(world):
    with world.runtime.context(ALL, Origin(door="cli")) as ctx:
        return create_schedule(
            ctx, name=f"Scan <all> {next(_names)}", job="drift.scan", trigger="every 15m", args={}
        ).id


def sign_in(browser, username):
    return browser.post("/sign-in", data={"username": username, "password": PASSWORD, "to": "/"})


def press(browser, path):
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/schedules").text)[1]
    return browser.post(path, data={"csrf_token": token})


def is_enabled(world, schedule_id):
    with world.runtime.context(ALL, Origin(door="cli")) as ctx:
        return ctx.get(Schedule, schedule_id).enabled


def test_who_may_only_read_sees_schedules_without_buttons(browser, scan):
    sign_in(browser, "auditor")
    text = browser.get("/schedules").text
    assert "Scan &lt;all&gt;" in text
    assert f"/schedules/{scan}/pause" not in text


def test_a_schedule_is_paused_and_resumed(browser, world, scan):
    sign_in(browser, "admin")
    assert "Resume" in press(browser, f"/schedules/{scan}/pause").text
    assert is_enabled(world, scan) is False
    assert "Pause" in press(browser, f"/schedules/{scan}/resumption").text
    assert is_enabled(world, scan) is True


def test_a_schedule_is_made_due_at_once(browser, world, scan):
    sign_in(browser, "admin")
    answer = press(browser, f"/schedules/{scan}/firing")
    assert answer.url.path == "/schedules"
    with world.context() as ctx:
        assert ctx.get(Schedule, scan).next_fire_at <= ctx.now()
