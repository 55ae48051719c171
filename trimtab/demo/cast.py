"""Who and what the demonstration plays with: an organization, its people, logins and schedules."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.actor import Actor, Origin
from core.context import Context
from core.runtime import Runtime
from core.secrets import write_secret
from inventory.credentials import create_credential
from inventory.models import Credential
from inventory.sites import create_site
from lab import generate
from operations.schedules import create_schedule
from organization.bootstrap import bootstrap
from organization.models import Unit
from organization.people import actor_of, create_person
from organization.permissions import PERMISSIONS
from organization.policies import ClauseText, publish
from organization.posts import assign, create_post
from organization.units import by_code, create_unit

INSTALLER = Actor(name="installer", granted=frozenset(PERMISSIONS))
ORIGIN = Origin(door="cli")

ROLES = {
    "engineer": ("Erin Engineer", "network engineer", "Keeps the network on its baseline."),
    "approver": ("Ada Approver", "approver", "Decides on changes of others."),
    "auditor": ("Olaf Auditor", "auditor", "Reads everything, changes nothing."),
    "operator": ("Oona Operator", "operator", "Handles events around the clock."),
}
SITES = {"site1": "North", "site2": "South"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of the story, by role, with the passwords printed at its end."""

    runtime: Runtime
    actors: dict[str, Actor]
    passwords: dict[str, str]

    @contextmanager
    def acting(self, role: str) -> Iterator[Context]:
        """A unit of work of one of them."""
        with self.runtime.context(self.actors[role], ORIGIN) as ctx:
            yield ctx


def assemble(runtime: Runtime) -> Cast:
    """An organization with two units, four people in posts, a policy and a scan schedule."""
    passwords = {role: secrets.token_urlsafe(9) for role in ("admin", *ROLES)}
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        admin = bootstrap(
            ctx, unit_name="Lab Networks", username="admin", password=passwords["admin"]
        )
        root = by_code(ctx, "root")
        actors = {"admin": actor_of(admin)}
        for role, (name, template, duties) in ROLES.items():
            actors[role] = _hire(ctx, root, role, name, template, duties, passwords[role])
        for code, name in SITES.items():
            unit = create_unit(ctx, code=f"{code}-ops", name=f"{name} Operations",
                               parent_code="root")  # fmt: skip
            create_site(ctx, code=code, name=name, unit=unit)
        _policy(ctx, root)
        create_schedule(ctx, name="scan everything", job="drift.scan", trigger="every 15m")
    return Cast(runtime=runtime, actors=actors, passwords=passwords)


def lab_login(ctx: Context) -> Credential:
    """The lab's login; its secrets go into the encrypted store."""
    return create_credential(
        ctx, name="lab", username="admin",
        password_ref=write_secret(ctx, "lab-login", generate.PASSWORD),
        enable_ref=write_secret(ctx, "lab-enable", generate.ENABLE),
        key_ref=None, unit=by_code(ctx, "root"),
    )  # fmt: skip


def _hire(
    ctx: Context, unit: Unit, username: str, name: str, template: str, duties: str, password: str
) -> Actor:
    person = create_person(ctx, username=username, name=name, password=password)
    post = create_post(
        ctx, unit=unit, title=template.capitalize(), template=template, duties=duties
    )
    assign(ctx, post=post, person=person)
    return actor_of(person)


def _policy(ctx: Context, unit: Unit) -> None:
    publish(
        ctx, code="NET-01", title="Configuration of network devices", unit=unit,
        body="Devices run their approved configuration and nothing else.",
        clauses=[
            ClauseText(number="1", text="Every change is approved by a second person."),
            ClauseText(number="2", text="Unapproved differences are corrected or accepted."),
        ],
    )  # fmt: skip
