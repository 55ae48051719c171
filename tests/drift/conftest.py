"""Fixtures of the drift room."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import Actor
from drift.intent.renderer import Renderer
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


@pytest.fixture(scope="module")
def shared():
    """One rendering process for all tests of a file."""
    made = Renderer()
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "intent"
    (made / "data").mkdir(parents=True)
    return made


@pytest.fixture
def put(folder):
    """Write a file of the folder."""

    def written(name, text):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return written
