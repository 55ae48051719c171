"""Configurations and snapshots for the tests of the store."""

from core.audit import Subject
from inventory import snapshots

SOME = Subject(type="test", id="0", label="arranged")


def config(*changed: str, lines: int = 60) -> str:
    """Some lines that never change, then those that do."""
    kept = [f"interface Gi0/{n}\n description port {n}\n" for n in range(lines // 2)]
    return "".join(kept) + "".join(f"{one}\n" for one in changed)


def show(ctx, device, text, *, source="running", doubts=(), facts=None):
    """The device shows this text."""
    stored = snapshots.store(
        ctx, device, source=source, text=text, doubts=doubts, facts=facts or {"hostname": "r1"}
    )
    ctx.record("test.arranged", SOME)
    ctx.recorded.clear()
    return stored.snapshot
