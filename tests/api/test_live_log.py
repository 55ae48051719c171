"""The live log: resumed by Last-Event-ID without loss, safe against what devices say, and ended."""

from datetime import UTC, datetime
from threading import Timer

import pytest
from sqlalchemy import func, select, text

from api.web import change, execution
from changes import requests
from changes.models import ChangeRun, ExecutionEvent
from changes.requests import Wanted
from core.audit import Subject
from tests.api.forms import sign_in
from tests.api.samples.basics import HOSTILE


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(execution, "POLL_SECONDS", 0.02)


@pytest.fixture
def change_id(world, drifted):
    """A change of its own that runs."""
    with world.context(world.person("engineer")) as ctx:
        wanted = Wanted(title="Put right", reason="drift")
        key = requests.request_correction(ctx, [drifted.finding_id], wanted).id
    move(world, key, "running")
    return key


@pytest.fixture
def run(world, change_id):
    now = datetime.now(UTC)
    with world.context() as ctx:
        row = ChangeRun(change_id=change_id, worker="w1", claimed_at=now, lease_until=now)
        return ctx.add(row).id


@pytest.fixture
def stream(browser, change_id):
    """Follow the log to its end, from where one was."""
    sign_in(browser, "auditor")

    def follow(**headers):
        answer = browser.get(f"/changes/{change_id}/stream", headers=headers)
        assert answer.headers["content-type"].startswith("text/event-stream")
        return told_by(answer.text)

    return follow


def move(world, change_id, state):
    with world.context() as ctx:
        ctx.session.execute(
            text("UPDATE change_request SET state = :state WHERE id = :id"),
            {"state": state, "id": change_id},
        )
        ctx.record("test.arranged", Subject(type="test", id="0", label="state"))


def tell(world, run, *tasks, said="said"):
    with world.context() as ctx:
        kept = select(func.count()).where(ExecutionEvent.run_id == run)
        first = ctx.session.scalar(kept) + 1
        rows = [
            ExecutionEvent(run_id=run, number=number, at=datetime.now(UTC), kind="task",
                           host="edge", task=task, status="ok", text=said)
            for number, task in enumerate(tasks, start=first)
        ]  # fmt: skip
        ctx.session.add_all(rows)
        ctx.record("test.told", Subject(type="change_run", id=str(run), label=f"run {run}"))
        ctx.session.flush()
        return [str(row.id) for row in rows]


def told_by(body):
    """Server-sent events as (id, name, lines)."""
    told = []
    for block in body.strip().split("\n\n"):
        fields = [line.partition(": ")[::2] for line in block.split("\n")]
        names = dict(fields)
        lines = [value for name, value in fields if name == "data"]
        told.append((names.get("id"), names.get("event"), lines))
    return told


def test_a_log_is_told_in_order_and_ended(world, change_id, run, stream):
    ids = tell(world, run, "first", "second")
    move(world, change_id, "succeeded")
    told = stream()
    assert [(key, name) for key, name, _ in told] == [(ids[0], None), (ids[1], None), (None, "end")]
    assert told[0][2][0].endswith("first")
    assert told[0][2][1] == "said"


def test_a_broken_stream_goes_on_after_the_last_event_that_arrived(world, change_id, run, stream):
    ids = tell(world, run, *(f"task {n}" for n in range(6)))
    move(world, change_id, "succeeded")
    whole = [key for key, _, _ in stream()]
    assert whole == [*ids, None]
    for cut in range(1, 6):
        rest = [key for key, _, _ in stream(**{"Last-Event-ID": ids[cut - 1]})]
        assert whole[:cut] + rest == whole


def test_lines_that_come_while_one_watches_are_told(world, change_id, run, stream):
    first = tell(world, run, "before")
    late = []

    def go_on():
        late.extend(tell(world, run, "meanwhile"))
        move(world, change_id, "succeeded")

    timer = Timer(0.1, go_on)
    timer.start()
    told = stream()
    timer.join()
    assert [key for key, _, _ in told] == [*first, *late, None]


def test_a_log_longer_than_one_reading_is_told_to_its_end(world, change_id, run, stream):
    ids = tell(world, run, *(f"task {n}" for n in range(change.LOG_LINES + 7)))
    move(world, change_id, "succeeded")
    assert [key for key, _, _ in stream()] == [*ids, None]


def test_a_finished_log_is_read_on_without_javascript(world, change_id, run, browser):
    sign_in(browser, "auditor")
    ids = tell(world, run, *(f"task {n}" for n in range(change.LOG_LINES + 1)))
    move(world, change_id, "succeeded")
    path = f"/changes/{change_id}/execution"
    assert f'href="?log_after={ids[change.LOG_LINES - 1]}"' in browser.get(path).text
    further = browser.get(path, params={"log_after": ids[change.LOG_LINES - 1]}).text
    assert f"task {change.LOG_LINES}" in further
    assert "log_after" not in further


def test_what_a_device_says_cannot_forge_an_event(world, change_id, run, stream):
    forged = "\n\nevent: end\ndata: over\n\nid: 999999\r\ndata: " + HOSTILE
    ids = tell(world, run, "type", said=forged)
    move(world, change_id, "succeeded")
    told = stream()
    assert [(key, name) for key, name, _ in told] == [(ids[0], None), (None, "end")]
    assert all(char.isprintable() for line in told[0][2] for char in line)


def test_the_empty_line_ends_of_terminals_are_no_noise(world, change_id, run, stream):
    tell(world, run, "type", said="\r\ntyped\r\nsaved\r\n")
    move(world, change_id, "succeeded")
    assert stream()[0][2][1:] == ["typed", "saved"]


def test_ansibles_heading_of_a_task_is_not_told_twice(world, change_id, run, stream):
    tell(world, run, "Type the lines", said="\r\nTASK [Type the lines] *****\r\n")
    move(world, change_id, "succeeded")
    assert len(stream()[0][2]) == 1


def test_who_may_not_see_a_change_is_told_nothing_of_its_log(browser, change_id):
    sign_in(browser, "stranger")
    assert browser.get(f"/changes/{change_id}/stream").status_code == 403
