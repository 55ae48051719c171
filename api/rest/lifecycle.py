"""The first and the last change of a device over REST."""

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.rest.changes import ChangeOut, WindowIn, change_out
from api.rest.devices import DeviceOut, device_out
from api.shapes import Body, Key, OfRow, Text
from changes.lifecycle import commission, decommission, letting_go
from changes.lifecycle.commission import First
from changes.lifecycle.decommission import Last
from changes.lifecycle.retiring import OpenChanges, retire
from changes.requests import Window

router = APIRouter(tags=["lifecycle"])


class AskedIn(Body):
    """What requests of the first and of the last change of a device have in common."""

    reason: Text
    commands: list[str] = Field(default_factory=list, max_length=10_000)
    way_back: list[str] = Field(default_factory=list, max_length=10_000)
    window: WindowIn | None = None

    @property
    def span(self) -> Window | None:
        return (self.window.start, self.window.end) if self.window else None


class FirstIn(AskedIn):
    """Without `commands` the device is brought to its baseline.

    With `clock_seconds` its clock may be off by so many afterwards.
    """

    clock_seconds: int | None = Field(default=None, ge=1, le=3600)

    @property
    def asked(self) -> First:
        return First(
            reason=self.reason, lines=tuple(self.commands), way_back=tuple(self.way_back),
            window=self.span, clock_seconds=self.clock_seconds,
        )  # fmt: skip


class LastIn(AskedIn):
    """`neighbours` may still be up then; with `keep` all other interfaces are shut."""

    neighbours: list[Text] = Field(default_factory=list, max_length=1000)
    keep: list[Text] | None = Field(default=None, max_length=1000)

    @property
    def asked(self) -> Last:
        return Last(
            reason=self.reason, lines=tuple(self.commands), way_back=tuple(self.way_back),
            window=self.span, neighbours=tuple(self.neighbours),
            keep=None if self.keep is None else tuple(self.keep),
        )  # fmt: skip


class RemainingOut(OfRow):
    """Something that refers to the device, and how it is removed."""

    kind: str
    what: str
    how: str


class RetireIn(Body):
    """`leave` retires it although changes of it are open; these cannot run then."""

    reason: Text
    open_changes: OpenChanges = "refuse"


class RetiredOut(DeviceOut):
    """The device, and what refers to it still."""

    remains: list[RemainingOut]


class LoginOut(OfRow):
    id: int
    name: str


@router.post("/devices/{device_id}/commission", status_code=201)
def request_commission(device_id: Key, body: FirstIn, ctx: Ctx) -> ChangeOut:
    """Request that a planned device is put into service."""
    return change_out(commission.request_commission(ctx, device_id, body.asked))


@router.post("/devices/{device_id}/decommission", status_code=201)
def request_decommission(device_id: Key, body: LastIn, ctx: Ctx) -> ChangeOut:
    """Request the last change of a device."""
    return change_out(decommission.request_decommission(ctx, device_id, body.asked))


@router.get("/devices/{device_id}/remains")
def remains(device_id: Key, ctx: Ctx) -> list[RemainingOut]:
    """What still refers to the device, each with how it is removed."""
    return [RemainingOut.of(one) for one in decommission.remains(ctx, device_id)]


@router.post("/devices/{device_id}/letting-go", status_code=201)
def let_go(device_id: Key, ctx: Ctx) -> DeviceOut:
    """End what Trimtab itself keeps of a device that is out of service."""
    return device_out(letting_go.let_go(ctx, device_id))


@router.post("/devices/{device_id}/login-end", status_code=201)
def end_login(device_id: Key, ctx: Ctx) -> LoginOut:
    """Take the secrets from a login that only this device used."""
    return LoginOut.of(letting_go.end_login(ctx, device_id))


@router.post("/devices/{device_id}/finish", status_code=201)
def finish(device_id: Key, ctx: Ctx) -> DeviceOut:
    """Retire a device whose decommission was carried out, if nothing remains of it."""
    return device_out(decommission.finish(ctx, device_id))


@router.post("/devices/{device_id}/retirement", status_code=201)
def retire_device(device_id: Key, body: RetireIn, ctx: Ctx) -> RetiredOut:
    """Retire a device that is gone at once, without a last change."""
    done = retire(ctx, device_id, reason=body.reason, open_changes=body.open_changes)
    left = [RemainingOut.of(one) for one in done.remains]
    return RetiredOut(**device_out(done.device).model_dump(), remains=left)
