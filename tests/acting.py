"""Contexts of persons whose permissions come from their posts alone."""

from dataclasses import replace

from core.context import Context
from organization.models import Person
from organization.people import actor_of
from organization.permissions import PostAuthority


def acting(ctx: Context, person: Person) -> Context:
    """The same transaction, with this person acting and nothing recorded yet."""
    return replace(ctx, person=actor_of(person), authority=PostAuthority(now=ctx.now), recorded=[])
