"""The first unit, its administrator post and the first person. Used once, by the installer."""

from core.context import Context
from organization.models import Person
from organization.people import create_person
from organization.posts import assign, create_post
from organization.units import create_unit

ROOT = "root"


def bootstrap(ctx: Context, *, unit_name: str, username: str, password: str) -> Person:
    """Make the root unit and a person who administers it."""
    unit = create_unit(ctx, code=ROOT, name=unit_name)
    post = create_post(
        ctx, unit=unit, title="Administrator", template="administrator",
        duties="Administers the organization, its devices and its access.",
    )  # fmt: skip
    person = create_person(ctx, username=username, name=username, password=password)
    assign(ctx, post=post, person=person)
    return person
