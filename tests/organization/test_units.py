"""Units in a tree."""

import pytest

from core.errors import Conflict, InvalidInput, NotPermitted
from organization.permissions import POST_TEMPLATES
from organization.units import by_code, create_unit, list_units
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit


def test_a_unit_is_made_below_another_one(administrator, tree):
    unit = create_unit(administrator, code="quay", name="Quay", parent_code="harbour")
    assert (unit.parent_id, unit.label, unit.governing_unit_id) == (tree[3].id, "quay", unit.id)
    assert administrator.recorded == ["unit.created"]


@pytest.mark.parametrize("parent", ["south", "top", None])
def test_units_are_made_only_below_what_one_administers(administrator, parent):
    with pytest.raises(NotPermitted, match=r"organization\.write on"):
        create_unit(administrator, code="x", name="X", parent_code=parent)
    assert administrator.recorded == []


def test_a_new_root_is_made_by_who_administers_a_root(ctx, tree):
    person = make_person(ctx)
    make_post(ctx, unit=tree[0], permissions=["organization.write"], holder=person)
    assert create_unit(acting(ctx, person), code="x", name="X").parent_id is None


def test_a_code_is_given_once(ctx, tree):
    assert tree
    with pytest.raises(Conflict, match="unit north already"):
        create_unit(ctx, code="north", name="North")


@pytest.mark.parametrize(("code", "name"), [("", "X"), (" x", "X"), ("x ", "X"), ("x", " ")])
def test_a_unit_needs_a_code_and_a_name(ctx, code, name):
    with pytest.raises(InvalidInput, match="needs a name and a code"):
        create_unit(ctx, code=code, name=name)


def test_an_unknown_parent_is_told(ctx):
    with pytest.raises(InvalidInput, match="no unit nowhere"):
        create_unit(ctx, code="x", name="X", parent_code="nowhere")


def test_one_sees_the_units_of_ones_jurisdiction_by_code(administrator, ctx, tree):
    assert [unit.code for unit in list_units(administrator)] == ["harbour", "north"]
    assert list_units(acting(ctx, make_person(ctx))) == []
    assert by_code(ctx, "south") is tree[2]


def test_a_jurisdiction_reaches_down_any_number_of_units_and_never_up_or_aside(ctx, tree):
    deep = tree[3]
    for _ in range(5):
        deep = make_unit(ctx, parent=deep)
    person = make_person(ctx)
    make_post(ctx, unit=tree[1], permissions=POST_TEMPLATES["auditor"], holder=person)
    seen = acting(ctx, person).units("audit.read")
    assert {tree[1].id, tree[3].id, deep.id} <= seen
    assert not seen & {tree[0].id, tree[2].id}
