"""Standard changes: drafted, approved by two other persons, retired. Requests and runs none.

A version is never altered: another content is the next version, and needs its own approvals.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from changes.catalogue.content import Content, digest_now, digest_of, wrong
from changes.catalogue.errors import EntryWrong, NotOffered, OwnDraft
from changes.catalogue.models import StandardChange, StandardVote
from changes.errors import AlreadyDecided, StaleDigest, WrongState
from changes.playbook_syntax import usable
from core.context import Context
from core.errors import InvalidInput, NotFound, NotPermitted
from organization.models import Unit
from organization.units import by_code, units_below

VOTES = 2  # persons, neither of whom drafted it


def draft(ctx: Context, name: str, content: Content, *, unit: Unit) -> StandardChange:
    """Draft the next version of a standard change. Needs `change.request` in the unit.

    Raises EntryWrong with everything that is wrong, each with its place.
    """
    ctx.require("change.request", unit)
    if ctx.person.person_id is None:
        raise NotPermitted("A standard change is drafted by a person, never by the platform.")
    before = _newest(ctx, name)
    if before is not None and before.unit_id != unit.id:
        raise EntryWrong(f"{name} belongs to the unit {before.unit.code}; draft it there.")
    _require_sound(ctx, name, content, unit)
    book = usable(content.playbook)
    version = before.version + 1 if before else 1
    units = content.units or (unit.code,)
    told = replace(content, units=units)
    entry = ctx.add(
        StandardChange(
            name=name, version=version, state="draft", title=told.title,
            description=told.description, unit_id=unit.id, units=list(units),
            platforms=list(told.platforms), playbook=told.playbook, playbook_digest=book.digest,
            template=told.template, rollback_template=told.rollback_template,
            inputs=dict(told.inputs), risk_ceiling=told.risk_ceiling,
            valid_until=told.valid_until, drafted_by_id=ctx.person.person_id,
            drafted_at=ctx.now(),
            digest=digest_of(name, version, told, playbook_digest=book.digest),
        )
    )  # fmt: skip
    ctx.record("standard_change.drafted", entry, digest=entry.digest, unit=unit.code)
    return entry


def approve(ctx: Context, entry_id: int, *, digest: str, note: str) -> StandardChange:
    """Approve exactly what `digest` names; the second voice makes it usable.

    Needs `change.approve` in its unit. Versions approved before are retired with it. Raises
    OwnDraft for who drafted it, StaleDigest for another content than was shown.
    """
    entry = ctx.get_locked(StandardChange, entry_id)
    ctx.require("change.approve", entry)
    person = ctx.person.person_id
    if person is None or person == entry.drafted_by_id:
        raise OwnDraft(f"{ctx.person.name} drafted {entry.label}; two other persons approve it.")
    if entry.state != "draft":
        raise WrongState(f"{entry.label} is {entry.state}; there is no vote open on it.")
    if digest != entry.digest or digest_now(entry) != entry.digest:
        raise StaleDigest(
            f"{entry.label} has another content than the one shown to you. Read it again and "
            "decide on its digest.",
            digest=entry.digest,
        )
    if any(vote.person_id == person for vote in entry.votes):
        raise AlreadyDecided(f"{ctx.person.name} has approved {entry.label} already.")
    ctx.add(
        StandardVote(
            standard_change_id=entry.id, person_id=person, digest=digest, note=note,
            voted_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.session.refresh(entry, ["votes"])
    ctx.record("standard_change.approved", entry, digest=digest, note=note)
    if len(entry.votes) >= VOTES:
        _put_into_use(ctx, entry)
    return entry


def retire(ctx: Context, entry_id: int, *, reason: str) -> StandardChange:
    """Take a version out of use, or a draft back.

    Needs `change.approve` in its unit; a draft is also its drafter's to take back.
    """
    entry = ctx.get_locked(StandardChange, entry_id)
    if entry.state != "draft" or entry.drafted_by_id != ctx.person.person_id:
        ctx.require("change.approve", entry)
    if entry.state == "retired":
        raise WrongState(f"{entry.label} is retired already.")
    if not reason.strip():
        raise InvalidInput("Say why it is retired; who uses it has to know.")
    _retire(ctx, entry, reason)
    return entry


def listed(ctx: Context) -> Sequence[StandardChange]:
    """The newest version of each standard change, by name. Needs `change.read` somewhere."""
    ctx.require("change.read")
    newest = select(func.max(StandardChange.id)).group_by(StandardChange.name)
    return ctx.session.scalars(
        select(StandardChange)
        .where(StandardChange.id.in_(newest.scalar_subquery()))
        .order_by(StandardChange.name)
    ).all()


def versions(ctx: Context, name: str) -> Sequence[StandardChange]:
    """Every version, the newest first, or NotFound. Needs `change.read` somewhere."""
    ctx.require("change.read")
    found = ctx.session.scalars(
        select(StandardChange)
        .where(StandardChange.name == name)
        .order_by(StandardChange.version.desc())
    ).all()
    if not found:
        raise NotFound(f"There is no standard change {name}; `trimtab catalogue list` shows them.")
    return found


def offered(ctx: Context, name: str) -> StandardChange:
    """The version that may be used now, or NotOffered with the reason."""
    found = versions(ctx, name)
    entry = next((one for one in found if one.state == "approved"), None)
    if entry is None:
        raise NotOffered(
            f"{found[0].label} is {'not approved yet' if found[0].state == 'draft' else 'retired'}"
            "; request a normal change, or have a version approved."
        )
    why = not_in_force(ctx, entry)
    if why:
        raise NotOffered(f"{entry.label} {why}. Draft a new version and have it approved.")
    return entry


def not_in_force(ctx: Context, entry: StandardChange) -> str:
    """Why the version may not be used now, nothing where it may."""
    if entry.state != "approved":
        return f"is {entry.state}"
    if digest_now(entry) != entry.digest:
        return "was altered since its approval"
    if entry.valid_until is not None and entry.valid_until <= ctx.now():
        return f"was valid until {entry.valid_until:%Y-%m-%d %H:%M} UTC"
    if usable(entry.playbook).digest != entry.playbook_digest:
        return f"uses the playbook {entry.playbook}, which was edited since"
    return ""


def reach(ctx: Context, entry: StandardChange) -> frozenset[int]:
    """The units where the version may be used: those it names and all below them."""
    return frozenset().union(*(units_below(ctx, by_code(ctx, code).id) for code in entry.units))


def _require_sound(ctx: Context, name: str, content: Content, unit: Unit) -> None:
    found = list(wrong(name, content, usable(content.playbook)))
    below = units_below(ctx, unit.id)
    found += [
        f"units: {code} is not the unit {unit.code} nor below it"
        for code in content.units
        if by_code(ctx, code).id not in below
    ]
    until = content.valid_until
    if until is not None and (until.tzinfo is None or until <= ctx.now()):
        found.append("valid_until: it names a time to come, with its time zone")
    if found:
        raise EntryWrong(f"{name} cannot be drafted so: {'; '.join(found)}.")


def _newest(ctx: Context, name: str) -> StandardChange | None:
    """The newest version, locked so that two drafts at once get two numbers."""
    return ctx.session.scalar(
        select(StandardChange)
        .where(StandardChange.name == name)
        .order_by(StandardChange.version.desc())
        .limit(1)
        .with_for_update()
    )


def _put_into_use(ctx: Context, entry: StandardChange) -> None:
    earlier = ctx.session.scalars(
        select(StandardChange).where(
            StandardChange.name == entry.name, StandardChange.state == "approved"
        )
    )
    for one in earlier.all():
        _retire(ctx, one, f"replaced by version {entry.version}")
    entry.state = "approved"
    ctx.record("standard_change.released", entry, digest=entry.digest)


def _retire(ctx: Context, entry: StandardChange, reason: str) -> None:
    entry.state, entry.retired_at, entry.retired_reason = "retired", ctx.now(), reason
    ctx.record("standard_change.retired", entry, reason=reason)
