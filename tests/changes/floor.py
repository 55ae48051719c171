"""One lab and one organization for all tests that let Ansible work on devices."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select, text

from changes import approvals, execution, oversight, requests
from changes.following import EFFECT
from changes.models import ChangeRequest, ChangeTarget
from changes.requests import Wanted
from changes.running import reaping
from drift import baselines
from drift.models import Baseline
from lab.device import LabDevice
from tests.changes.office import ALL, plain_risk

_n = count(1)


class Watched(deque):
    """A device's journal that acts once, on the first line that starts with given words."""

    def __init__(self, before, start: str, act: Callable[[], None]) -> None:
        super().__init__(before, maxlen=before.maxlen)
        self.start, self.act = start, act

    def append(self, entry) -> None:
        super().append(entry)
        if self.act is not None and entry.line.strip().startswith(self.start):
            act, self.act = self.act, None
            act()


@dataclass
class Floor:
    """The shared house, and what its tests do again and again."""

    house: object

    @property
    def devices(self) -> tuple[LabDevice, ...]:
        """IOS, EOS, IOS, EOS."""
        return self.house.lab.devices

    def requested(self, *devices, lines=None, **wanted) -> ChangeRequest:
        """A change of Loopback0's description, from what the devices show now."""
        typed = lines or ["interface Loopback0", f" description number {next(_n)}"]
        for device in devices:
            self.house.observe(device.hostname)
        with self.house.acting(self.house.engineer) as ctx, plain_risk():
            return requests.request_lines(
                ctx, {self.house.ids[one.hostname]: typed for one in devices},
                Wanted(**{"title": "Describe", "reason": "asked", "checks": (), **wanted}),
            )  # fmt: skip

    def approved(self, *devices, **wanted) -> ChangeRequest:
        change = self.requested(*devices, **wanted)
        self.approve(change)
        return change

    def approve(self, change) -> None:
        digest = self.now(change).digest
        with self.house.acting(self.house.approver) as ctx:
            approvals.approve(ctx, change.id, digest=digest, note="right")

    def execute(self, change):
        return execution.execute(self.house.runtime, change.id, worker="w1")

    def stop(self, change) -> None:
        with self.house.acting(self.house.engineer) as ctx:
            oversight.stop(ctx, change.id, note="alarm")

    def reap(self) -> None:
        with self.house.acting(execution.EXECUTOR) as ctx:
            reaping.reap(ctx)

    def sql(self, statement: str, **values):
        with self.house.runtime.engine.begin() as connection:
            done = connection.execute(text(statement), values)
            return done.all() if done.returns_rows else None

    def now(self, change) -> ChangeRequest:
        with self.house.acting(execution.EXECUTOR) as ctx:
            return ctx.get(ChangeRequest, change.id)

    def rows(self, change) -> list[ChangeTarget]:
        rows = select(ChangeTarget).where(ChangeTarget.change_id == change.id)
        with self.house.acting(execution.EXECUTOR) as ctx:
            found = ctx.session.scalars(rows.order_by(ChangeTarget.device_id)).all()
            assert all(one.hostname for one in found)  # loaded while the session is there
            return list(found)

    def targets(self, change) -> list[str]:
        return [one.state for one in self.rows(change)]

    def log(self, change):
        with self.house.acting(self.house.auditor) as ctx:
            return list(oversight.log(ctx, change.id))

    def verified(self, change) -> list[tuple[int, bool]]:
        with self.house.acting(self.house.auditor) as ctx:
            rows = oversight.verifications(ctx, change.id)
            return [(one.device_id, one.as_declared) for one in rows]

    def tidy(self) -> None:
        """Give every device free again, and its first baseline, whatever a test left behind."""
        for device in self.devices:
            device.faults.clear()
            device.journal = deque(device.journal, maxlen=device.journal.maxlen)
        self.sql(
            "UPDATE change_target SET state = 'failed' WHERE state IN ('running', 'interrupted')"
        )
        with self.house.acting(ALL) as ctx:
            moved = select(Baseline.device_id).where(
                Baseline.valid_until.is_(None), Baseline.reason.startswith(EFFECT)
            )
            first = select(Baseline.snapshot_id).where(
                Baseline.device_id.in_(moved), Baseline.version == 1
            )
            for shown in ctx.session.scalars(first).all():
                baselines.approve_snapshot(ctx, shown, reason="as it was before the test")


def at_line(device: LabDevice, start: str, act: Callable[[], None]) -> None:
    """Act once, when somebody types a line that starts like this; the answer waits for it."""
    device.journal = Watched(device.journal, start, act)


def typed_since(device: LabDevice, mark: int) -> list[str]:
    """The configuration lines that were typed after the journal had this length."""
    return [one.line.strip() for one in list(device.journal)[mark:] if one.mode == "config"]
