"""Under the role of a queue, only the rows of its devices are there."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.queue import enqueue
from core.secrets import write_secret
from inventory.models import Device
from lab.network import Lab
from tests.scheduler import far

MINE, OTHERS = "north", "south"


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=4, seed=1) as running:
        yield running


@pytest.fixture
def places(runtime, lab, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
    monkeypatch.setenv("LAB_ENABLE", lab.devices[0].enable_secret)
    cisco = [one for one in lab.devices if one.platform == "cisco_ios"]
    return far.settle(runtime, {MINE: cisco[:1], OTHERS: cisco[1:2]})


@pytest.fixture
def given(runtime, places):
    yield far.open_queue(runtime, places[MINE])
    far.drop_roles(runtime)


@pytest.fixture
def mine(runtime, given):
    with far.as_role(runtime, given) as opened:
        yield opened


@pytest.fixture
def collected(runtime, places):
    """Both jurisdictions' devices were scanned by the central platform."""
    far.run_job(runtime, "drift.scan", {})
    return places


def test_a_far_worker_scans_its_device_as_the_platform_does(runtime, places, mine):
    told = far.run_job(mine, "drift.scan", {"queue": MINE})
    [device] = places[MINE].devices.values()
    assert told == "no_baseline 1"
    assert far.rows(runtime, "SELECT DISTINCT device_id FROM snapshot") == [(device,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM device", "SELECT device_id FROM snapshot",
        "SELECT device_id FROM host_key", "SELECT device_id FROM relation",
        "SELECT device_id FROM original", "SELECT device_id FROM device_report",
    ],
)  # fmt: skip
def test_rows_of_other_devices_are_not_there(runtime, collected, mine, query):
    [device] = collected[MINE].devices.values()
    every = far.rows(runtime, query)
    assert far.rows(mine, query) == [one for one in every if one == (device,)]
    assert {*every} > {(device,)} or not every


def test_texts_of_other_devices_are_not_there(runtime, collected, mine):
    of = "SELECT encode(digest, 'hex') FROM snapshot WHERE device_id = :device ORDER BY digest"
    [device] = collected[MINE].devices.values()
    own = far.rows(runtime, of, device=device)
    assert far.rows(mine, "SELECT encode(digest, 'hex') FROM content ORDER BY digest") == own
    assert len(far.rows(mine, "SELECT id FROM keyframe")) == 1
    assert len(far.rows(runtime, "SELECT id FROM keyframe")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 FROM api_token", "SELECT 1 FROM web_session", "SELECT 1 FROM secret",
        "SELECT 1 FROM schedule", "SELECT 1 FROM zstd_dictionary", "SELECT 1 FROM candidate",
        "SELECT 1 FROM problem",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("collected")
def test_what_a_far_worker_needs_not_is_closed_or_empty(mine, query):
    try:
        seen = far.rows(mine, query)
    except ProgrammingError as error:
        seen = [] if "permission denied" in str(error) else [error]
    assert seen == []


def test_the_secrets_of_its_own_devices_logins_are_seen_and_no_others(runtime, places, mine):
    names = {MINE: ("own", "next"), OTHERS: ("theirs", "theirs-next")}
    with far.acting(runtime) as ctx:
        for place, (reference, pending) in names.items():
            for name in (reference, pending):
                write_secret(ctx, name, "s3cret")
            [key] = places[place].devices.values()
            device = ctx.get(Device, key)
            device.own_login = {"reference": f"db:{reference}", "pending": f"db:{pending}"}
            ctx.record("test.arranged", device)
    assert far.rows(mine, "SELECT name FROM secret ORDER BY name") == [("next",), ("own",)]


def test_another_jurisdictions_device_cannot_be_written(places, mine):
    [other] = places[OTHERS].devices.values()
    with mine.engine.begin() as connection:
        done = connection.execute(
            text("UPDATE device SET outcome = 'changed' WHERE id = :device"), {"device": other}
        )
        assert done.rowcount == 0


def test_a_device_cannot_be_taken_over_by_changing_its_unit(places, mine):
    statement = text("UPDATE device SET unit_id = :unit")
    with pytest.raises(ProgrammingError, match="permission denied"), mine.engine.begin() as one:
        one.execute(statement, {"unit": places[MINE].unit})


def test_a_host_key_of_another_jurisdictions_device_cannot_be_pinned(places, mine):
    [other] = places[OTHERS].devices.values()
    insert = text(
        "INSERT INTO host_key (device_id, algorithm, public_key, fingerprint, pinned_at)"
        " VALUES (:device, 'ssh-ed25519', 'x', 'x', now())"
    )
    with pytest.raises(ProgrammingError, match="row-level security"), mine.engine.begin() as one:
        one.execute(insert, {"device": other})


@pytest.mark.usefixtures("collected")
def test_audit_records_are_added_and_never_read(mine):
    with pytest.raises(ProgrammingError, match="permission denied"):
        far.rows(mine, "SELECT facts FROM audit_record")


def test_no_audit_record_is_added_in_a_persons_name(mine):
    insert = text(
        "INSERT INTO audit_record (record_id, recorded_at, actor_id, actor_name, action,"
        " subject_type, subject_id, subject_label, facts, canonical, digest) VALUES"
        " (gen_random_uuid(), now(), 1, 'ada', 'change.approved', 'x', '1', 'x', '{}', '', '')"
    )
    with pytest.raises(ProgrammingError, match="row-level security"), mine.engine.begin() as one:
        one.execute(insert)


def test_only_jobs_of_its_own_queue_are_seen_and_fetched(runtime, mine):
    with far.acting(runtime) as ctx:
        for queue in ("collect", MINE, "default"):
            enqueue(ctx, "drift.scan", queue=queue)
    assert far.rows(mine, "SELECT queue_name FROM procrastinate_jobs") == [(MINE,)]
    assert far.fetch(mine, "collect") is None
    assert far.fetch(mine, MINE) is not None


def test_no_job_is_put_into_another_queue(mine):
    with pytest.raises(ProgrammingError, match="row-level security"), far.acting(mine) as ctx:
        enqueue(ctx, "inventory.import", queue="collect", args={"url": "https://elsewhere"})


def test_a_set_role_opens_nothing(mine, runtime):
    owner = far.rows(runtime, "SELECT current_user")[0][0]
    with pytest.raises(ProgrammingError, match="permission denied"):
        far.rows(mine, f'SET ROLE "{owner}"')
