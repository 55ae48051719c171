"""A login is replaced only where nobody can be locked out: what is refused, and why."""

import pytest

from changes.errors import NoSafeCommands, NothingToDo, SharedLogin
from changes.logins.planning import Wish
from changes.logins.requesting import request_login_rotation
from changes.logins.secrets import login_told
from changes.requests import Wanted, plan_of
from changes.sealed import unsealed_for
from core.errors import Conflict, InvalidInput, NotPermitted
from core.secrets import SecretUnavailable, installation_key, write_secret
from inventory import originals, snapshots
from inventory.candidates.models import DiscoveryRange
from inventory.models import Credential, Device
from inventory.redaction import redact
from operations import queue_roles, queues
from tests.changes.office import plain_risk
from tests.factories import make_credential

NEW = "n3w-Secr3t!"
LINE = "username admin privilege 15 secret 9 $9$saltsaltsalt..$" + "x" * 43


def row(ctx, office, name="r1"):
    return ctx.get(Device, office.ids[name])


def shows(office, line, name="r1"):
    """The device showed this line, and its original is kept."""
    with office.acting("arranger") as ctx:
        device = row(ctx, office, name)
        text = f"hostname {device.hostname}\n{line}\n"
        shown = redact(text, platform=device.platform, key=installation_key(ctx, "redaction"))
        stored = snapshots.store(ctx, device, source="running", doubts=(), facts={}, text=shown)
        originals.keep(ctx, device, digest=stored.snapshot.digest, text=text)
        ctx.record("test.collected", device)


@pytest.fixture
def ready(office):
    """An office whose r1 shows a login that can be replaced, with the new secret beside it."""
    with office.acting("arranger") as ctx:
        write_secret(ctx, "fresh", NEW)
    shows(office, LINE)
    return office


def alter(office, name="r1", **values):
    with office.acting("arranger") as ctx:
        device = row(ctx, office, name)
        for key, value in values.items():
            setattr(device, key, value)
        ctx.record("test.arranged", device)


def asked(office, *names, by="engineer", reference="db:fresh", credential=""):
    with office.acting(by) as ctx, plain_risk():
        return request_login_rotation(
            ctx, [office.ids[one] for one in names or ("r1",)],
            Wanted(title="New login", reason="yearly"),
            Wish(reference=reference, credential=credential),
        )  # fmt: skip


def test_the_plan_has_the_line_with_both_secrets_by_their_marks(ready):
    plan = plan_of(asked(ready))
    [target] = plan.targets
    told = login_told(target)
    assert (plan.playbook, plan.way_back, told.reference, told.former) == (
        "rotate_login", "restore", "db:fresh", "env:TRIMTAB_TEST_PASSWORD",
    )  # fmt: skip
    assert target.lines == (f"username admin privilege 15 secret 9 {told.hashed}",)
    assert target.rollback == (told.back,)
    assert told.back.startswith("username admin privilege 15 secret 9 <secret:")


def test_the_same_password_is_hashed_alike_each_time_and_otherwise_on_each_device(ready):
    shows(ready, LINE, "r2")
    marks = [
        login_told(target).hashed
        for change in (asked(ready, "r1", "r2"), asked(ready, "r1"))
        for target in plan_of(change).targets
    ]
    assert (marks[0] == marks[2], marks[0] == marks[1]) == (True, False)


def test_a_password_that_the_device_has_already_is_nothing_to_do(ready):
    with ready.acting("arranger") as ctx:
        write_secret(ctx, "copy", NEW)
    hashed = made_by(ready, "db:copy")
    shows(ready, f"username admin privilege 15 secret 9 {hashed}")
    with pytest.raises(NothingToDo, match="already"):
        asked(ready, reference="db:copy")


def made_by(office, reference):
    """The hash that a plan of this reference would type."""
    [target] = plan_of(asked(office, reference=reference)).targets
    with office.acting("arranger") as ctx:
        return unsealed_for(ctx, target)[login_told(target).hashed]


@pytest.mark.parametrize(("values", "error", "what"), [
    ({"driver": "napalm"}, NoSafeCommands, "driver napalm"),
    ({"platform": "frr", "driver": "frr"}, NoSafeCommands, "does not know how"),
    ({"state": "maintenance"}, Conflict, "only active devices"),
])  # fmt: skip
def test_a_device_whose_login_cannot_be_replaced_safely_is_refused(ready, values, error, what):
    alter(ready, **values)
    with pytest.raises(error, match=what):
        asked(ready)


@pytest.mark.parametrize("line", [
    "username admin privilege 15 secret 5 $1$abcd$efgh", "username other secret 9 $9$a$b",
    "aaa authentication login default group tacacs+",
])  # fmt: skip
def test_a_user_whose_line_trimtab_cannot_make_is_refused(ready, line):
    shows(ready, line)
    with pytest.raises(NoSafeCommands, match="no line of the user admin"):
        asked(ready)


