"""Candidates from CSV, Ansible, NetBox and Nautobot; nothing of an inventory is ever run."""

import pytest

from core.errors import InvalidInput, NotPermitted
from inventory.candidates import ranges
from inventory.candidates.imports import ansible_inventory, web_api
from inventory.candidates.imports.ansible_inventory import read_inventory_file, read_inventory_text
from inventory.candidates.imports.csv_text import read_csv
from inventory.candidates.imports.imported import Imported, SourceUnreadable, platform_here
from inventory.candidates.imports.nautobot import read_nautobot
from inventory.candidates.imports.netbox import read_netbox
from inventory.candidates.imports.taking import read_web, take
from organization.permissions import POST_TEMPLATES
from tests.acting import acting
from tests.factories import (
    make_credential,
    make_device,
    make_person,
    make_post,
    make_site,
    make_unit,
)
from tests.inventory.rest_server import Api, serving

READERS = {"netbox": read_netbox, "nautobot": read_nautobot}


def netbox_device(number, **values):
    return {
        "id": number, "url": f"http://x/api/dcim/devices/{number}/", "name": f"r{number}",
        "serial": f"S{number}", "status": {"value": "active", "label": "Active"},
        "platform": {"id": 1, "url": "http://x/api/dcim/platforms/1/", "slug": "cisco-ios"},
        "site": {"id": 1, "url": "http://x/api/dcim/sites/1/", "slug": "lys"},
        "role": {"id": 1, "url": "http://x/api/dcim/device-roles/1/", "slug": "leaf"},
        "device_type": {"id": 1, "url": "http://x/api/dcim/device-types/1/", "model": "C9300"},
        "primary_ip": {"id": 1, "url": "http://x/api/ipam/ip-addresses/1/",
                       "address": f"10.0.0.{number}/24"},
        **values,
    }  # fmt: skip


def nautobot_device(number, **values):
    return {
        "id": f"0b-{number}", "url": f"http://x/api/dcim/devices/0b-{number}/",
        "name": f"r{number}", "serial": f"S{number}", "object_type": "dcim.device",
        "status": {"id": "1", "url": "http://x/api/extras/statuses/1/", "name": "Active"},
        "platform": {"id": "1", "url": "http://x/api/dcim/platforms/1/", "name": "Cisco IOS",
                     "network_driver": "cisco_ios"},
        "location": {"id": "1", "url": "http://x/api/dcim/locations/1/", "name": "lys"},
        "role": {"id": "1", "url": "http://x/api/extras/roles/1/", "name": "leaf"},
        "device_type": {"id": "1", "url": "http://x/api/dcim/device-types/1/", "model": "C9300"},
        "primary_ip4": {"id": "1", "url": "http://x/api/ipam/ip-addresses/1/",
                        "address": f"10.0.0.{number}/24"},
        **values,
    }  # fmt: skip


def test_every_page_of_netbox_is_read_with_its_token():
    with serving(Api(rows=[netbox_device(number) for number in range(1, 6)])) as api:
        told = read_netbox(api.url, "s3cret")
    assert [one.hostname for one in told] == ["r1", "r2", "r3", "r4", "r5"]
    assert told[0] == Imported(
        hostname="r1", address="10.0.0.1", platform="cisco-ios", serial="S1", model="C9300",
        proposal={"site": "lys", "role": "leaf"},
    )  # fmt: skip
    assert api.tokens == {"Token s3cret"}
    assert {path for path, _ in api.asked} == {"/api/dcim/devices/"}
    assert api.asked[0][1]["status"] == ["active"]


def test_every_page_of_nautobot_is_read_with_its_relations():
    with serving(Api(rows=[nautobot_device(number) for number in range(1, 4)])) as api:
        told = read_nautobot(api.url, "s3cret")
    assert told[2] == Imported(
        hostname="r3", address="10.0.0.3", platform="cisco_ios", serial="S3", model="C9300",
        proposal={"site": "lys", "role": "leaf"},
    )  # fmt: skip
    assert len(told) == 3
    assert api.asked[0][1]["depth"] == ["1"]


