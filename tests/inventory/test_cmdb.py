"""Sites, credentials, devices, relations, snapshots and host keys in the CMDB."""

import pytest
from sqlalchemy import select

from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from inventory import credentials, devices, host_keys, relations, sites, snapshots
from inventory.completeness import Doubt
from inventory.drivers.errors import UnknownDriver
from inventory.drivers.login import PublicKey
from inventory.drivers.protocol import Neighbour
from inventory.logins import login_for
from inventory.models import HostKey, Relation
from inventory.platforms import UnknownPlatform
from inventory.snapshot_models import Content
from organization.permissions import PostAuthority
from tests.factories import make_credential, make_device, make_person, make_post, make_site
from tests.factories import make_unit as unit_of

KEY = PublicKey(algorithm="ssh-ed25519", public_key="AAAAC3NzaC1lZDI1NTE5AAAAIJxNKZ4x")


def test_a_site_is_created_and_recorded(ctx):
    site = sites.create_site(ctx, code="north", name="", unit=unit_of(ctx))
    assert (site.code, site.name, ctx.recorded) == ("north", "north", ["site.created"])
    assert sites.list_sites(ctx) == [site]
    assert ctx.authority.asked[0] == ("device.write", site.unit_id)


def test_a_site_code_is_given_once(ctx):
    site = make_site(ctx)
    with pytest.raises(Conflict, match="already"):
        sites.create_site(ctx, code=site.code, name="x", unit=site.unit)


@pytest.mark.parametrize("code", ["", " ", "two words"])
def test_a_site_code_is_one_word(ctx, code):
    with pytest.raises(InvalidInput, match="one word"):
        sites.create_site(ctx, code=code, name="x", unit=unit_of(ctx))


def test_a_credential_holds_references_only(ctx):
    unit = unit_of(ctx)
    made = credentials.create_credential(
        ctx, name="lab", username="bob", unit=unit, password_ref="env:P", enable_ref="db:e"
    )
    assert (made.password_ref, made.enable_ref, made.key_ref) == ("env:P", "db:e", None)
    assert credentials.list_credentials(ctx) == [made]
    assert ctx.recorded == ["credential.created"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"password_ref": "hunter2"}, "never as its value"),
        ({"password_ref": "env:"}, "never as its value"),
        ({}, "needs a password or a key"),
        ({"enable_ref": "env:E"}, "needs a password or a key"),
    ],
)
def test_a_value_in_place_of_a_reference_is_refused_and_not_repeated(ctx, values, said):
    with pytest.raises(InvalidInput, match=said) as raised:
        credentials.create_credential(ctx, name="x", username="x", unit=unit_of(ctx), **values)
    assert "hunter2" not in raised.value.message


def test_a_credential_name_is_given_once(ctx):
    made = make_credential(ctx)
    with pytest.raises(Conflict):
        credentials.create_credential(
            ctx, name=made.name, username="x", unit=unit_of(ctx), key_ref="file:/k"
        )


def test_what_is_not_there_is_said(ctx):
    for find, name in (
        (sites.site_by_code, "site nowhere"),
        (credentials.credential_by_name, "credential nowhere"),
        (devices.by_hostname, "device nowhere"),
    ):
        with pytest.raises(NotFound, match=f"no {name}"):
            find(ctx, "nowhere")


def add(ctx, **values):
    site = values.pop("site", None) or make_site(ctx)
    wanted = {
        "hostname": "r1", "site_code": site.code, "platform": "cisco_ios",
        "address": "10.1.1.1", **values,
    }  # fmt: skip
    wanted.setdefault("credential", make_credential(ctx, unit=site.unit))
    return devices.add_device(ctx, **wanted)


