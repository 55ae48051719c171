"""The first unit, post and person."""

from dataclasses import replace

from core.actor import Actor
from organization.bootstrap import bootstrap
from organization.permissions import PERMISSIONS, PostAuthority
from organization.units import list_units
from tests.acting import acting


def test_the_first_person_administers_everything_and_may_change_no_device(ctx):
    installer = Actor(name="installer", granted=frozenset(PERMISSIONS))
    first = replace(ctx, person=installer, authority=PostAuthority(now=ctx.now), recorded=[])
    person = bootstrap(first, unit_name="Operations", username="ada", password="correct horse")
    ada = acting(ctx, person)
    assert [(unit.code, unit.name) for unit in list_units(ada)] == [("root", "Operations")]
    ada.require("organization.write")
    assert [name for name in PERMISSIONS if name.startswith("change.") and ada.units(name)] == [
        "change.read"
    ]
    assert first.recorded == ["unit.created", "post.created", "person.created", "post.assigned"]
