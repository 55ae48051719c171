"""Posts made from a template: they get what comes to it, and nothing is taken from them."""

import pytest

from core.audit import AuditRecord
from core.errors import InvalidInput, NotPermitted
from organization import posts
from organization.permissions import POST_TEMPLATES
from organization.posts import create_post, follow_templates
from tests.factories import make_post


@pytest.fixture
def more(monkeypatch):
    """Let a template allow more, as a later version does."""

    def allow(template, *permissions):
        now = {**POST_TEMPLATES, template: (*POST_TEMPLATES[template], *permissions)}
        monkeypatch.setattr(posts, "POST_TEMPLATES", now)

    return allow


def records(ctx, action):
    rows = ctx.session.query(AuditRecord).filter_by(action=action).order_by(AuditRecord.id)
    return [one.facts for one in rows]


def test_a_post_from_a_template_keeps_its_name(ctx, administrator, tree):
    post = create_post(
        administrator, unit=tree[1], title="Watch", template="operator", permissions=["audit.read"]
    )
    assert post.template == "operator"
    assert set(post.permissions) == {*POST_TEMPLATES["operator"], "audit.read"}
    assert records(ctx, "post.created")[-1]["template"] == "operator"


def test_what_comes_to_a_template_comes_to_its_posts_with_a_record(ctx, administrator, tree, more):
    made = {"unit": tree[1], "template": "operator"}
    post = create_post(administrator, title="Watch", permissions=["audit.read"], **made)
    own = make_post(ctx, unit=tree[1], permissions=POST_TEMPLATES["operator"], title="Own")
    more("operator", "token.write", "person.erase")
    assert follow_templates(administrator) == {post: ["person.erase", "token.write"]}
    assert set(post.permissions) == {
        *POST_TEMPLATES["operator"], "audit.read", "token.write", "person.erase",
    }  # fmt: skip
    assert set(own.permissions) == set(POST_TEMPLATES["operator"])
    assert records(ctx, "post.extended") == [
        {
            "unit": "north", "template": "operator",
            "permissions": ["person.erase", "token.write"],
        }
    ]  # fmt: skip


def test_a_post_that_has_it_all_is_left_alone(administrator, tree):
    create_post(administrator, unit=tree[1], title="Watch", template="operator")
    assert follow_templates(administrator) == {}
    assert administrator.recorded == ["post.created"]


def test_what_a_template_allows_no_more_stays_with_its_posts(administrator, tree, monkeypatch):
    post = create_post(administrator, unit=tree[1], title="Watch", template="operator")
    less = {**POST_TEMPLATES, "operator": ("device.read",)}
    monkeypatch.setattr(posts, "POST_TEMPLATES", less)
    assert follow_templates(administrator) == {}
    assert set(post.permissions) == set(POST_TEMPLATES["operator"])


def test_posts_elsewhere_are_extended_by_who_administers_them_only(ctx, administrator, tree):
    elsewhere = make_post(ctx, unit=tree[2], permissions=["event.read"])
    elsewhere.template = "operator"
    with pytest.raises(NotPermitted):
        follow_templates(administrator)


def test_a_template_that_is_none_and_a_post_without_permissions_are_refused(administrator, tree):
    with pytest.raises(InvalidInput, match="No template 'king'; there are administrator, "):
        create_post(administrator, unit=tree[1], title="King", template="king")
    with pytest.raises(InvalidInput, match="name a template, or permissions"):
        create_post(administrator, unit=tree[1], title="Nobody")
