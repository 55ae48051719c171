"""Units, and persons who administer them."""

import pytest

from organization.permissions import POST_TEMPLATES
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit


@pytest.fixture
def tree(ctx):
    """A root, two units below it, and one below the first of these."""
    root = make_unit(ctx, code="top")
    north, south = (make_unit(ctx, code=code, parent=root) for code in ("north", "south"))
    return root, north, south, make_unit(ctx, code="harbour", parent=north)


@pytest.fixture
def administrator(ctx, tree):
    """The context of a person who administers the north unit."""
    person = make_person(ctx, username="nora")
    post = POST_TEMPLATES["administrator"]
    make_post(ctx, unit=tree[1], permissions=post, title="Administrator", holder=person)
    return acting(ctx, person)