def test_a_netbox_device_that_tells_nothing_but_its_name_is_taken_as_it_is():
    bare = netbox_device(1, platform=None, site=None, role=None, device_type=None,
                         primary_ip=None, serial="", device_role={"slug": "old"})  # fmt: skip
    with serving(Api(rows=[bare])) as api:
        assert read_netbox(api.url, "t") == (Imported(hostname="r1", proposal={"role": "old"}),)


@pytest.mark.parametrize("kind", READERS)
def test_the_token_is_not_sent_to_another_server_that_a_page_names(kind):
    rows = [{"netbox": netbox_device, "nautobot": nautobot_device}[kind](n) for n in range(9)]
    with serving(Api(rows=rows)) as other, serving(Api(rows=rows)) as api:
        api.elsewhere = f"{other.url}/api/dcim/devices/?offset=2"
        with pytest.raises(SourceUnreadable, match="leads to another server"):
            READERS[kind](api.url, "s3cret")
    assert other.asked == []


@pytest.mark.parametrize("kind", READERS)
def test_pages_without_an_end_are_ended(kind, monkeypatch):
    monkeypatch.setattr(web_api, "MOST_REQUESTS", 5)
    rows = [{"netbox": netbox_device, "nautobot": nautobot_device}[kind](n) for n in range(2)]
    with serving(Api(rows=rows)) as api:
        api.elsewhere = f"{api.url}/api/dcim/devices/?offset=0"
        with pytest.raises(SourceUnreadable, match="no end of pages"):
            READERS[kind](api.url, "t")
    assert len(api.asked) == 5


@pytest.mark.parametrize("kind", READERS)
def test_too_large_an_answer_is_refused(kind, monkeypatch):
    monkeypatch.setattr(web_api, "ANSWER_BYTES", 100)
    with serving(Api(rows=[netbox_device(1)])) as api, pytest.raises(SourceUnreadable) as raised:
        READERS[kind](api.url, "t")
    assert "more than an inventory" in raised.value.message


@pytest.mark.parametrize("kind", READERS)
def test_a_refusal_is_told_without_the_token(kind):
    with serving(Api(rows=[], status=403)) as api, pytest.raises(SourceUnreadable) as raised:
        READERS[kind](api.url, "s3cret")
    assert "403" in raised.value.message
    assert "s3cret" not in raised.value.message


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://me:pw@netbox", "netbox"])
def test_only_a_web_address_without_a_login_is_taken(url):
    with pytest.raises(InvalidInput, match="no web address"):
        read_netbox(url, "t")


def test_who_may_not_write_credentials_names_no_token(ctx):
    unit, person = make_unit(ctx), make_person(ctx)
    make_post(ctx, unit=unit, permissions=POST_TEMPLATES["network engineer"], holder=person)
    with pytest.raises(NotPermitted, match=r"credential\.write"):
        read_web(acting(ctx, person), "netbox", url="http://127.0.0.1:9", token_ref="env:HOME")


INI = """\
[core]
r1 ansible_host=10.1.1.1 ansible_network_os=cisco.ios.ios
r[2:3] ansible_host="{{ lookup('pipe', 'touch %s') }}"
[core:vars]
ansible_port=2222
ansible_password=do-not-keep
"""


def test_an_ini_inventory_is_read_and_nothing_in_it_is_run(tmp_path):
    told = read_inventory_text(INI % (tmp_path / "run"))
    assert [(one.hostname, one.port, one.platform) for one in told] == [
        ("r1", 2222, "cisco.ios.ios"), ("r2", 2222, ""), ("r3", 2222, ""),
    ]  # fmt: skip
    assert told[1].address.startswith("{{ lookup")
    assert "do-not-keep" not in repr(told)
    assert not (tmp_path / "run").exists()


