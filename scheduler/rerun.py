"""What is left of a job that begins again after its worker was lost. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select, text

from core.context import Context
from inventory.models import Device
from scheduler.work import Held

_BEGUN = text("SELECT min(at) FROM procrastinate_events WHERE job_id = :id AND type = 'started'")


def left(ctx: Context, held: Held | None, device_ids: Sequence[int]) -> tuple[int, ...]:
    """The devices that nobody has asked since the job first began.

    So a device is asked once for a job, though its first worker died after it kept the answer.
    """
    if held is None:
        return tuple(device_ids)
    begun = ctx.session.scalar(_BEGUN, {"id": held.job_id})
    asked = select(Device.id).where(Device.id.in_(device_ids), Device.attempted_at >= begun)
    done = set(ctx.session.scalars(asked))
    return tuple(one for one in device_ids if one not in done)