@pytest.mark.parametrize(("reference", "error", "what"), [
    ("env:HOME", InvalidInput, "the machine where Trimtab runs"),
    ("env:TRIMTAB_TEST_PASSWORD", InvalidInput, "the machine where Trimtab runs"),
    ("db:nowhere", SecretUnavailable, "no secret nowhere"),
])  # fmt: skip
def test_a_reference_that_cannot_be_the_new_one_is_refused(ready, reference, error, what):
    with pytest.raises(error, match=what):
        asked(ready, reference=reference)


def test_the_reference_that_is_in_force_is_refused(ready):
    alter(ready, own_login={"reference": "db:fresh"})
    with pytest.raises(InvalidInput, match="under another name"):
        asked(ready)


def test_a_key_is_not_replaced(ready):
    with ready.acting("arranger") as ctx:
        login = row(ctx, ready).credential
        login.key_ref = "env:KEY"
        ctx.record("test.arranged", login)
    with pytest.raises(InvalidInput, match="signs in with a key"):
        asked(ready)


def share(office, *names):
    """These devices have the login of r1."""
    with office.acting("arranger") as ctx:
        for name in names:
            row(ctx, office, name).credential_id = row(ctx, office).credential_id
        ctx.record("test.arranged", row(ctx, office))


def test_other_devices_of_the_login_are_named(ready):
    share(ready, "r2", "r3")
    with pytest.raises(SharedLogin, match=f"{ready.name('r2')}, {ready.name('r3')}"):
        asked(ready)


def test_devices_that_are_retired_or_have_the_new_password_already_share_nothing(ready):
    share(ready, "r2", "r3")
    alter(ready, "r2", state="retired")
    alter(ready, "r3", own_login={"reference": "db:fresh"})
    assert asked(ready).state == "proposed"


def test_a_discovery_range_and_a_jump_host_of_the_login_are_named(ready):
    with ready.acting("arranger") as ctx:
        device = row(ctx, ready)
        ctx.add(DiscoveryRange(
            cidr=f"10.{device.id % 250}.7.0/24", unit_id=device.governing_unit_id, ports=[22],
            credential_id=device.credential_id, allowed_at=ctx.now(),
            allowed_by_id=ready.people["engineer"].person_id,
        ))  # fmt: skip
        row(ctx, ready, "r2").options = {"jump": {
            "host": "192.0.2.9", "credential": device.credential.name,
            "host_key": "ssh-ed25519 AAAA",
        }}  # fmt: skip
        ctx.record("test.arranged", device)
    with pytest.raises(SharedLogin, match=r"discovery range .*, the jump host 192\.0\.2\.9 of r2"):
        asked(ready)


def test_with_a_credential_of_their_own_devices_share_nothing(ready):
    share(ready, "r2")
    name = f"own-{ready.ids['r1']}"
    [target] = plan_of(asked(ready, credential=name)).targets
    assert login_told(target).credential == name


def test_the_name_of_another_credential_is_taken(ready):
    with ready.acting("arranger") as ctx:
        name = make_credential(ctx, unit=row(ctx, ready).site.unit).name
    with pytest.raises(Conflict, match="of another user, unit or password"):
        asked(ready, credential=name)


def test_a_credential_that_a_change_before_began_to_make_is_gone_on_with(ready):
    with ready.acting("arranger") as ctx:
        made = make_credential(ctx, unit=row(ctx, ready).site.unit, password_ref="db:fresh")
    assert asked(ready, credential=made.name).state == "proposed"


def test_devices_of_several_logins_get_no_common_credential(ready):
    shows(ready, LINE, "r2")
    with pytest.raises(InvalidInput, match="different logins"):
        asked(ready, "r1", "r2", credential="one-for-two")


def test_devices_of_a_far_queue_are_left_to_people(ready):
    with ready.acting("arranger") as ctx:
        unit = row(ctx, ready).site.unit
        queue = queues.create_queue(ctx, name=f"far-{unit.id}", unit=unit, if_away="wait")
    with pytest.raises(InvalidInput, match="far queue"):
        asked(ready)
    with ready.acting("arranger") as ctx:
        queue_roles.remove_queue(ctx, queues.get_queue(ctx, queue.id))


def test_who_may_not_request_replaces_no_login(ready):
    with pytest.raises(NotPermitted):
        asked(ready, by="approver")


def test_a_login_is_asked_for_over_rest(ready, rest):
    body = {
        "device_ids": [ready.ids["r1"]], "reference": "db:fresh", "title": "New",
        "reason": "yearly",
    }  # fmt: skip
    made = rest("engineer", "post", "/login-rotations", json=body)
    assert (made.status_code, made.json()["plan"]["playbook"]) == (201, "rotate_login")
    share(ready, "r2")
    refused = rest("engineer", "post", "/login-rotations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "login_shared")


def test_the_credential_itself_says_nothing_of_a_change_under_way(ready):
    asked(ready)
    with ready.acting("arranger") as ctx:
        login = ctx.get(Credential, row(ctx, ready).credential_id)
        assert login.password_ref == "env:TRIMTAB_TEST_PASSWORD"
