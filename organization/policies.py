"""Policies: the organization's regulations, in versions whose clauses link to compliance rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.context import Context
from core.errors import InvalidInput, NotFound
from organization.models import Clause, Policy, PolicyVersion, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseText:
    """A clause to publish: its number, its words, the ids of the rules that watch it."""

    number: str
    text: str
    rules: tuple[str, ...] = ()


def publish(
    ctx: Context, *, code: str, title: str, unit: Unit, body: str, clauses: Sequence[ClauseText]
) -> PolicyVersion:
    """Publish a policy's next version; earlier versions stay readable. Needs `policy.write`."""
    ctx.require("policy.write", unit)
    if not (code.strip() and title.strip() and body.strip()):
        raise InvalidInput("A policy needs a code, a title and a text.")
    numbers = [clause.number for clause in clauses]
    if len(set(numbers)) != len(numbers):
        raise InvalidInput(f"Policy {code} numbers a clause twice.")
    policy = ctx.session.scalar(select(Policy).where(Policy.code == code).with_for_update())
    if policy is None:
        policy = ctx.add(Policy(code=code, title=title, unit_id=unit.id))
    else:
        ctx.require("policy.write", policy)
        policy.title = title
    latest = ctx.session.scalar(
        select(func.max(PolicyVersion.version)).where(PolicyVersion.policy_id == policy.id)
    )
    version = ctx.add(
        PolicyVersion(
            policy_id=policy.id, version=(latest or 0) + 1, body=body, published_at=ctx.now(),
            published_by_id=ctx.person.person_id,
        )
    )  # fmt: skip
    for clause in clauses:
        ctx.add(
            Clause(
                policy_version_id=version.id, number=clause.number, text=clause.text,
                rules=list(clause.rules),
            )
        )  # fmt: skip
    ctx.record("policy.published", policy, version=version.version, clauses=numbers)
    return version


def current(ctx: Context) -> list[PolicyVersion]:
    """The newest version of every policy, by code."""
    ctx.require("policy.read")
    newest = select(func.max(PolicyVersion.id)).group_by(PolicyVersion.policy_id).scalar_subquery()
    return list(
        ctx.session.scalars(
            select(PolicyVersion).join(Policy).where(PolicyVersion.id.in_(newest))
            .order_by(Policy.code)
        )
    )  # fmt: skip


def versions(ctx: Context, code: str) -> list[PolicyVersion]:
    """Every version of a policy, the newest first."""
    ctx.require("policy.read")
    found = ctx.session.scalars(
        select(PolicyVersion).join(Policy).where(Policy.code == code)
        .order_by(PolicyVersion.version.desc())
    ).all()  # fmt: skip
    if not found:
        raise NotFound(f"There is no policy {code}; `trimtab policy list` shows them.")
    return list(found)


def clauses_of_rule(ctx: Context, rule_id: str) -> list[Clause]:
    """The clauses in force that a rule watches."""
    newest = [version.id for version in current(ctx)]
    return list(
        ctx.session.scalars(
            select(Clause)
            .where(Clause.rules.contains([rule_id]), Clause.policy_version_id.in_(newest))
            .order_by(Clause.id)
        )
    )
