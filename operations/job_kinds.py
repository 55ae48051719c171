"""Which jobs there are, their arguments, and what each is allowed to do. Runs none."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from core.actor import Actor
from core.audit import Fact
from core.errors import InvalidInput, NotFound

COLLECTING = frozenset({
    "device.read", "device.collect", "device.write", "credential.read", "snapshot.read",
})  # fmt: skip
CHANGING = COLLECTING | {"drift.read", "drift.scan", "change.read", "change.execute"}


class Arguments(BaseModel):
    """What a job is told; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Arguments):
    """A job that needs to be told nothing."""


class Devices(Arguments):
    """Named devices, or all active ones: of a site, of a unit and those below, or of everything.

    `queue` narrows to the devices of that queue; routing sets it.
    """

    device_ids: tuple[int, ...] = ()
    hostnames: tuple[str, ...] = ()
    site: str | None = None
    unit_id: int | None = None
    queue: str | None = None


class Reading(Arguments):
    """A device that is read twice, and the seconds in between."""

    device_id: int
    apart: float


class Discovery(Arguments):
    """A search that was asked for, or where one is to go: ranges, seeds, how far out."""

    run_id: int | None = None
    cidrs: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    depth: int = 0
    unit_id: int | None = None


class Import(Arguments):
    """Another inventory (netbox or nautobot), its token by reference, and whose it becomes."""

    kind: str
    url: str
    token_ref: str
    unit_id: int
    adopt: str = "none"


class Change(Arguments):
    change_id: int


class Maintained(Arguments):
    """A maintenance plan that is due."""

    plan_id: int


class Saved(Arguments):
    """A saved question that is to be asked."""

    saved_id: int


class Message(Arguments):
    title: str
    body: str
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A job by name: its queue, its arguments, and the only permissions it acts with."""

    name: str
    queue: str
    arguments: type[Arguments]
    granted: frozenset[str]
    on_schedule: bool = True
    again_after_crash: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(name="trimtab scheduler", granted=self.granted)


KINDS: Mapping[str, JobKind] = {
    kind.name: kind
    for kind in (
        JobKind(
            name="inventory.collect", queue="collect", arguments=Devices, granted=COLLECTING
        ),
        JobKind(
            name="inventory.discover", queue="collect", arguments=Discovery,
            granted=frozenset({"device.read", "device.collect"}),
        ),
        JobKind(
            name="inventory.import", queue="collect", arguments=Import,
            on_schedule=False,  # it sends a secret: only who may name secrets asks for it
            granted=frozenset({
                "device.read", "device.write", "credential.read", "credential.write",
            }),
        ),
        JobKind(
            name="drift.scan", queue="collect", arguments=Devices,
            granted=COLLECTING | {"drift.read", "drift.scan"},
        ),
        JobKind(
            name="drift.judge", queue="collect", arguments=Devices,
            granted=frozenset({
                "device.read", "snapshot.read", "drift.read", "drift.scan", "event.write",
            }),
        ),
        JobKind(
            name="noise.learn", queue="collect", arguments=Reading, on_schedule=False,
            granted=COLLECTING | {"noise.learn"},
        ),
        JobKind(
            name="changes.execute", queue="changes", arguments=Change, granted=CHANGING,
            on_schedule=False, again_after_crash=False,  # claims decide what becomes of it
        ),
        JobKind(
            name="changes.reap", queue="default", arguments=Nothing,
            granted=frozenset({"change.read", "change.execute", "event.write"}),
            on_schedule=False,
        ),
        JobKind(
            name="maintenance.run", queue="default", arguments=Maintained,
            granted=COLLECTING | {"change.read", "event.write", "maintenance.write"},
            again_after_crash=False,  # it is due again soon enough
        ),
        JobKind(
            name="audit.question", queue="default", arguments=Saved,
            granted=frozenset({"schedule.write"}),  # it asks as the person who saved it
            again_after_crash=False,  # the clock asks again
        ),
        JobKind(
            name="operations.notify", queue="default", arguments=Message, granted=frozenset(),
            on_schedule=False, again_after_crash=False,  # told once too often is noise
        ),
        JobKind(
            name="operations.deliver", queue="default", arguments=Nothing, granted=frozenset(),
            on_schedule=False, again_after_crash=False,  # what waits is sent by the next one
        ),
        JobKind(
            name="operations.maintenance", queue="default", arguments=Nothing,
            granted=frozenset({
                "audit.read", "change.read", "change.execute", "drift.scan", "event.write",
            }),
        ),
    )
}  # fmt: skip

QUEUES: tuple[str, ...] = tuple(sorted({kind.queue for kind in KINDS.values()}))


def kind_of(name: str) -> JobKind:
    """The job of that name, or NotFound with the names there are."""
    if name not in KINDS:
        raise NotFound(f"There is no job {name}; there are {', '.join(sorted(KINDS))}.")
    return KINDS[name]


def checked(kind: JobKind, args: Mapping[str, Fact]) -> dict[str, Fact]:
    """The arguments as the job will get them, or InvalidInput naming the wrong one."""
    try:
        told = kind.arguments.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"Job {kind.name}, argument {name}: {first['msg']}.") from error
    facts: dict[str, Fact] = told.model_dump(mode="json", exclude_defaults=True)
    return facts
