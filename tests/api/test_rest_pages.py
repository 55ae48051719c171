"""Keyset pages lose nothing and repeat nothing, whatever is added meanwhile."""

import pytest

from tests.api.conftest import drift_a_device
from tests.factories import make_device, make_scan, make_site, make_unit

ASCENDING = ["/units", "/posts", "/people", "/sites", "/articles", "/baselines"]
DESCENDING = [
    "/snapshots", "/findings", "/events", "/scans", "/audit/records?action=baseline.approved",
]  # fmt: skip


def pages(client, path, *, limit, between=lambda: None, **filters):
    """All items of all pages; `between` runs after each page."""
    found, after = [], None
    while True:
        asked = filters | {"limit": limit} | ({} if after is None else {"after": after})
        page = client.get(path, params=asked).json()
        found += page["items"]
        after = page["next"]
        between()
        if after is None:
            return found


@pytest.fixture(autouse=True, scope="module")
def several(world):
    """Two drifted devices at least, so that every list has more than one row."""
    with world.context() as ctx:
        drift_a_device(ctx, world)
        for _ in range(3):
            make_site(ctx, unit=make_unit(ctx))
            make_scan(ctx)


@pytest.mark.parametrize("path", ASCENDING + DESCENDING)
@pytest.mark.parametrize("limit", [3, 500])
def test_pages_of_any_size_hold_the_same_rows_once(rest, path, limit):
    client = rest("auditor")
    newest = client.get(path, params={"limit": 1}).json()["items"][0]["id"]
    ids = [one["id"] for one in pages(client, path, limit=limit)]
    whole = [one["id"] for one in pages(client, path, limit=499)]
    assert len(ids) == len(set(ids))
    assert set(whole) >= set(ids)
    assert ids == sorted(ids, reverse=path in DESCENDING)
    assert newest in ids


@pytest.mark.parametrize("limit", [1, 500])
def test_pages_of_schedules_go_by_name(rest, world, limit):
    job = {"job": "operations.maintenance", "trigger": "every 1h", "unit_id": world.unit_id}
    for name in (f"b of {limit}", f"a of {limit}"):
        assert rest("admin").post("/schedules", json=job | {"name": name}).status_code == 201
    names = [one["name"] for one in pages(rest("admin"), "/schedules", limit=limit)]
    assert [one for one in names if one.endswith(f" of {limit}")] == [
        f"a of {limit}", f"b of {limit}",
    ]  # fmt: skip
    assert len(names) == len(set(names))


@pytest.mark.parametrize("limit", [1, 3])
def test_devices_that_come_between_pages_make_none_lost_or_repeated(rest, world, limit):
    site = f"pages-{limit}"

    def add(*names):
        with world.context() as ctx:
            row = site_of(ctx)
            for name in names:
                make_device(ctx, site=row, hostname=f"{site}-{name}")

    def site_of(ctx):
        from inventory.sites import find_site  # noqa: PLC0415
        from organization.units import by_code  # noqa: PLC0415

        return find_site(ctx, site) or make_site(ctx, unit=by_code(ctx, "ops"), code=site)

    known = ["b1", "b2", "b3", "b4", "b5"]
    add(*known)
    came = iter([("a0", "c1"), ("a1",), ("c2",)])
    found = pages(
        rest("auditor"), "/devices", limit=limit, site=site, between=lambda: add(*next(came, ()))
    )
    names = [one["hostname"].removeprefix(f"{site}-") for one in found]
    assert [name for name in names if name.startswith("b")] == known
    assert names == sorted(set(names))


@pytest.mark.parametrize("limit", [7, 500])
def test_verdicts_come_once_by_device_and_rule(rest, world, drifted, limit):
    devices = {world.device_id, drifted.device_id}
    found = [
        (one["device_id"], one["rule_id"])
        for one in pages(rest("auditor"), "/compliance", limit=limit)
    ]
    assert found == sorted(set(found))
    assert devices <= {device for device, _ in found}


def test_verdicts_are_filtered_by_result_and_device(rest, drifted):
    client = rest("auditor")
    asked = {"device_id": drifted.device_id, "limit": 500}
    every = client.get("/compliance", params=asked).json()["items"]
    passed = client.get("/compliance", params=asked | {"result": "passed"}).json()["items"]
    violated = client.get("/compliance", params=asked | {"result": "violated"}).json()["items"]
    assert violated
    assert {one["passed"] for one in violated} == {False}
    assert len(passed) + len(violated) == len(every)


def test_a_page_that_ends_exactly_at_the_last_row_is_followed_by_an_empty_one(rest, drifted):
    client, asked = rest("auditor"), {"device_id": drifted.device_id, "limit": 2}
    page = client.get("/snapshots", params=asked).json()
    assert [one["id"] for one in page["items"]] == list(reversed(drifted.snapshot_ids))
    last = client.get("/snapshots", params=asked | {"after": page["next"]}).json()
    assert last == {"items": [], "next": None}
