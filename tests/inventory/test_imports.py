"""Devices from CSV: all or none, every mistake with its line and column."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from inventory.devices import list_devices
from inventory.imports import ImportRefused, import_csv
from tests.factories import make_credential, make_device, make_site

HEADER = "hostname,site,platform,address,credential,port,options\n"


@pytest.fixture
def row(ctx):
    site = make_site(ctx, code="north")
    credential = make_credential(ctx, unit=site.unit)

    def row(name, *, platform="cisco_ios", address="10.1.1.1", port="", options="", site="north"):
        return f"{name},{site},{platform},{address},{credential.name},{port},{options}\n"

    return row


def refused(ctx, text):
    with pytest.raises(ImportRefused) as raised:
        import_csv(ctx, text, source="new.csv")
    assert list_devices(ctx) == []
    assert ctx.recorded == []
    return raised.value.message


def test_each_line_becomes_a_device_and_the_import_is_recorded(ctx, row):
    text = "\ufeff" + HEADER + row("r1", port="2222") + "\n" + row(
        "r2", platform="linux", options='"{""files"": [""/etc/hosts""]}"'
    )  # fmt: skip
    devices = import_csv(ctx, text, source="new.csv")
    assert [(one.hostname, one.port, one.driver, one.options) for one in devices] == [
        ("r1", 2222, "netmiko", {}),
        ("r2", 22, "linux", {"files": ["/etc/hosts"]}),
    ]
    assert ctx.recorded == ["device.added", "device.added", "devices.imported"]
    record = ctx.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "devices.imported")
    ).one()
    assert (record.subject_label, record.facts) == ("new.csv", {"devices": ["r1", "r2"]})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"platform": "cisco_iso"}, "line 3, column platform: 'cisco_iso' is no platform"),
        ({"address": "10.1.1.999"}, "line 3, column address: '10.1.1.999' is no IP address"),
        ({"address": ""}, "line 3, column address: is empty"),
        ({"port": "ssh"}, "line 3, column port: 'ssh' is no number"),
        ({"port": "70000"}, "line 3, column port: 70000 is no port"),
        ({"options": "{"}, "line 3, column options: is no JSON object"),
        ({"options": "[]"}, "line 3, column options: is no JSON object"),
        ({"site": "nowhere"}, "line 3, column site: There is no site nowhere"),
        ({"name": "r 2"}, "line 3, column hostname: 'r 2' is no hostname"),
        ({"name": "R1"}, "line 3, column hostname: stands in line 2 already"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_imported(ctx, row, values, said):
    message = refused(ctx, HEADER + row("r1") + row(**{"name": "r2", **values}))
    assert message.startswith("new.csv was not imported: ")
    assert said in message


def test_all_mistakes_are_told_at_once_up_to_twenty(ctx, row):
    text = HEADER + "".join(row(f"r{n}", port="x") for n in range(22))
    message = refused(ctx, text)
    assert "line 2, column port" in message
    assert message.endswith("; and 2 more.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column hostname: the column is missing"),
        ("hostname,site,platform,address\n", "line 1, column credential: the column is missing"),
        (HEADER.strip() + ",colour\n", "line 1, column colour: no such column is known"),
        (HEADER.strip() + ",port\n", "line 1, column port: the column stands there twice"),
        (HEADER + "r1,north\n", "line 2, column site: 2 values stand there, the header names 7"),
        (HEADER + "r1,north,x,x,x,x,x,x\n", "line 2, column options: 8 values stand there"),
        (HEADER + 'r1,"nor\n', "column -: unexpected end of data"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_refused_with_its_line(ctx, text, said):
    make_site(ctx)
    assert said in refused(ctx, text)


def test_a_device_that_is_there_already_is_named(ctx, row):
    make_device(ctx, hostname="r1")
    with pytest.raises(ImportRefused, match="line 2, column hostname: there is a device r1"):
        import_csv(ctx, HEADER + row("r1"), source="new.csv")


def test_a_driver_that_cannot_collect_is_named_under_its_column(ctx, row):
    text = (HEADER + row("r1")).replace("port", "driver").replace(",,\n", ",linux,\n")
    assert "line 2, column driver: The driver linux cannot collect cisco_ios" in refused(ctx, text)
