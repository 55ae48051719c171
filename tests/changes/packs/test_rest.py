"""Evidence packs over REST."""

import hashlib
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.changes.packs.opened import collected, ran


@pytest.fixture
def change(office):
    collected(office, "r1")
    return ran(office, "r1")


def test_a_pack_is_downloaded_with_its_digests_in_headers(rest, change):
    came = rest("auditor", "post", f"/packs/change/{change.id}")
    assert came.status_code == 200, came.text
    assert came.headers["content-type"] == "application/zip"
    assert came.headers["trimtab-pack-sha256"] == hashlib.sha256(came.content).hexdigest()
    assert f'filename="trimtab-change-{change.id}.zip"' in came.headers["content-disposition"]
    with ZipFile(BytesIO(came.content)) as zipped:
        manifest = hashlib.sha256(zipped.read("manifest.json")).hexdigest()
    assert came.headers["trimtab-manifest-sha256"] == manifest
    told = rest("auditor", "get", "/audit/records", params={"action": "pack.made"}).json()["items"]
    assert came.headers["trimtab-pack-sha256"] in [one["facts"]["sha256"] for one in told]


def test_no_file_of_a_pack_stays_behind(rest, change, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert rest("auditor", "post", f"/packs/change/{change.id}").status_code == 200
    assert rest("auditor", "post", "/packs/change/2147483647").status_code == 404
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("change")
def test_each_kind_has_its_path(office, rest):
    unit = office.name("r1").removeprefix("r1-")
    span = {"since": "2020-01-01", "until": "2100-01-01T00:00:00Z"}
    for path in (f"/packs/device/{office.name('r1')}", f"/packs/unit/{unit}"):
        came = rest("auditor", "post", path, params=span)
        assert came.status_code == 200, came.text
    assert rest("auditor", "post", "/packs/clause/NO-SUCH/1").status_code == 404


def test_a_period_that_is_none_and_an_unknown_parameter_are_refused(office, rest):
    path = f"/packs/device/{office.name('r1')}"
    ends_first = {"since": "2026-11-25", "until": "2026-11-24"}
    assert rest("auditor", "post", path, params=ends_first).status_code == 422
    assert rest("auditor", "post", path, params={"since": "soon"}).status_code == 422
    assert rest("auditor", "post", path, params={"when": "2026-11-24"}).status_code == 422


def test_only_who_audits_gets_one(office, rest, change):
    assert rest("engineer", "post", f"/packs/change/{change.id}").status_code == 403
    assert rest("engineer", "post", f"/packs/device/{office.name('r1')}").status_code == 403
