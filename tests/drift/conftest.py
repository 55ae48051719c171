"""Fixtures of the drift room."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import Actor
from organization.models import Person, PostHolding
from organization.permissions import PostAuthority


@pytest.fixture
def as_holder(ctx, clock):
    """The context of the person who holds a post, under the real permissions."""

    def holder(post):
        person = ctx.session.scalar(
            select(Person).join(PostHolding).where(PostHolding.post_id == post.id)
        )
        actor = Actor(name=person.username, person_id=person.id)
        return replace(ctx, person=actor, authority=PostAuthority(now=clock))

    return holder
