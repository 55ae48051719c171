"""Policies, their versions, and clauses that rules watch."""

import pytest

from core.errors import InvalidInput, NotFound, NotPermitted
from organization.policies import ClauseText, clauses_of_rule, current, publish, versions
from tests.acting import acting
from tests.factories import make_person

SSH = ClauseText(number="1", text="Devices are reached by SSH only.", rules=("no-telnet",))
TIME = ClauseText(number="2", text="Clocks are set by NTP.", rules=("ntp", "no-telnet"))


@pytest.fixture
def access(ctx, tree):
    def put(*clauses, unit=tree[1], title="Access", by=ctx):
        return publish(by, code="P-1", title=title, unit=unit, body="Text.", clauses=clauses)

    return put


def test_a_policy_is_published_with_its_clauses(ctx, access):
    version = access(SSH, TIME)
    assert (version.version, version.body, version.published_at) == (1, "Text.", ctx.now())
    assert (version.policy.label, version.published_by_id) == ("P-1", ctx.person.person_id)
    assert [(one.number, one.rules) for one in version.clauses] == [
        ("1", ["no-telnet"]), ("2", ["ntp", "no-telnet"]),
    ]  # fmt: skip
    assert ctx.recorded == ["policy.published"]


def test_the_next_version_replaces_the_last_and_all_stay_readable(ctx, access):
    first, second = access(SSH), access(TIME, title="Access and time")
    assert (versions(ctx, "P-1"), current(ctx)) == ([second, first], [second])
    assert (second.version, second.policy.title) == (2, "Access and time")
    assert [one.text for one in first.clauses] == [SSH.text]


def test_a_rule_is_tied_to_the_clauses_in_force_only(ctx, access):
    access(SSH, TIME)
    assert [one.number for one in clauses_of_rule(ctx, "no-telnet")] == ["1", "2"]
    access(SSH)
    assert [one.number for one in clauses_of_rule(ctx, "no-telnet")] == ["1"]
    assert clauses_of_rule(ctx, "ntp") == []


def test_policies_are_listed_by_code(ctx, access, tree):
    first = access(SSH)
    earlier = publish(ctx, code="A-9", title="Names", unit=tree[0], body="Text.", clauses=())
    assert current(ctx) == [earlier, first]


@pytest.mark.parametrize("missing", ["code", "title", "body"])
def test_a_policy_needs_a_code_a_title_and_a_text(ctx, tree, missing):
    told = {"code": "P-1", "title": "Access", "body": "Text."} | {missing: " "}
    with pytest.raises(InvalidInput, match="needs a code, a title and a text"):
        publish(ctx, unit=tree[1], clauses=(), **told)


def test_a_number_is_given_to_one_clause(ctx, access):
    with pytest.raises(InvalidInput, match="numbers a clause twice"):
        access(SSH, SSH)
    assert (ctx.recorded, current(ctx)) == ([], [])


def test_policies_are_published_in_ones_jurisdiction_only(ctx, access, administrator, tree):
    access(SSH, unit=tree[3], by=administrator)
    with pytest.raises(NotPermitted, match=r"policy\.write on south"):
        publish(administrator, code="P-2", title="T", unit=tree[2], body="B", clauses=())
    publish(ctx, code="P-3", title="T", unit=tree[2], body="B", clauses=())
    with pytest.raises(NotPermitted, match=r"policy\.write on P-3"):  # not to be taken over
        publish(administrator, code="P-3", title="T", unit=tree[1], body="B", clauses=())


def test_an_unknown_policy_has_no_versions(ctx, tree):
    assert tree
    with pytest.raises(NotFound, match="no policy P-9"):
        versions(ctx, "P-9")


def test_policies_are_read_by_who_may(ctx, access):
    access(SSH)
    stranger = acting(ctx, make_person(ctx))
    for read in (current, lambda one: versions(one, "P-1"), lambda one: clauses_of_rule(one, "x")):
        with pytest.raises(NotPermitted):
            read(stranger)
