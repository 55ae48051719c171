"""A pack as the tests look at it: made as the office's auditor, unzipped in memory."""

import json
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from changes.packs.making import make
from changes.states import State, Target
from inventory import snapshots
from inventory.models import Device
from tests.changes.office import configuration


@dataclass
class Pack:
    made: object
    content: bytes

    @property
    def names(self):
        with ZipFile(BytesIO(self.content)) as zipped:
            return zipped.namelist()

    def read(self, name) -> bytes:
        with ZipFile(BytesIO(self.content)) as zipped:
            return zipped.read(name)

    def json(self, name):
        return json.loads(self.read(name))

    def text(self, name):
        return self.read(name).decode()

    def folder(self, name):
        return [one.removeprefix(f"{name}/") for one in self.names if one.startswith(f"{name}/")]

    @property
    def records(self):
        """What its records tell, in the order of the log."""
        return [json.loads(one["record"]) for one in self.json("evidence.json")["records"]]

    @property
    def actions(self):
        return [one["action"] for one in self.records]


def pack(office, wanted, *, by="auditor") -> Pack:
    target = BytesIO()
    with office.acting(by) as ctx:
        made = make(ctx, wanted, target)
    return Pack(made=made, content=target.getvalue())


def collected(office, hostname, *, description="router id"):
    """The device was collected and showed this; returns the digest in hex."""
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids[hostname])
        snapshot = snapshots.store(
            ctx, device, source="running", doubts=(), facts={},
            text=configuration(device.hostname, description=description),
        ).snapshot  # fmt: skip
        digest = snapshot.digest.hex()
        ctx.record(
            "device.collected", device, outcome="changed", detail="", snapshot_id=snapshot.id,
            digest=digest,
        )  # fmt: skip
    return digest


def ran(office, *hostnames, **wanted):
    """A change of these devices that ran to its end."""
    change = office.approved(*hostnames, **wanted)
    held = office.claimed(change)
    assert office.touching(held, *hostnames)
    assert office.settled(held, **dict.fromkeys(hostnames, Target.DONE))
    assert office.finished(held, State.SUCCEEDED)
    return change
