"""Persons allow and withdraw ranges; nobody else, and none twice."""

from dataclasses import replace

import pytest

from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotPermitted
from inventory.candidates import ranges
from organization.permissions import PERMISSIONS, POST_TEMPLATES
from tests.acting import acting
from tests.factories import make_credential, make_person, make_post, make_unit


def administrator(ctx, unit):
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=POST_TEMPLATES["administrator"], holder=person)
    return acting(ctx, person)


def test_an_administrator_allows_a_range_and_it_is_recorded(ctx):
    unit = make_unit(ctx)
    admin = administrator(ctx, unit)
    login = make_credential(ctx, unit=unit)
    allowed = ranges.allow(admin, "10.7.0.9/24", unit=unit, ports=[22, 830, 22], credential=login)
    assert (allowed.cidr, allowed.ports, allowed.allowed_by_id) == (
        "10.7.0.0/24", [22, 830], admin.person.person_id,
    )  # fmt: skip
    assert admin.recorded == ["discovery.range_allowed"]
    assert ranges.list_ranges(admin) == [allowed]


def test_an_engineer_allows_no_range(ctx):
    unit, person = make_unit(ctx), make_person(ctx)
    make_post(ctx, unit=unit, permissions=POST_TEMPLATES["network engineer"], holder=person)
    with pytest.raises(NotPermitted, match=r"discovery\.allow"):
        ranges.allow(acting(ctx, person), "10.7.0.0/24", unit=unit)


def test_the_platform_itself_allows_no_range(ctx):
    unit = make_unit(ctx)
    job = replace(ctx, person=Actor(name="trimtab", granted=frozenset(PERMISSIONS)))
    with pytest.raises(NotPermitted, match="by a person"):
        ranges.allow(job, "10.7.0.0/24", unit=unit)


def test_a_part_of_another_units_range_is_allowed_by_its_administrator_only(ctx):
    mine, other = make_unit(ctx), make_unit(ctx)
    ranges.allow(administrator(ctx, other), "10.7.0.0/16", unit=other)
    with pytest.raises(NotPermitted):
        ranges.allow(administrator(ctx, mine), "10.7.1.0/24", unit=mine)


def test_the_same_range_is_allowed_once_and_again_after_its_withdrawal(ctx):
    unit = make_unit(ctx)
    allowed = ranges.allow(ctx, "10.7.0.0/24", unit=unit)
    with pytest.raises(Conflict, match="withdraw it first"):
        ranges.allow(ctx, "10.7.0.0/24", unit=unit)
    ranges.withdraw(ctx, allowed.id, reason="moved")
    with pytest.raises(Conflict, match="withdrawn already"):
        ranges.withdraw(ctx, allowed.id, reason="moved")
    assert ranges.allow(ctx, "10.7.0.0/24", unit=unit).id != allowed.id


@pytest.mark.parametrize(
    ("cidr", "ports"), [("nonsense", [22]), ("10.0.0.0/8", []), ("10.0.0.0/8", [0])]
)
def test_what_is_no_range_or_port_is_refused(ctx, cidr, ports):
    with pytest.raises(InvalidInput):
        ranges.allow(ctx, cidr, unit=make_unit(ctx), ports=ports)