def test_a_device_is_added_with_its_platforms_driver(ctx):
    device = add(ctx, platform="frr", role="core", options={"prompt": "x"})
    assert (device.driver, device.state, device.role, device.options) == (
        "frr", "active", "core", {"prompt": "x"},
    )  # fmt: skip
    assert ctx.recorded == ["device.added"]
    assert devices.get_device(ctx, device.id) is devices.by_hostname(ctx, " R1 ")


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"hostname": "two words"}, InvalidInput, "is no hostname"),
        ({"address": "10.1.1.300"}, InvalidInput, "is no IP address"),
        ({"address": "not an address"}, InvalidInput, "is no IP address"),
        ({"port": 0}, InvalidInput, "is no port"),
        ({"state": "broken"}, InvalidInput, "is no state"),
        ({"platform": "cisco_iso"}, UnknownPlatform, "no platform that Trimtab knows"),
        ({"driver": "telepathy"}, UnknownDriver, "there are netmiko, napalm, frr, linux"),
        ({"driver": "linux"}, InvalidInput, "cannot collect cisco_ios"),
        ({"platform": "frr", "driver": "napalm"}, InvalidInput, "cannot collect frr"),
        ({"platform": "linux", "driver": "netmiko"}, InvalidInput, "cannot collect linux"),
        ({"site_code": "nowhere"}, NotFound, "no site nowhere"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_added(ctx, values, error, said):
    with pytest.raises(error, match=said):
        add(ctx, **values)
    assert devices.list_devices(ctx) == []


@pytest.mark.parametrize("address", ["10.1.1.1", "2001:db8::1", "r1.example.com", "router"])
def test_addresses_and_names_are_accepted(ctx, address):
    assert add(ctx, address=address).address == address


def test_a_hostname_is_given_once_whatever_its_case(ctx):
    site = make_site(ctx)
    add(ctx, site=site)
    with pytest.raises(Conflict):
        add(ctx, site=site, hostname="R1")


def test_a_platform_without_commands_is_collected_once_the_device_names_them(ctx):
    device = add(ctx, platform="cisco_asa", options={"commands": {"running": "show run"}})
    assert device.driver == "netmiko"


def test_lists_are_filtered_and_paged_by_hostname(ctx):
    site, other = make_site(ctx), make_site(ctx)
    a = make_device(ctx, site=site, hostname="a")
    b = make_device(ctx, site=site, hostname="b", platform="frr", state="maintenance")
    c = make_device(ctx, site=other, hostname="c")
    assert devices.list_devices(ctx) == [a, b, c]
    assert devices.list_devices(ctx, after="a", limit=1) == [b]
    assert devices.list_devices(ctx, site=site.code) == [a, b]
    assert devices.list_devices(ctx, platform="frr") == [b]
    assert devices.list_devices(ctx, state="active") == [a, c]


def test_a_person_sees_and_adds_only_in_the_jurisdiction_of_the_post(ctx):
    mine, theirs = make_site(ctx), make_site(ctx)
    make_device(ctx, site=theirs)
    lent = make_device(ctx, site=theirs, unit_id=mine.unit_id)
    person = make_person(ctx)
    make_post(ctx, unit=mine.unit, permissions=["device.read", "device.write"], holder=person)
    ctx.authority = PostAuthority(now=ctx.now)
    ctx.person = type(ctx.person)(name=person.username, person_id=person.id)
    own = add(ctx, site=mine)
    assert devices.list_devices(ctx) == sorted([own, lent], key=lambda one: one.hostname)
    with pytest.raises(NotPermitted):
        add(ctx, site=theirs, hostname="r2")


def test_a_device_goes_along_its_lifecycle_to_its_end(ctx):
    device = make_device(ctx, state="planned")
    devices.set_state(ctx, device.id, "active")
    devices.set_state(ctx, device.id, "maintenance")
    devices.retire_device(ctx, device.id, reason="replaced")
    assert device.state == "retired"
    assert ctx.recorded == [*["device.state_changed"] * 3, "device.retired"]
    with pytest.raises(Conflict, match="is retired; it cannot become active"):
        devices.set_state(ctx, device.id, "active")
    with pytest.raises(InvalidInput, match="is no state"):
        devices.set_state(ctx, device.id, "gone")


def test_a_device_is_not_retired_by_the_way(ctx):
    device = make_device(ctx)
    with pytest.raises(InvalidInput, match="trimtab device retire"):
        devices.set_state(ctx, device.id, "retired")


def test_relations_follow_what_is_seen(ctx):
    device, peer = make_device(ctx), make_device(ctx, hostname="sw2")
    seen = [Neighbour(interface="e1", peer_name="SW2", peer_interface="e9"),
            Neighbour(interface="e2", peer_name="sw3", peer_address="10.0.0.3")]  # fmt: skip
    relations.observed_all(ctx, [(device, seen)])
    relations.observed_all(ctx, [(device, seen[1:])])
    (left,) = relations.list_relations(ctx, device.id)
    assert (left.peer_name, left.peer_id, left.peer_address) == ("sw3", None, "10.0.0.3")
    relations.observed_all(ctx, [(device, seen)])
    assert [one.peer_id for one in relations.list_relations(ctx, device.id)] == [peer.id, None]


def test_a_new_device_is_found_by_the_relations_that_name_it(ctx):
    device = make_device(ctx)
    relations.observed_all(ctx, [(device, [Neighbour(interface="e1", peer_name="R1")])])
    added = add(ctx)
    assert ctx.session.scalars(select(Relation)).one().peer_id == added.id


def store(ctx, device, text, *doubts):
    stored = snapshots.store(
        ctx, device, source="running", text=text, doubts=doubts, facts={"hostname": "x"}
    )
    ctx.record("test.arranged", device)
    return stored


def test_equal_texts_are_kept_once_and_read_back(ctx):
    one, two = make_device(ctx), make_device(ctx)
    first, second = store(ctx, one, "a\nä\n"), store(ctx, two, "a\nä\n")
    assert first.snapshot.digest == second.snapshot.digest
    assert len(ctx.session.scalars(select(Content)).all()) == 1
    assert snapshots.text_of(ctx, first.snapshot.digest) == "a\nä\n"


def test_a_return_to_an_earlier_text_is_a_new_row(ctx):
    device = make_device(ctx)
    changes = [store(ctx, device, text).changed for text in ("a\n", "b\n", "a\n", "a\n")]
    assert changes == [True, True, True, False]


def test_an_untrusted_capture_between_does_not_break_the_row(ctx, clock):
    device = make_device(ctx)
    first = store(ctx, device, "a\n").snapshot
    aside = store(ctx, device, "", Doubt(kind="cut", detail="x")).snapshot
    clock.forward(hours=1)
    again = store(ctx, device, "a\n")
    assert (again.changed, again.snapshot.id) == (False, first.id)
    assert (aside.trusted, aside.doubts) == (False, ["cut: x"])
    assert snapshots.latest(ctx, device.id).id == first.id
    assert [one.id for one in snapshots.list_snapshots(ctx)] == [aside.id, first.id]


def test_a_cut_capture_is_never_confirmed_by_a_second_one(ctx):
    device = make_device(ctx)
    store(ctx, device, "a\n", Doubt(kind="cut", detail="x"))
    assert store(ctx, device, "a\n", Doubt(kind="cut", detail="x")).snapshot.trusted is False


def test_another_shrunk_capture_confirms_nothing(ctx):
    device, doubt = make_device(ctx), Doubt(kind="shrunk", detail="x")
    store(ctx, device, "a\n", doubt)
    assert store(ctx, device, "b\n", doubt).snapshot.trusted is False
    assert store(ctx, device, "b\n", doubt).snapshot.trusted is True


def test_snapshots_are_listed_by_device_source_and_page(ctx):
    device, other = make_device(ctx), make_device(ctx)
    kept = [store(ctx, one, f"{n}\n").snapshot for n, one in enumerate((device, other, device))]
    listed = snapshots.list_snapshots(ctx, device_id=device.id)
    assert [one.id for one in listed] == [kept[2].id, kept[0].id]
    assert snapshots.list_snapshots(ctx, source="startup") == []
    assert snapshots.list_snapshots(ctx, before=kept[1].id) == [kept[0]]
    assert snapshots.get_snapshot(ctx, kept[0].id) is kept[0]


def test_a_text_that_is_not_kept_is_not_found(ctx):
    with pytest.raises(NotFound, match="No text is kept"):
        snapshots.text_of(ctx, b"\x00" * 32)


def test_a_pinned_key_stays_until_a_person_forgets_it(ctx):
    device = make_device(ctx)
    host_keys.pin(ctx, device, KEY)
    host_keys.pin(ctx, device, PublicKey(algorithm="ssh-rsa", public_key="AAAA"))
    assert ctx.session.get(HostKey, device.id).algorithm == "ssh-ed25519"
    host_keys.forget(ctx, device.id, reason="reinstalled")
    assert ctx.recorded == ["host_key.pinned", "host_key.forgotten"]
    with pytest.raises(NotFound, match="No host key"):
        host_keys.forget(ctx, device.id, reason="again")


def test_a_login_carries_the_secrets_and_hides_them(ctx, monkeypatch):
    monkeypatch.setenv("P", "hunter2")
    device = make_device(ctx, credential=make_credential(ctx, password_ref="env:P"))
    host_keys.pin(ctx, device, KEY)
    login = login_for(ctx, device)
    assert (login.password, login.enable, login.host_key) == ("hunter2", None, KEY)
    assert "hunter2" not in repr(login)


def test_a_device_is_given_no_credential_of_a_unit_beside_its_own(ctx):
    mine, theirs = make_site(ctx), make_site(ctx)
    with pytest.raises(InvalidInput, match="belongs to another unit"):
        add(ctx, site=mine, credential=make_credential(ctx, unit=theirs.unit))


def test_a_device_may_be_given_a_credential_of_a_unit_above(ctx):
    unit = unit_of(ctx)
    site = make_site(ctx, unit=unit_of(ctx, parent=unit))
    credential = make_credential(ctx, unit=unit)
    assert add(ctx, site=site, credential=credential).credential_id == credential.id
