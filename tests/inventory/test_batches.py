"""Results of many devices in one transaction: few statements, and the same rows as one by one."""

import gc
import weakref
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select

from core.audit import AuditRecord
from inventory import captures, results, snapshots
from inventory.collecting.memory import let_go
from inventory.drivers.login import PublicKey
from inventory.drivers.protocol import Collection, Facts
from inventory.models import HostKey
from inventory.original_models import Original
from inventory.report_models import DeviceReport
from inventory.results import Ended
from inventory.snapshot_models import Content, Keyframe, ObservedFacts, Snapshot
from tests.factories import make_device, make_site

KEY = PublicKey(algorithm="ssh-ed25519", public_key="AAAAC3NzaC1lZDI1NTE5AAAAIA==")
TABLES = (Content, Keyframe, Snapshot, ObservedFacts, Original, HostKey, DeviceReport)


def collected(device, text, *, startup=None):
    return Collection(
        running=text, startup=startup, facts=Facts(model=device.hostname), neighbours=(),
        hostname=device.hostname, host_key=KEY,
    )  # fmt: skip


def keep(ctx, shown):
    """Keep what devices show as a scan does, all at once."""
    ids = [device.id for device, _ in shown]
    devices, held = results.lock(ctx, ids), results.look_up(ctx, ids)
    ended = [
        Ended(device=devices[device.id], found=captures.judge(ctx, device, one), seconds=0.0)
        for device, one in shown
    ]
    done = results.keep_all(ctx, ended, held)
    ctx.commit()
    ctx.session.info.pop(snapshots.KNOWN)
    return done


def text_of(device, secret="s3cret"):
    lines = "".join(f"ip route 10.0.{n}.0 255.255.255.0 10.9.9.9\n" for n in range(30))
    return f"hostname {device.hostname}\nsnmp-server community {secret} RO\n{lines}end\n"


@contextmanager
def counted(ctx):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    engine = ctx.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def count(ctx, table):
    return ctx.session.scalar(select(func.count()).select_from(table))


def first_contacts(devices):
    return [(one, collected(one, text_of(one), startup=text_of(one))) for one in devices]


def test_a_first_scan_takes_as_many_statements_for_twelve_devices_as_for_three(ctx):
    site, taken = make_site(ctx), []
    for many in (3, 12):
        devices = [make_device(ctx, platform="cisco_ios", site=site) for _ in range(many)]
        ctx.record("test.arranged", devices[0])
        ctx.commit()
        with counted(ctx) as statements:
            keep(ctx, first_contacts(devices))
        taken.append(len(statements))
    assert taken[0] == taken[1]


def test_rows_of_a_batch_are_those_of_its_devices(ctx):
    devices = [make_device(ctx, platform="cisco_ios") for _ in range(3)]
    done = keep(ctx, first_contacts(devices))
    assert [(one.device_id, one.outcome) for one in done] == [(d.id, "changed") for d in devices]
    assert [count(ctx, table) for table in TABLES] == [3, 3, 6, 6, 3, 3, 3]
    for device, one in zip(devices, done, strict=True):
        snapshot = ctx.get(Snapshot, one.snapshot_id)
        assert (snapshot.device_id, snapshot.facts["model"]) == (device.id, device.hostname)
        assert f"hostname {device.hostname}\n" in snapshots.text_of(ctx, snapshot.digest)
        assert ctx.session.get(DeviceReport, device.id).saved is True


def test_each_device_has_its_own_records_in_order(ctx):
    devices = [make_device(ctx, platform="cisco_ios") for _ in range(2)]
    keep(ctx, first_contacts(devices))
    rows = ctx.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.action.in_(("host_key.pinned", "device.collected")))
        .order_by(AuditRecord.id)
    )
    assert [(row.action, row.subject_id) for row in rows] == [
        (action, str(device.id))
        for device in devices
        for action in ("host_key.pinned", "device.collected")
    ]


def test_devices_that_show_the_same_text_share_it(ctx):
    devices = [make_device(ctx, platform="cisco_ios") for _ in range(3)]
    same = "snmp-server community s3cret RO\nend\n"
    keep(ctx, [(one, collected(one, same)) for one in devices])
    assert (count(ctx, Content), count(ctx, Keyframe), count(ctx, Snapshot)) == (1, 1, 3)
    assert count(ctx, Original) == 3


def test_a_startup_configuration_of_a_first_contact_rests_on_the_running_one(ctx):
    device = make_device(ctx, platform="cisco_ios")
    startup = text_of(device).replace("10.0.3.0", "10.0.99.0")
    keep(ctx, [(device, collected(device, text_of(device), startup=startup))])
    assert (count(ctx, Content), count(ctx, Keyframe)) == (2, 1)
    assert ctx.session.get(DeviceReport, device.id).saved is False


@pytest.mark.parametrize("chained", [True, False])
def test_a_failure_holds_nothing_of_what_was_read(chained):
    class Answer:
        pass

    def read():
        answer = Answer()
        held.append(weakref.ref(answer))
        raise EOFError

    def collect():
        try:
            read()
        except EOFError as error:
            if chained:
                raise ValueError("closed") from error
            raise

    held = []
    with pytest.raises((EOFError, ValueError)) as caught:
        collect()
    assert held[0]() is not None
    let_go(caught.value)
    gc.collect()
    assert held[0]() is None
