"""Lists as files: everything that the filters leave, safe in a spreadsheet, recorded."""

import csv
import io

import pytest
from sqlalchemy import select

from api.web import exports
from core.audit import AuditRecord
from organization.models import Unit
from tests.api.forms import sign_in
from tests.factories import make_device, make_scan, make_site, make_unit


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


@pytest.fixture
def site(world):
    """A site of its own with five devices, one of them with a name that is a formula."""
    with world.context() as ctx:
        unit = make_unit(ctx, parent=ctx.get(Unit, world.unit_id))
        row = make_site(ctx, unit=unit)
        for name in ("a", "b", "c", "d"):
            make_device(ctx, site=row, hostname=f"{row.code}-{name}")
        make_device(ctx, site=row, hostname=f"=cmd()-{row.code}", platform="frr")
        return row.code


def lines(answer):
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_devices_are_exported_all_pages_of_them(auditor, site, monkeypatch):
    monkeypatch.setattr(exports, "PIECE", 2)
    answer = auditor.get("/devices", params={"site": site, "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="trimtab-devices')
    names = [one["hostname"] for one in lines(answer)]
    assert names == [f"'=cmd()-{site}", *(f"{site}-{name}" for name in "abcd")]


def test_an_export_holds_what_the_filters_leave(auditor, site):
    answer = auditor.get("/devices", params={"site": site, "platform": "frr", "format": "csv"})
    assert [one["platform"] for one in lines(answer)] == ["frr"]


def test_an_export_is_recorded_with_its_filters(auditor, world, site):
    auditor.get("/devices", params={"site": site, "format": "csv"})
    with world.context() as ctx:
        last = ctx.session.scalars(
            select(AuditRecord)
            .where(AuditRecord.action == "list.exported")
            .order_by(AuditRecord.id.desc())
            .limit(1)
        ).one()
        assert (last.subject_id, last.actor_name, last.facts) == (
            "devices", "auditor", {"filters": {"site": site}},
        )  # fmt: skip


def test_findings_changes_and_scans_are_exported_too(auditor, world, drifted):
    with world.context() as ctx:
        scan = make_scan(ctx).id
    findings = lines(auditor.get("/findings", params={"format": "csv"}))
    assert f"F{drifted.finding_id}" in [one["finding"] for one in findings]
    changes = lines(auditor.get("/changes", params={"format": "csv", "state": "proposed"}))
    assert f"C{world.ids['change']}" in [one["change"] for one in changes]
    assert {one["state"] for one in changes} == {"proposed"}
    scans = lines(auditor.get("/scans", params={"format": "csv"}))
    assert f"S{scan}" in [one["scan"] for one in scans]


def test_every_such_list_offers_its_file(auditor):
    for path in ("/devices", "/findings", "/changes", "/scans"):
        assert f'href="{path}?format=csv"' in auditor.get(path).text, path


def test_another_format_is_refused(auditor):
    assert auditor.get("/devices", params={"format": "xls"}).status_code == 422
