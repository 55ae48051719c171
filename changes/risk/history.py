"""What went before: how alike changes ended, and when devices drifted. Reads only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from changes.models import ChangeRequest, ChangeTarget
from changes.risk.model import Alike
from changes.states import State
from core.context import Context
from drift.models import Finding
from inventory.models import Device

LATELY = timedelta(days=180)
NEWEST = 2000
"""Only so many of the newest change requests are looked at."""

ENDED = (State.SUCCEEDED, State.ROLLED_BACK, State.FAILED, State.INTERRUPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a device stood to its baseline: differing now, or last so many days ago."""

    now: bool = False
    days: int | None = None


def alike(ctx: Context, roles: Collection[str], *, playbook: str, source: str) -> tuple[Alike, ...]:
    """How changes with the same template, or else the same playbook, ended; a row a role.

    Each role's numbers are its own: another device in the change leaves them as they are.
    """
    newest = select(func.max(ChangeRequest.id)).scalar_subquery() - NEWEST
    rows = ctx.session.execute(
        select(Device.role, ChangeRequest.state, func.count(ChangeRequest.id.distinct()))
        .join(ChangeTarget, ChangeTarget.device_id == Device.id)
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .where(ChangeRequest.id > newest, ChangeRequest.requested_at >= ctx.now() - LATELY)
        .where(ChangeRequest.state.in_(ENDED), Device.role.in_(roles), _like(playbook, source))
        .group_by(Device.role, ChangeRequest.state)
    )
    found = {role: dict.fromkeys(ENDED, 0) for role in sorted(roles)}
    for role, state, count in rows:
        found[role][State(state)] = count
    return tuple(
        Alike(
            role=role, succeeded=of[State.SUCCEEDED], rolled_back=of[State.ROLLED_BACK],
            failed=of[State.FAILED], interrupted=of[State.INTERRUPTED],
        )
        for role, of in found.items()
    )  # fmt: skip


def _like(playbook: str, source: str) -> ColumnElement[bool]:
    place, name = (("source", "name"), source) if source else (("playbook",), playbook)
    return func.jsonb_extract_path_text(ChangeRequest.plan, *place) == name


def drift_of(ctx: Context, devices: Collection[int]) -> Mapping[int, Past]:
    """Which of these devices differ from their baseline now, and when others last did."""
    last = func.max(Finding.resolved_at).filter(Finding.state == "resolved")
    rows = ctx.session.execute(
        select(Finding.device_id, func.bool_or(Finding.state == "open"), last)
        .where(Finding.device_id.in_(devices), Finding.kind == "drift")
        .group_by(Finding.device_id)
    )
    return {
        device: Past(now=now, days=max(0, (ctx.now() - at).days) if at else None)
        for device, now, at in rows
    }
