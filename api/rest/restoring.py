"""Back to a stored version, and secrets replaced, as changes over REST."""

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.rest.changes import ChangeOut, WindowIn, change_out
from api.shapes import Body, Number, Text
from changes import restoring
from changes.logins.planning import Wish
from changes.logins.requesting import request_login_rotation
from changes.requests import Wanted

router = APIRouter(tags=["changes"])


class WantedIn(Body):
    title: Text
    reason: Text
    window: WindowIn | None = None

    @property
    def wanted(self) -> Wanted:
        window = (self.window.start, self.window.end) if self.window else None
        return Wanted(title=self.title, reason=self.reason, window=window)


class RestoreIn(WantedIn):
    """Without sections (patterns as `interface Loopback*`) the whole configuration goes back."""

    snapshot_id: Number
    sections: list[Text] = Field(default_factory=list)


class RotationIn(WantedIn):
    """Lines by device id, `{secret}` where the new secret goes; `reference` as db:NAME."""

    lines: dict[Number, list[Text]]
    reference: Text


class LoginRotationIn(WantedIn):
    """With `own_credential` the devices get a credential of that name for themselves."""

    device_ids: list[Number] = Field(min_length=1, max_length=1000)
    reference: Text
    own_credential: Text = ""


@router.post("/restores", status_code=201)
def restore(body: RestoreIn, ctx: Ctx) -> ChangeOut:
    """Request that a device shows a stored version again."""
    change = restoring.request_restore(ctx, body.snapshot_id, body.wanted, sections=body.sections)
    return change_out(change)


@router.post("/rotations", status_code=201)
def rotate(body: RotationIn, ctx: Ctx) -> ChangeOut:
    """Request that a secret is replaced; its value stands nowhere."""
    change = restoring.request_rotation(ctx, body.lines, body.wanted, reference=body.reference)
    return change_out(change)


@router.post("/login-rotations", status_code=201)
def rotate_login(body: LoginRotationIn, ctx: Ctx) -> ChangeOut:
    """Request that the password by which Trimtab itself signs in to devices is replaced."""
    wish = Wish(reference=body.reference, credential=body.own_credential)
    return change_out(request_login_rotation(ctx, body.device_ids, body.wanted, wish))
