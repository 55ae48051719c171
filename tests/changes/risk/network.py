"""Devices of a recorded network, and plans that touch them, for the tests with a database."""

from changes.models import ChangeRequest, ChangeTarget
from changes.plans import TargetPlan, Terms, digest_of, make_plan, mark, stored
from drift import assess
from drift.models import Baseline, Finding
from inventory import snapshots
from inventory.models import Device, Relation
from tests.factories import make_device, make_person, make_site

SHOWN = """\
hostname a
!
interface GigabitEthernet0/0
 ip address {address} 255.255.255.0
!
interface GigabitEthernet0/1
 description uplink
!
interface GigabitEthernet0/2
 description other
!
ntp server 10.0.0.9
!
line vty 0 4
 transport input ssh
"""
NTP = ("10.0.0.9", "10.0.0.8")
SHUT = ("255.255.255.0\n", "255.255.255.0\n shutdown\n")
DOWN = ("description uplink\n", "description uplink\n shutdown\n")
BOTH = ("description", "mtu 1500\n shutdown\n description")


class Network:
    """Devices by name on one site; each has shown a configuration."""

    def __init__(self, ctx):
        self.ctx, self.site, self.devices = ctx, make_site(ctx), {}

    def add(self, *names, **values):
        for name in names:
            number = len(self.devices) + 1
            device = make_device(
                self.ctx, site=self.site, hostname=f"{name}-{self.site.code}",
                address=f"10.1.{number // 250}.{number % 250 + 1}", **values,
            )  # fmt: skip
            self.devices[name] = device
            snapshots.store(
                self.ctx, device, source="running", text=SHOWN.format(address=device.address),
                doubts=(), facts={},
            )  # fmt: skip
        self._recorded()
        return self

    def link(self, one, other, interface="Gi0/1", peer_interface="Gi0/9"):
        self.ctx.add(
            Relation(
                device_id=self.devices[one].id, kind="lldp", interface=interface,
                peer_name=self.devices[other].hostname, peer_interface=peer_interface,
                peer_id=self.devices[other].id, seen_at=self.ctx.now(),
            )
        )  # fmt: skip
        self._recorded()

    def plan(self, name, *swaps, **values):
        """What brings the device's configuration from what it shows to what the swaps make."""
        device = self.devices[name]
        before = after = SHOWN.format(address=device.address)
        for was, is_ in swaps or (NTP,):
            assert was in after
            after = after.replace(was, is_)
        judged = assess(before, after, platform="cisco_ios")
        return TargetPlan(
            **{
                "device_id": device.id, "hostname": device.hostname, "platform": device.platform,
                "pre_state": snapshots.digest_of(before).hex(), "lines": judged.remediation,
                "rollback": judged.rollback, "files": (), "rollback_files": (),
                "declared": tuple(mark(one) for one in judged.differences), **values,
            }
        )  # fmt: skip

    def ended(self, state, *names, source=None, **values):
        """A change of these devices that ended so."""
        terms = Terms(kind="normal", method="playbook", window=None, source=source)
        plan = make_plan([self.plan(name) for name in names], terms)
        row = self.ctx.add(
            ChangeRequest(
                **{
                    "kind": "normal", "title": "Before", "reason": "history", "state": state,
                    "method": "playbook", "plan": stored(plan), "digest": digest_of(plan),
                    "requested_by_id": make_person(self.ctx).id, "requested_at": self.ctx.now(),
                    **values,
                }
            )
        )  # fmt: skip
        for name in names:
            self.ctx.add(ChangeTarget(change_id=row.id, device_id=self.devices[name].id))
        self._recorded()
        return row

    def drifted(self, name, *, state, resolved_at=None):
        """A drift of the device that is open, or was resolved then."""
        ctx, device = self.ctx, self.devices[name]
        shown = snapshots.last_trusted(ctx, device.id, "running")
        baseline = Baseline(
            device_id=device.id, version=1, digest=shown.digest, source="snapshot", reason="first",
            valid_from=ctx.now(),
        )  # fmt: skip
        ctx.add(baseline)
        ctx.add(
            Finding(
                device_id=device.id, fingerprint="f", state=state, severity="minor",
                baseline_id=baseline.id, snapshot_id=shown.id, differences=[], remediation=[],
                rollback=[], refusals=[], opened_at=ctx.now(), last_seen_at=ctx.now(),
                resolved_at=resolved_at,
            )
        )  # fmt: skip
        self._recorded()

    def retire(self, name):
        self.ctx.get(Device, self.devices[name].id).state = "retired"
        self._recorded()

    def _recorded(self):
        self.ctx.record("test.arranged", self.site)
        self.ctx.recorded.clear()
