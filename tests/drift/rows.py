"""Snapshots and baselines for the tests of drift."""

from inventory import snapshots
from inventory.snapshot_models import Snapshot

BASE = "hostname r1\ninterface e0\n description up\n"
DRIFTED = "hostname r1\ninterface e0\n description up\nusername eve privilege 15\n"
OTHER = "hostname r1\ninterface e0\n description up\nntp server 192.0.2.1\n"


def make_snapshot(ctx, device, text=BASE, *, trusted=True, source="running"):
    digest = snapshots.put_content(ctx, text)
    snapshot = ctx.add(
        Snapshot(
            device_id=device.id, source=source, digest=digest, lines=text.count("\n"),
            trusted=trusted, doubts=[] if trusted else ["no terminator"],
            first_seen_at=ctx.now(), last_seen_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record("test.arranged", snapshot)
    ctx.recorded.clear()
    return snapshot
