"""Rows for tests, made with sensible values; a test names only what it is about."""

from ipaddress import ip_address
from itertools import count

from core.audit import Subject
from core.context import Context
from core.database import Base
from drift.scan_models import Scan
from inventory.candidates.models import Candidate
from inventory.models import Credential, Device, Site
from organization.models import Person, Post, PostHolding, Unit

_n = count(1)


def _save(ctx: Context, row: Base):
    ctx.add(row)
    ctx.record("test.arranged", Subject(type="test", id="0", label="factory"))
    ctx.recorded.clear()
    return row


def make_unit(ctx, *, parent=None, code=None, name="Operations"):
    code = code or f"unit-{next(_n)}"
    return _save(ctx, Unit(parent_id=parent.id if parent else None, code=code, name=name))


def make_person(ctx, *, username=None, name=None):
    username = username or f"person{next(_n)}"
    return _save(ctx, Person(username=username, name=name or username, created_at=ctx.now()))


def make_post(ctx, *, unit, permissions, title=None, holder=None):
    post = _save(
        ctx, Post(unit_id=unit.id, title=title or f"post {next(_n)}", permissions=list(permissions))
    )
    if holder is not None:
        _save(ctx, PostHolding(person_id=holder.id, post_id=post.id, since=ctx.now()))
    return post


def make_site(ctx, *, unit=None, code=None):
    unit = unit or make_unit(ctx)
    code = code or f"site-{next(_n)}"
    return _save(ctx, Site(code=code, name=code.title(), unit_id=unit.id))


def make_credential(ctx, *, unit=None, username="admin", password_ref="env:TRIMTAB_TEST_PASSWORD"):
    unit = unit or make_unit(ctx)
    return _save(
        ctx,
        Credential(
            name=f"login-{next(_n)}", username=username, password_ref=password_ref, unit_id=unit.id
        ),
    )


def make_device(ctx, *, site=None, hostname=None, platform="cisco_ios", driver="netmiko",
                address="127.0.0.2", port=22, credential=None, **values):  # fmt: skip
    site = site or make_site(ctx)
    credential = credential or make_credential(ctx, unit=site.unit)
    return _save(
        ctx,
        Device(
            hostname=hostname or f"device-{next(_n)}", site_id=site.id, platform=platform,
            driver=driver, address=address, port=port, credential_id=credential.id,
            created_at=ctx.now(), **values,
        ),
    )  # fmt: skip


def make_candidate(ctx, *, unit_id=None, **values):
    return _save(
        ctx,
        Candidate(
            **{
                "unit_id": unit_id or make_unit(ctx).id,
                "address": str(ip_address("127.3.0.0") + next(_n)),
                "port": 22, "hostname": f"candidate-{next(_n)}", "platform": "cisco_ios",
                "evidence": "answer", "source": "range", "depth": 0, "banner": "SSH-2.0-test",
                "proposal": {}, "state": "found", "problem": "", "reason": "",
                "first_seen_at": ctx.now(), "last_seen_at": ctx.now(), **values,
            }
        ),
    )  # fmt: skip


def make_scan(ctx, **values):
    """A scan under way that has seen nothing yet."""
    usual = {
        "kind": "scan", "started_by": "tester", "started_at": ctx.now(), "asked": 10, "resting": 0,
        "outcomes": {}, "slowest": [], "failed": [], "cut": {},
    }  # fmt: skip
    return _save(ctx, Scan(**usual | values))