def test_a_yaml_inventory_is_read_with_its_group_vars(tmp_path):
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "leaves.yml").write_text("ansible_network_os: arista.eos.eos\n")
    (tmp_path / "hosts.yml").write_text(
        "all: {children: {leaves: {hosts: {l1: {ansible_host: 10.1.1.9}, l2: {}}}}}\n"
    )
    assert read_inventory_file(tmp_path / "hosts.yml") == (
        Imported(hostname="l1", address="10.1.1.9", platform="arista.eos.eos"),
        Imported(hostname="l2", address="l2", platform="arista.eos.eos"),
    )


def test_an_executable_inventory_is_refused_and_not_run(tmp_path):
    script = tmp_path / "hosts"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'run'}\necho '{{}}'\n")
    for mode in (0o755, 0o644):
        script.chmod(mode)
        with pytest.raises(SourceUnreadable, match="is a script"):
            read_inventory_file(script)
    assert not (tmp_path / "run").exists()


def test_a_plugins_configuration_is_no_inventory():
    with pytest.raises(SourceUnreadable, match="no inventory that can be read"):
        read_inventory_text("plugin: constructed\ncompose: {a: \"lookup('pipe', 'id')\"}\n")


def test_hosts_without_an_end_are_given_up(monkeypatch):
    monkeypatch.setattr(ansible_inventory, "SECONDS", 3)
    with pytest.raises(SourceUnreadable):
        read_inventory_text("h[1:99999999]\n")


def test_csv_lines_become_entries():
    text = "hostname,address,port,platform,site\nr1,10.1.1.1,2222,ios,lys\n,10.1.1.2,,,\n"
    assert read_csv(text) == (
        Imported(hostname="r1", address="10.1.1.1", port=2222, platform="ios",
                 proposal={"site": "lys"}),
        Imported(address="10.1.1.2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "hostname or address"), ("hostname,colour\n", "colour"),
        ("hostname,port\nr1,x\n", "Line 2, column port"),
        ("hostname,port\nr1\n", "Line 2 has 1 values"), ("hostname,role\n,x\n", "Line 2 names"),
        ("hostname,options\nr1,[]\n", "Line 2, column options"), ('hostname\n"r\n', "Line 2"),
    ],
)  # fmt: skip
def test_what_is_no_csv_of_devices_is_refused_with_its_line(text, said):
    with pytest.raises(SourceUnreadable, match=said):
        read_csv(text)


@pytest.mark.parametrize(
    ("word", "platform"),
    [("cisco-ios", "cisco_ios"), ("cisco.ios.ios", "cisco_ios"), ("Juniper Junos", "juniper_junos"),
     ("arista_eos", "arista_eos"), ("sr-linux", "nokia_srl"), ("toaster", None)],
)  # fmt: skip
def test_other_inventories_names_of_platforms_are_known(word, platform):
    assert platform_here(word) == platform


def test_entries_become_candidates_and_the_complete_ones_devices(ctx):
    site, there = make_site(ctx), make_device(ctx)
    login = make_credential(ctx, unit=site.unit)
    ranges.allow(ctx, "10.4.0.0/16", unit=site.unit, credential=login, site=site)
    entries = [
        Imported(hostname="n1", address="10.4.0.1", platform="ios"),
        Imported(hostname="n2", address="10.4.0.2", platform="toaster"),
        Imported(hostname="n3", address="192.0.2.9", platform="ios"),
        Imported(hostname=there.hostname, address="10.4.0.4", platform="ios"),
    ]
    taken = take(ctx, entries, unit=site.unit, source="csv:x", adopt="complete")
    assert [one.hostname for one in taken.adopted] == ["n1"]
    assert [one.state for one in taken.candidates] == ["adopted", "found", "found", "found"]
    assert taken.candidates[1].problem == "'toaster' is no platform known here."
    assert ctx.recorded[-1] == "candidates.imported"
