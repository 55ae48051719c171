"""Keeps the installation sound: audit, leftovers, expiry, pruning. Never touches a device."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from changes import by_hand
from changes import notices as change_notices
from changes.causes import texts_planned_from
from changes.emergency import debt
from changes.following import PLATFORM
from changes.lifecycle import commission, decommission
from changes.running import reaping
from core.audit import Fact, Subject
from core.context import Context
from core.errors import TrimtabError
from core.records import inspect
from drift import standing_history
from drift.findings import expire_suppressions
from inventory.store import dictionaries, retention
from operations import events, notices
from organization.models import WebSession
from scheduler import archiving, away
from scheduler.leftovers import clear_finished, mend_stalled
from scheduler.work import Work

log = logging.getLogger(__name__)

INSTALLATION = Subject(type="installation", id="-", label="this installation")


class MaintenanceIncomplete(TrimtabError):
    """Some steps failed; the others were done all the same."""

    code = "maintenance_incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of maintenance, in a transaction of its own."""

    name: str
    act: Callable[[Context], Fact]


def mend(work: Work) -> str:
    """Jobs and changes that dead workers left behind; what became of them, in one line."""
    with work.context() as ctx:
        jobs = mend_stalled(ctx)
    with work.context() as ctx:
        changes = reaping.reap(ctx)
    with work.context() as ctx:
        active = commission.settle(ctx)
    with work.context() as ctx:
        by_hand_done = len(by_hand.settle(replace(ctx, person=PLATFORM)))
    with work.context() as ctx:
        moved = away.tend(ctx)
    with work.context() as ctx:
        told = change_notices.tell(ctx)
    return (
        f"jobs again {jobs.again}, given up {jobs.given_up}, changes {changes}, "
        f"by hand {by_hand_done}, into service {active}, moved {moved}, "
        f"notices {told}"
    )


def maintain(work: Work) -> str:
    """Every step, each on its own; raises MaintenanceIncomplete in the end if one failed."""
    done, failed = dict[str, Fact](), dict[str, Fact]()
    for step in STEPS:
        try:
            with work.context() as ctx:
                done[step.name] = step.act(ctx)
        except TrimtabError as error:
            failed[step.name] = error.message
        except SQLAlchemyError as error:
            log.exception("maintenance step %s failed", step.name)
            failed[step.name] = str(error).partition("\n")[0]
    with work.context() as ctx:
        ctx.record("maintenance.done", INSTALLATION, done=done, failed=failed)
    if failed:
        told = "; ".join(f"{name}: {why}" for name, why in failed.items())
        raise MaintenanceIncomplete(f"Maintenance could not do everything. {told}")
    return ", ".join(f"{name} {value}" for name, value in done.items())


def _verify(ctx: Context) -> Fact:
    """Check every audit record and every signed head; a break is a critical event."""
    found = inspect(ctx)
    if not found.ok:
        lines = [broken.told for broken in found.broken]
        events.raise_event(
            ctx, fingerprint="audit_broken", kind="audit_broken", severity="critical",
            title=f"The audit log is broken in {len(found.broken)} places",
            detail="\n".join(lines[:50]),
        )  # fmt: skip
    return {"records": found.records, "broken": len(found.broken)}


def _end_sessions(ctx: Context) -> Fact:
    rows = delete(WebSession).where(WebSession.expires_at <= ctx.now())
    return len(ctx.session.execute(rows.returning(WebSession.token_hash)).all())


def _mend_jobs(ctx: Context) -> Fact:
    mended = mend_stalled(ctx)
    return {"again": mended.again, "given_up": mended.given_up}


STEPS: tuple[Step, ...] = (
    Step(name="audit", act=_verify),
    Step(name="audit_records_to_archive", act=archiving.propose),
    Step(name="stalled_jobs", act=_mend_jobs),
    Step(name="changes_left_behind", act=reaping.reap),
    Step(name="reviews_overdue", act=debt.tell),
    Step(name="devices_into_service", act=commission.settle),
    Step(name="devices_retired", act=decommission.settle),
    Step(name="suppressions_ended", act=expire_suppressions),
    Step(name="sessions_ended", act=_end_sessions),
    Step(name="jobs_cleared", act=clear_finished),
    Step(name="notices_cleared", act=notices.clear),
    Step(name="dictionaries_trained", act=dictionaries.train),
    Step(name="standings_removed", act=standing_history.remove_old),
    Step(name="texts_removed", act=partial(retention.apply, referred=texts_planned_from)),
)
