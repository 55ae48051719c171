"""Schedules as a page: seen, paused and resumed."""

import re

import pytest
from sqlalchemy import select

from core.actor import Origin
from operations.schedule_models import Schedule
from operations.schedules import create_schedule
from organization.models import Unit
from organization.people import create_person
from tests.api.conftest import ALL, PASSWORD
from tests.factories import make_post


@pytest.fixture
def scan(world):
    with world.runtime.context(ALL, Origin(door="cli")) as ctx:
        unit = ctx.session.scalars(select(Unit)).one()
        person = create_person(ctx, username="planner", name="planner", password=PASSWORD)
        make_post(ctx, unit=unit, permissions=("schedule.read", "schedule.write"), holder=person)
        return create_schedule(
            ctx, name="Scan <all>", job="drift.scan", trigger="every 15m", args={}
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
    sign_in(browser, "planner")
    assert "Resume" in press(browser, f"/schedules/{scan}/pause").text
    assert is_enabled(world, scan) is False
    assert "Pause" in press(browser, f"/schedules/{scan}/resumption").text
    assert is_enabled(world, scan) is True
