"""Policies over REST: those in force, and the next version of one."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, LongText, OfRow, Text
from organization import policies
from organization.models import PolicyVersion
from organization.policies import ClauseText
from organization.units import by_code

router = APIRouter(tags=["policies"])


class ClauseOut(OfRow):
    number: str
    text: str
    rules: list[str]


class PolicyOut(OfRow):
    id: int
    code: str
    title: str
    version: int
    published_at: datetime
    body: str
    clauses: list[ClauseOut]


class ClauseIn(Body):
    number: Text
    text: Text
    rules: list[Text] = Field([], max_length=200)


class PolicyIn(Body):
    code: Text
    title: Text
    unit_code: Text
    body: LongText
    clauses: list[ClauseIn] = Field(max_length=1000)


def _policy(version: PolicyVersion) -> PolicyOut:
    return PolicyOut(
        id=version.id, code=version.policy.code, title=version.policy.title,
        version=version.version, published_at=version.published_at, body=version.body,
        clauses=[ClauseOut.of(clause) for clause in version.clauses],
    )  # fmt: skip


@router.get("/policies")
def list_policies(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[PolicyOut]:
    """The newest version of every policy."""
    rows = policies.current(ctx)
    return page_within(rows, _policy, lambda row: row.id, after=after, limit=limit)


@router.post("/policies", status_code=201)
def publish(body: PolicyIn, ctx: Ctx) -> PolicyOut:
    """Publish a policy, or its next version; earlier ones stay readable."""
    return _policy(
        policies.publish(
            ctx, code=body.code, title=body.title, unit=by_code(ctx, body.unit_code),
            body=body.body,
            clauses=[
                ClauseText(number=one.number, text=one.text, rules=tuple(one.rules))
                for one in body.clauses
            ],
        )
    )  # fmt: skip
