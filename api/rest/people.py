"""Persons and their tokens over REST. A password or a token's value is never shown again."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, Key, OfRow, Text
from changes.erasing import erase_person
from core.context import Context
from organization import people, tokens
from organization.models import ApiToken, Person
from organization.tokens import Use

router = APIRouter(tags=["people"])


class PersonOut(OfRow):
    id: int
    username: str
    name: str
    email: str | None
    active: bool


class PersonIn(Body):
    username: Text
    name: Text
    email: Text | None = None
    password: SecretStr | None = Field(None, max_length=1000)


class PasswordIn(Body):
    password: SecretStr = Field(max_length=1000)


class ErasureIn(Body):
    """`reason` stays in the log: it names nobody."""

    reason: Text


class ErasedOut(BaseModel):
    """`old_records` of format 1 name the person still: they cannot be erased."""

    person_id: int
    username: str
    name: str
    identities: int
    old_records: int


class TokenOut(OfRow):
    id: int
    name: str
    person_id: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenIn(Body):
    """For oneself, or with `token.write` for another person."""

    name: Text
    username: Text | None = None
    days: int = Field(90, ge=1, le=366)
    use: Use = "person"


class Issued(BaseModel):
    """`token` is shown this once."""

    id: int
    token: str
    expires_at: datetime


def _person(row: Person) -> PersonOut:
    return PersonOut.of(row)


def _token(row: ApiToken) -> TokenOut:
    return TokenOut.of(row)


@router.get("/people")
def list_people(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[PersonOut]:
    rows = people.list_people(ctx)
    return page_within(rows, _person, lambda row: row.id, after=after, limit=limit)


@router.post("/people", status_code=201)
def create_person(body: PersonIn, ctx: Ctx) -> PersonOut:
    return _person(
        people.create_person(
            ctx, username=body.username, name=body.name, email=body.email,
            password=body.password.get_secret_value() if body.password else None,
        )
    )  # fmt: skip


@router.post("/people/{username}/password", status_code=204)
def set_password(username: Text, body: PasswordIn, ctx: Ctx) -> None:
    person = people.by_username(ctx, username)
    people.set_password(ctx, person, body.password.get_secret_value())


@router.post("/people/{username}/deactivation", status_code=201)
def deactivate(username: Text, ctx: Ctx) -> PersonOut:
    """End a person's access and posts; the row stays, records name it."""
    person = people.by_username(ctx, username)
    people.deactivate(ctx, person)
    return _person(person)


@router.post("/people/{username}/erasure", status_code=201)
def erase(username: Text, body: ErasureIn, ctx: Ctx) -> ErasedOut:
    """Erase a former person's name for good; records and their proofs stay as they are."""
    return ErasedOut(**asdict(erase_person(ctx, username, reason=body.reason)))


@router.get("/tokens")
def list_tokens(
    ctx: Ctx, limit: Limit = 50, after: After = None, username: Text | None = None
) -> Page[TokenOut]:
    """One's own tokens, or another person's."""
    rows = tokens.list_tokens(ctx, _whose(ctx, username))
    return page_within(rows, _token, lambda row: row.id, after=after, limit=limit)


@router.post("/tokens", status_code=201)
def issue_token(body: TokenIn, ctx: Ctx) -> Issued:
    person = _whose(ctx, body.username)
    row, token = tokens.issue(ctx, person=person, name=body.name, days=body.days, use=body.use)
    return Issued(id=row.id, token=token, expires_at=row.expires_at)


@router.post("/tokens/{token_id}/revocation", status_code=201)
def revoke_token(token_id: Key, ctx: Ctx) -> TokenOut:
    return _token(tokens.revoke(ctx, token_id))


def _whose(ctx: Context, username: str | None) -> Person:
    if username is not None:
        return people.by_username(ctx, username)
    return ctx.get(Person, ctx.person.person_id or 0)
