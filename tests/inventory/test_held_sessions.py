"""What was typed as facts of records: redacted, bounded, with a digest over all of it."""

import hashlib
from datetime import UTC, datetime

import pytest
import rfc8785
from sqlalchemy import select

from core.audit import AuditRecord
from inventory import held_sessions
from inventory.discovery import collect
from inventory.drivers.login import Login
from inventory.drivers.telling import HeldFor, told_from, told_of
from inventory.drivers.transcript import Held
from lab.network import Fault
from tests.factories import make_credential, make_device
from tests.inventory.discovering import allow, run

AT = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


def held(*commands: str) -> Held:
    return Held(begun_at=AT, ended_at=AT, commands=commands)


def records(ctx, action, subject_id):
    query = select(AuditRecord).where(
        AuditRecord.action == action, AuditRecord.subject_id == str(subject_id)
    )
    return list(ctx.session.scalars(query.order_by(AuditRecord.id)))


def test_commands_are_told_whole_with_their_number_and_digest(ctx):
    facts = held_sessions.commands_told(ctx, "cisco_ios", [held("show version", "exit")])
    assert facts == {
        "commands": ["show version", "exit"], "commands_count": 2,
        "commands_sha256": hashlib.sha256(b'["show version","exit"]').hexdigest(),
        "sessions": 1, "session_begun_at": "2026-11-26T06:30:00.000000+00:00",
        "session_ended_at": "2026-11-26T06:30:00.000000+00:00",
    }  # fmt: skip


def test_without_a_session_nothing_is_told(ctx):
    assert held_sessions.commands_told(ctx, "cisco_ios", []) == {}


@pytest.mark.parametrize(
    ("platform", "line", "secret"),
    [
        ("cisco_ios", "snmp-server community s3cr3tword RO", "s3cr3tword"),
        ("arista_eos", "username eve secret 0 s3cr3tword", "s3cr3tword"),
        ("juniper_junos", "set snmp community s3cr3tword authorization read-only", "s3cr3tword"),
        ("cisco_nxos", "copy scp://eve:s3cr3tword@192.0.2.1/image bootflash:", "s3cr3tword"),
        (None, "copy ftp://eve:s3cr3tword@192.0.2.1/image flash:", "s3cr3tword"),
    ],
)
def test_secrets_of_lines_are_redacted_before_they_are_hashed(ctx, platform, line, secret):
    facts = held_sessions.commands_told(ctx, platform, [held(line)])
    assert secret not in str(facts)
    assert facts["commands_sha256"] == hashlib.sha256(rfc8785.dumps(facts["commands"])).hexdigest()


def test_a_long_push_is_cut_and_its_digest_is_of_all_of_it(ctx):
    lines = tuple(
        f"ip route 10.{n // 250}.{n % 250}.0 255.255.255.0 10.0.0.1" for n in range(10_000)
    )
    facts = held_sessions.commands_told(ctx, "cisco_ios", [held(*lines)])
    assert (facts["commands_count"], 0 < len(facts["commands"]) < 500) == (10_000, True)
    assert len("".join(facts["commands"])) <= held_sessions.SHOWN_BYTES
    assert facts["commands_sha256"] == hashlib.sha256(rfc8785.dumps(list(lines))).hexdigest()


def test_a_session_comes_out_of_ansibles_worker_as_it_was():
    login = Login(hostname="r1", address="192.0.2.1", platform="cisco_ios", username="x")
    with login.session() as spoken:
        spoken.note("show clock")
    told = told_of(login, purpose="look")
    [found] = told_from({"results": [{"sessions": told}]})
    assert found == HeldFor(
        hostname="r1", platform="cisco_ios", driver="netmiko", purpose="look",
        held=login.transcript.told()[0],
    )  # fmt: skip


@pytest.mark.parametrize(
    "result", [{}, {"sessions": ""}, {"sessions": None}, {"results": ["text", {}]}]
)
def test_without_sessions_none_is_told(result):
    assert list(told_from(result)) == []


def test_a_collection_tells_what_was_asked_in_its_own_record(ctx, lab, enrol):
    there = lab.devices[2]
    device = enrol(there)
    collect(ctx, device.id)
    [record] = records(ctx, "device.collected", device.id)
    assert (record.facts["sessions"], record.facts["commands"][-1]) == (1, "exit")
    assert "show running-config" in record.facts["commands"]


def test_a_second_read_is_a_second_session_of_the_same_record(ctx, lab, enrol):
    there = lab.devices[2]
    device = enrol(there)
    lab.set_fault(there, Fault.CUT_OFF)
    assert collect(ctx, device.id).outcome == "untrusted"
    [record] = records(ctx, "device.collected", device.id)
    assert record.facts["sessions"] == 2
    assert record.facts["commands"].count("show running-config") == 2


def test_a_cut_session_tells_what_was_sent(ctx, lab, enrol):
    there = lab.devices[2]
    device = enrol(there)
    lab.set_fault(there, Fault.DROP)
    assert collect(ctx, device.id).outcome == "error"
    [record] = records(ctx, "device.collected", device.id)
    assert "show running-config" in record.facts["commands"]


def test_without_an_answer_no_command_is_told(ctx):
    device = make_device(ctx, address="127.0.0.1", port=1)
    collect(ctx, device.id)
    [record] = records(ctx, "device.collected", device.id)
    assert "commands" not in record.facts


def test_a_search_tells_what_it_typed_where_it_signed_in(ctx, lab, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
    there = lab.devices[2]
    allow(ctx, lab, credential=make_credential(ctx, password_ref="env:LAB_PASSWORD"))
    ended = run(ctx, seeds=[there.address], depth=0)
    [record] = records(ctx, "session.held", ended.id)
    assert (record.subject_type, record.facts["address"], record.facts["purpose"]) == (
        "discovery_run", there.address, "probe",
    )  # fmt: skip
    assert record.facts["commands"][0] == "show version"


def test_a_session_of_a_device_that_is_not_known_keeps_its_name(ctx):
    session = HeldFor(
        hostname="nobody-knows", platform="cisco_ios", driver="netmiko", purpose="push",
        held=held("show clock"),
    )  # fmt: skip
    [action] = held_sessions.records_of(ctx, [session])
    assert (action.subject.label, action.subject.id) == ("nobody-knows", "")
    assert held_sessions.records_of(ctx, []) == []
