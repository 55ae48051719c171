"""Units, posts, persons and policies over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.access import Ctx
from api.shapes import OfRow
from organization import people, policies, posts, units
from organization.models import PolicyVersion

router = APIRouter(tags=["organization"])


class UnitOut(OfRow):
    id: int
    code: str
    name: str
    parent_id: int | None


class UnitIn(BaseModel):
    code: str
    name: str
    parent_code: str | None = None


class PostOut(OfRow):
    id: int
    unit_id: int
    title: str
    duties: str
    permissions: list[str]


class PersonOut(OfRow):
    id: int
    username: str
    name: str
    active: bool


class ClauseOut(OfRow):
    number: str
    text: str
    rules: list[str]


class PolicyOut(OfRow):
    code: str
    title: str
    version: int
    published_at: datetime
    body: str
    clauses: list[ClauseOut]

    @classmethod
    def of_version(cls, version: PolicyVersion) -> "PolicyOut":
        return cls(
            code=version.policy.code, title=version.policy.title, version=version.version,
            published_at=version.published_at, body=version.body,
            clauses=[ClauseOut.of(clause) for clause in version.clauses],
        )  # fmt: skip


@router.get("/units")
def list_units(ctx: Ctx) -> list[UnitOut]:
    return [UnitOut.of(unit) for unit in units.list_units(ctx)]


@router.post("/units", status_code=201)
def create_unit(body: UnitIn, ctx: Ctx) -> UnitOut:
    return UnitOut.of(
        units.create_unit(ctx, code=body.code, name=body.name, parent_code=body.parent_code)
    )


@router.get("/posts")
def list_posts(ctx: Ctx) -> list[PostOut]:
    return [PostOut.of(post) for post in posts.list_posts(ctx)]


@router.get("/people")
def list_people(ctx: Ctx) -> list[PersonOut]:
    return [PersonOut.of(person) for person in people.list_people(ctx)]


@router.get("/policies")
def list_policies(ctx: Ctx) -> list[PolicyOut]:
    return [PolicyOut.of_version(version) for version in policies.current(ctx)]
