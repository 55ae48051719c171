"""Images staged and booted, as changes over REST."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.rest.changes import ChangeOut, Checks, RolloutIn, change_out
from api.rest.restoring import WantedIn
from api.shapes import LARGEST, Number, Text
from changes import upgrading
from changes.plans import Rollout
from changes.requests import Wanted
from changes.upgrading import BACK_SECONDS, COPY_SECONDS, ROOM, Staging, Upgrade

router = APIRouter(tags=["changes"])


class ImageIn(WantedIn):
    """An image of devices that are all of one platform; `checksum` is its MD5 or SHA-512."""

    devices: Annotated[list[Number], Field(min_length=1)]
    image: Text
    checksum: Text
    rollout: RolloutIn = Field(default_factory=lambda: RolloutIn(size=10))
    checks: Checks = None

    @property
    def asked(self) -> Wanted:
        window = (self.window.start, self.window.end) if self.window else None
        return Wanted(
            title=self.title, reason=self.reason, window=window, checks=self.checks,
            rollout=Rollout(**self.rollout.model_dump()),
        )  # fmt: skip


class StagingIn(ImageIn):
    """`source` is an address that the devices reach, `size` in bytes, `wait` in seconds."""

    source: Text
    size: Number
    vrf: Text = ""
    replace: bool = False
    wait: Number = COPY_SECONDS


class UpgradeIn(ImageIn):
    """`os_version` is what the image brings, as devices tell it themselves.

    `former` is what is booted now, where the configuration does not say so. `room` bytes must be
    free; within `wait` seconds a device has to be back.
    """

    os_version: Text
    former: Text = ""
    room: Annotated[int, Field(ge=0, le=LARGEST)] = ROOM
    wait: Number = BACK_SECONDS


@router.post("/stagings", status_code=201)
def stage(body: StagingIn, ctx: Ctx) -> ChangeOut:
    """Request that an image is copied onto devices and verified; nothing boots it yet."""
    staging = Staging(
        source=body.source, image=body.image, checksum=body.checksum, size=body.size,
        vrf=body.vrf, replace=body.replace, wait=body.wait,
    )  # fmt: skip
    return change_out(upgrading.request_staging(ctx, body.devices, staging, body.asked))


@router.post("/upgrades", status_code=201)
def upgrade(body: UpgradeIn, ctx: Ctx) -> ChangeOut:
    """Request that devices reload into an image that is on them, and come back with its version."""
    told = Upgrade(
        image=body.image, version=body.os_version, checksum=body.checksum, former=body.former,
        room=body.room, wait=body.wait,
    )  # fmt: skip
    return change_out(upgrading.request_upgrade(ctx, body.devices, told, body.asked))
