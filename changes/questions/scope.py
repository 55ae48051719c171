"""What the questions share: names to rows, the span that is asked for, places. Reads only."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from changes.models import ChangeRequest, ChangeTarget
from changes.questions.answers import Given, Parameter
from core import sight
from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput, NotFound
from inventory.models import Device, Site
from organization.models import Person, Post, PostHolding

SINCE = Parameter(name="since", kind="time", title="From")
UNTIL = Parameter(name="until", kind="time", title="Until before")
AUDIT = sight.AUDIT
EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def span(given: Given) -> tuple[datetime, datetime]:
    """From `since` until before `until`; what is not given has no bound."""
    since, until = given.get("since", EVER[0]), given.get("until", EVER[1])
    assert isinstance(since, datetime)  # noqa: S101 - the parameter's kind
    assert isinstance(until, datetime)  # noqa: S101
    if since >= until:
        raise InvalidInput("The answer is about nothing: it ends before it begins.", field="until")
    return since, until


def place(after: str, *, parts: int = 1) -> tuple[int, ...] | None:
    """The numbers of a place, as many as the question's places have; None at the beginning."""
    if not after:
        return None
    numbers = after.split(":")
    if len(numbers) != parts or not all(one.isascii() and one.isdigit() for one in numbers):
        raise InvalidInput(f"{after[:40]!r} is no place in this answer.", field="after")
    return tuple(int(one[:18]) for one in numbers)


def person(ctx: Context, username: object) -> Person:
    """The person of that username, or NotFound."""
    row = ctx.session.scalar(select(Person).where(Person.username == username))
    if row is None:
        raise NotFound(f"There is no person {username}.", type="person", id=str(username))
    return row


def device(ctx: Context, hostname: object) -> Device:
    """The device of that hostname, or NotFound. Needs `audit.read` on it."""
    row = ctx.session.scalar(select(Device).where(Device.hostname == hostname))
    if row is None:
        raise NotFound(f"There is no device {hostname}.", type="device", id=str(hostname))
    ctx.require(AUDIT, row)
    return row


def mine(ctx: Context) -> Select[int]:
    """The changes that touch a device of the units that the person audits, as a query of ids."""
    return (
        select(ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(ctx.units(AUDIT)))
    )


def audited(
    ctx: Context, change_id: InstrumentedAttribute[int] | ColumnElement[int]
) -> ColumnElement[bool]:
    """Whether that change touches a device of the units that the person audits.

    Asked of each change by itself, after all else about it: PostgreSQL would make one list of all
    changes out of `mine`, or of EXISTS, however few are left to ask about.
    """
    one = mine(ctx).where(ChangeTarget.change_id == change_id).limit(1)
    return one.correlate_except(ChangeTarget, Device, Site).scalar_subquery().is_not(None)


def audited_whole(ctx: Context, change_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether no device of that change lies elsewhere than in the units that the person audits."""
    elsewhere = (
        select(ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(ChangeTarget.change_id == change_id, ~Device.owned_by(ctx.units(AUDIT)))
        .limit(1)
    )
    return elsewhere.correlate_except(ChangeTarget, Device, Site).scalar_subquery().is_(None)


def posted(ctx: Context) -> Select[int]:
    """The persons who hold or held a post in the units that the person audits, as a query."""
    return (
        select(PostHolding.person_id)
        .join(Post, Post.id == PostHolding.post_id)
        .where(Post.unit_id.in_(ctx.units(AUDIT)))
    )


def change_subject(row: ChangeRequest) -> Subject:
    return Subject(type="change_request", id=str(row.id), label=row.label)


def device_subject(row: Device) -> Subject:
    return Subject(type="device", id=str(row.id), label=row.hostname)


def person_subject(row: Person) -> Subject:
    return Subject(type="person", id=str(row.id), label=row.username)
