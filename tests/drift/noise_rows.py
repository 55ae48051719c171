"""Masks and persons for the tests of noise."""

from drift.noise import decisions
from drift.noise.history import by_nobody
from drift.noise.models import NoiseApproval, NoiseMask
from organization.permissions import POST_TEMPLATES
from tests.acting import acting
from tests.factories import make_device, make_person, make_post

PLATFORM = "arista_eos"
TEXT = "hostname r1\nntp clock-period {}\n"
FIGURES = {"versions": 0, "hidden": 0}


def make_eos(ctx, **values):
    return make_device(ctx, platform=PLATFORM, **values)


def make_mask(ctx, device, *, path=(), pattern=r"ntp\ clock\-period\ \d+", **values):
    mask = ctx.add(
        NoiseMask(
            platform=device.platform, unit_id=device.governing_unit_id, path=list(path),
            pattern=pattern, example_before="ntp clock-period 1", device_id=device.id,
            example_after="ntp clock-period 2", evidence={"history": FIGURES},
            learned_at=ctx.now(), **values,
        )
    )  # fmt: skip
    ctx.record("test.arranged", mask)
    ctx.recorded.clear()
    return mask


def approver(ctx, unit):
    """The context of a new person who may approve in this unit."""
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=POST_TEMPLATES["approver"], holder=person)
    return acting(ctx, person)


def approve(ctx, mask, corrected=by_nobody):
    return decisions.approve(ctx, mask.id, note="a counter", corrected=corrected)


def activate(ctx, mask):
    """Two persons approve."""
    for _ in range(2):
        approve(approver(ctx, mask.unit), mask)
    assert mask.state == "active"
    return mask


def written_by_hand(ctx, device, pattern, *, approvals=2):
    """An active mask that somebody put into the table, with as many persons' approvals."""
    mask = make_mask(ctx, device, pattern=pattern, state="active", active_at=ctx.now())
    for _ in range(approvals):
        ctx.add(
            NoiseApproval(
                mask_id=mask.id, person_id=make_person(ctx).id, note="", approved_at=ctx.now()
            )
        )  # fmt: skip
    ctx.record("test.arranged", mask)
    return mask
