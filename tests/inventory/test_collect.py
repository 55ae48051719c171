"""Collecting from the lab over SSH: what is stored, what is recorded, what each fault gives."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict
from inventory.discovery import collect
from inventory.models import HostKey, Relation
from inventory.snapshot_models import Snapshot
from inventory.snapshots import latest, text_of
from lab import server
from lab.network import Fault


def test_a_first_collection_stores_running_and_startup_and_pins_the_key(ctx, lab, enrol):
    device = enrol(lab.devices[0])
    outcome = collect(ctx, device.id)
    kept = ctx.session.scalars(select(Snapshot).order_by(Snapshot.id)).all()
    assert (outcome.outcome, outcome.detail) == ("changed", "")
    assert [(one.source, one.trusted, one.doubts) for one in kept] == [
        ("running", True, []),
        ("startup", True, []),
    ]
    assert ctx.session.get(HostKey, device.id).algorithm == "ssh-ed25519"
    assert ctx.recorded == ["host_key.pinned", "device.collected"]


def test_the_stored_text_holds_no_secret_and_no_volatile_line(ctx, lab, enrol):
    device = enrol(lab.devices[0])
    collect(ctx, device.id)
    text = text_of(ctx, latest(ctx, device.id).digest)
    assert "lab-reader" not in text
    assert "$9$" not in text
    assert "Last configuration change" not in text
    assert "snmp-server community <secret:" in text
    assert text.endswith("\nend\n")


def test_an_unchanged_device_gets_no_second_row_but_a_later_time(ctx, lab, enrol, clock):
    device = enrol(lab.devices[1])
    collect(ctx, device.id)
    clock.forward(hours=1)
    outcome = collect(ctx, device.id)
    (running,) = ctx.session.scalars(select(Snapshot).where(Snapshot.source == "running"))
    assert outcome.outcome == "unchanged"
    assert (running.last_seen_at - running.first_seen_at).total_seconds() == 3600


def test_facts_and_neighbours_go_into_the_cmdb(ctx, lab, enrol):
    peer = enrol(lab.devices[0])
    device = enrol(lab.devices[2])
    collect(ctx, device.id)
    assert (device.model, device.serial) == ("LAB-IOS-48", "LAB00000002")
    relations = ctx.session.scalars(select(Relation).order_by(Relation.interface)).all()
    assert [(one.interface, one.peer_name, one.peer_id) for one in relations] == [
        ("Gi0/1", peer.hostname, peer.id),
        ("Gi0/2", lab.devices[1].hostname, None),
    ]


def test_a_capture_cut_off_is_kept_aside_as_untrusted(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    lab.set_fault(lab.devices[1], Fault.CUT_OFF)
    outcome = collect(ctx, device.id)
    snapshot = ctx.get(Snapshot, outcome.snapshot_id)
    assert outcome.outcome == "untrusted"
    assert snapshot.trusted is False
    assert snapshot.doubts[0].startswith("cut: it ends with")
    assert latest(ctx, device.id) is None


def test_a_device_with_another_name_is_untrusted_and_its_key_not_pinned(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    lab.set_fault(lab.devices[1], Fault.WRONG_PROMPT)
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "untrusted"
    assert "calls itself somebody-else, recorded is" in outcome.detail
    assert ctx.session.get(HostKey, device.id) is None


def test_a_changed_host_key_gets_no_login_and_a_record(ctx, lab, enrol):
    there = lab.devices[1]
    device = enrol(there)
    collect(ctx, device.id)
    logins = there.logins
    lab.set_fault(there, Fault.NEW_HOST_KEY)
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "host_key_changed"
    assert there.logins == logins
    record = ctx.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "host_key.changed")
    ).one()
    assert record.facts["pinned"] != record.facts["presented"]


def test_a_refused_login_is_an_outcome(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    lab.set_fault(lab.devices[1], Fault.REFUSED_LOGIN)
    outcome = collect(ctx, device.id)
    assert (outcome.outcome, outcome.snapshot_id) == ("refused", None)
    assert "refused the login of admin" in outcome.detail


def test_a_wrong_enable_secret_is_refused(ctx, lab, enrol, monkeypatch):
    device = enrol(lab.devices[0])
    monkeypatch.setenv("LAB_ENABLE", "wrong")
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "refused"
    assert "enable secret" in outcome.detail


def test_a_dropped_session_is_an_error_with_its_reason(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    lab.set_fault(lab.devices[1], Fault.DROP)
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "error"
    assert "closed the session in the middle of the work" in outcome.detail


def test_a_slow_device_is_only_slow(ctx, lab, enrol, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.2)
    device = enrol(lab.devices[1])
    lab.set_fault(lab.devices[1], Fault.SLOW)
    assert collect(ctx, device.id).outcome == "changed"


def test_a_device_slower_than_the_timeout_is_a_timeout(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    ctx.settings = ctx.settings.model_copy(update={"device_timeout": 1.5})
    lab.set_fault(lab.devices[1], Fault.SLOW)
    assert collect(ctx, device.id).outcome == "timeout"


def test_nobody_listening_is_unreachable(ctx, lab, enrol):
    device = enrol(lab.devices[1], port=1)
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "unreachable"
    assert device.outcome == "unreachable"


def test_a_missing_secret_is_an_error_that_names_it(ctx, lab, enrol, monkeypatch):
    device = enrol(lab.devices[1])
    monkeypatch.delenv("LAB_PASSWORD")
    outcome = collect(ctx, device.id)
    assert outcome.outcome == "error"
    assert "LAB_PASSWORD is not set" in outcome.detail


def test_a_retired_device_is_not_contacted(ctx, lab, enrol):
    device = enrol(lab.devices[1], state="retired")
    logins = lab.devices[1].logins
    with pytest.raises(Conflict, match="is retired"):
        collect(ctx, device.id)
    assert lab.devices[1].logins == logins


def test_a_napalm_device_over_eapi_is_collected_without_a_host_key(ctx, lab, enrol):
    eos = lab.devices[1]
    device = enrol(eos, driver="napalm", options={"transport": "http", "port": eos.eapi_port})
    assert collect(ctx, device.id).outcome == "changed"
    assert device.os_version == "4.30.1F"
    assert ctx.session.get(HostKey, device.id) is None


def test_netmiko_and_napalm_store_the_same_text(ctx, lab, enrol):
    device = enrol(lab.devices[1])
    collect(ctx, device.id)
    device.driver, device.options = (
        "napalm",
        {"transport": "http", "port": lab.devices[1].eapi_port},
    )
    ctx.record("test.arranged", device)
    assert collect(ctx, device.id).outcome == "unchanged"


def test_a_mass_deletion_is_believed_when_a_second_session_shows_the_same(ctx, lab, enrol):
    there = lab.devices[3]
    device = enrol(there)
    collect(ctx, device.id)
    lines = there.running().splitlines()
    there.replace("\n".join(lines[: len(lines) // 3]), username="console")
    first, second = collect(ctx, device.id), collect(ctx, device.id)
    assert (first.outcome, second.outcome) == ("untrusted", "changed")
    assert "collapsed: 32 lines" in first.detail
    assert latest(ctx, device.id).id == second.snapshot_id
