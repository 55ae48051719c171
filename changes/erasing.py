"""Erase a person with all that the rooms below keep of one. Decides nothing about records."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from changes.approving.models import Delegation
from changes.catalogue.models import StandardChange
from changes.maintenance.models import MaintenancePlan
from changes.models import Approval, ChangeRequest
from changes.questions.erasing_saved import Questions
from changes.states import FINAL
from core.context import Context
from core.database import Base
from drift.scan_models import Scan
from operations.models import Event
from operations.notice_models import Notice, NoticePreference
from organization import erasure
from organization.erasure import Erased, Names, Tie
from organization.models import Person

TEXTS: Sequence[tuple[type[Base], Sequence[InstrumentedAttribute[str]]]] = (
    (Event, (Event.title, Event.detail)),
    (Notice, (Notice.title, Notice.detail)),
)
PHRASES = ("{} broke the glass", "{} edited ", " by {}")
"""With what words the platform itself wrote names into them. Anything else there may be a device's
own words, which are left alone."""


class Changes:
    """Changes that are not over, the votes on them, and what acts in the person's name."""

    def holds(self, ctx: Context, person: Person) -> str | None:
        open_ones = select(ChangeRequest.id).where(ChangeRequest.state.not_in(FINAL))
        asked = open_ones.where(ChangeRequest.requested_by_id == person.id)
        votes = open_ones.join(Approval, Approval.change_id == ChangeRequest.id).where(
            Approval.voided_at.is_(None),
            or_(Approval.person_id == person.id, Approval.behalf_id == person.id),
        )
        for query, words in ((asked, "asked for"), (votes, "has a vote on")):
            found = ctx.session.scalar(query.order_by(ChangeRequest.id).limit(1))
            if found is not None:
                return f"the person {words} change {found}, which is not over."
        return self._lasting(ctx, person)

    def _lasting(self, ctx: Context, person: Person) -> str | None:
        """What goes on in the person's name."""
        plan = ctx.session.scalar(
            select(MaintenancePlan.name).where(
                MaintenancePlan.created_by_id == person.id, MaintenancePlan.ended_at.is_(None)
            )
        )
        if plan is not None:
            return f"the maintenance plan {plan} proposes changes in the person's name; end it."
        draft = ctx.session.scalar(
            select(StandardChange.id).where(
                StandardChange.drafted_by_id == person.id, StandardChange.state == "draft"
            )
        )
        if draft is not None:
            return f"the draft {draft} of a standard change is the person's; retire it."
        return None

    def erase(self, ctx: Context, person: Person, names: Names) -> None:
        whose = or_(Delegation.person_id == person.id, Delegation.deputy_id == person.id)
        for one in ctx.session.scalars(select(Delegation).where(whose)):
            one.reason = names.erased_from(one.reason)
            one.revoked_at = one.revoked_at or ctx.now()


class Told:
    """Notices, and texts of the platform's that name persons."""

    def holds(self, _ctx: Context, _person: Person) -> str | None:
        return None

    def erase(self, ctx: Context, person: Person, names: Names) -> None:
        ctx.session.execute(delete(Notice).where(Notice.person_id == person.id))
        mine = NoticePreference.person_id == person.id
        ctx.session.execute(delete(NoticePreference).where(mine))
        for table, columns in TEXTS:
            _erase_from(ctx, table, columns, names)
        scans = update(Scan).where(Scan.started_by == names.username)
        ctx.session.execute(scans.values(started_by=names.pseudonym))


TIES: Sequence[Tie] = (Changes(), Told(), Questions())


def erase_person(ctx: Context, username: str, *, reason: str) -> Erased:
    """Erase a deactivated person's name wherever it is kept; raises as `organization.erasure`."""
    return erasure.erase_person(ctx, username, reason=reason, ties=TIES)


def _erase_from(
    ctx: Context, table: type[Base], columns: Sequence[InstrumentedAttribute[str]], names: Names
) -> None:
    said = {one.format(names.name): one.format(names.pseudonym) for one in PHRASES}
    named = [column.contains(one, autoescape=True) for column in columns for one in said]
    for row in ctx.session.scalars(select(table).where(or_(*named))):
        for column in columns:
            told: str = getattr(row, column.key)
            for words, instead in said.items():
                told = told.replace(words, instead)
            setattr(row, column.key, told)
