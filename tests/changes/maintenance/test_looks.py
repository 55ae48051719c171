"""What the kinds of maintenance see: unsaved configurations, logins, backups, certificates."""

from datetime import UTC, datetime, timedelta

import pytest

from changes.errors import NothingToDo
from changes.maintenance import passwords
from changes.maintenance.backups import Replay
from core.errors import InvalidInput, NotPermitted
from core.secrets import write_secret
from inventory import originals, snapshots
from inventory.models import Credential, Device
from inventory.original_models import Original
from inventory.report_models import DeviceReport
from organization.permissions import PERMISSIONS
from tests.changes.maintenance.conftest import tls_server
from tests.factories import make_device


def report(office, hostname, *, saved):
    with office.acting("arranger") as ctx:
        row = DeviceReport(
            device_id=office.ids[hostname], saved=saved, uptime=1, interfaces=[], items=[],
            seen_at=ctx.now(),
        )  # fmt: skip
        ctx.session.merge(row)
        ctx.record("test.arranged", ctx.get(Device, office.ids[hostname]))


@pytest.mark.parametrize(
    ("saved", "outcome"), [(True, "passed"), (False, "attention"), (None, "passed")]
)
def test_an_unsaved_configuration_needs_attention(office, upkeep, saved, outcome):
    report(office, "r1", saved=saved)
    assert upkeep.found("unsaved", "r1")[0] == outcome


def test_a_device_that_told_nothing_fails(upkeep):
    assert upkeep.found("unsaved", "r1") == ("failed", "It was never collected completely.")


def test_what_was_found_is_kept_and_told_by_events(office, upkeep):
    report(office, "r1", saved=False)
    report(office, "r2", saved=True)
    plan = upkeep.planned("unsaved", "r1", "r2")
    upkeep.run(plan)
    assert [outcome for _, outcome in upkeep.kept(plan)] == ["attention", "passed"]
    assert upkeep.events(plan) == [("minor", "open", 1)]


def test_the_same_again_is_the_same_event_and_what_is_mended_closes_it(office, upkeep):
    report(office, "r1", saved=False)
    plan = upkeep.planned("unsaved", "r1")
    upkeep.run(plan)
    upkeep.run(plan)
    twice = upkeep.events(plan)
    report(office, "r1", saved=True)
    upkeep.run(plan)
    assert (twice, upkeep.events(plan)) == ([("minor", "open", 2)], [("minor", "closed", 2)])


def test_without_names_a_plan_reaches_all_active_devices_of_its_unit(office, upkeep):
    with office.acting("arranger") as ctx:
        ctx.get(Device, office.ids["r3"]).state = "maintenance"
        ctx.record("test.arranged", ctx.get(Device, office.ids["r3"]))
    seen = upkeep.run(upkeep.planned("unsaved"))
    assert [one.device_id for one in seen] == [office.ids["r1"], office.ids["r2"]]


def test_a_plan_that_reaches_nothing_says_so(office, upkeep):
    plan = upkeep.planned("unsaved", "r1")
    with office.acting("arranger") as ctx:
        ctx.get(Device, office.ids["r1"]).state = "retired"
        ctx.record("test.arranged", ctx.get(Device, office.ids["r1"]))
    with pytest.raises(NothingToDo, match="reaches no active device"):
        upkeep.run(plan)


def test_who_may_not_write_maintenance_runs_no_plan(upkeep):
    plan = upkeep.planned("unsaved", "r1")
    with pytest.raises(NotPermitted):
        upkeep.run(plan, by="auditor")


def login_of(office, ctx):
    return ctx.get(Credential, ctx.get(Device, office.ids["r1"]).credential_id)


def test_a_login_of_unknown_age_needs_attention(upkeep):
    outcome, detail = upkeep.found("passwords", "r1")
    assert (outcome, detail.startswith("Nobody knows")) == ("attention", True)


@pytest.mark.parametrize(("age", "outcome"), [(0, "passed"), (29, "passed"), (30, "attention")])
def test_a_password_is_due_after_its_days(office, upkeep, age, outcome):
    with office.acting("arranger") as ctx:
        passwords.state_rotation(ctx, login_of(office, ctx), note="by hand")
    office.clock.forward(days=age)
    assert upkeep.found("passwords", "r1", days=30)[0] == outcome


def test_a_secret_that_was_written_again_is_young(office, upkeep):
    with office.acting("arranger") as ctx:
        passwords.state_rotation(ctx, login_of(office, ctx), note="by hand")
    office.clock.forward(days=200)
    before = upkeep.found("passwords", "r1")[0]
    with office.acting("arranger") as ctx:
        login = login_of(office, ctx)
        login.password_ref = write_secret(ctx, f"of {login.name}", "never told")
        ctx.record("test.arranged", login)
    assert (before, upkeep.found("passwords", "r1")[0]) == ("attention", "passed")


def test_a_file_that_was_written_again_is_young(office, upkeep, tmp_path):
    file = tmp_path / "password"
    file.write_text("never told")
    with office.acting("arranger") as ctx:
        login = login_of(office, ctx)
        login.password_ref = f"file:{file}"
        ctx.record("test.arranged", login)
    assert upkeep.found("passwords", "r1")[0] == "passed"


def test_a_rotation_is_stated_with_a_note_by_who_may(office):
    with office.acting("arranger") as ctx, pytest.raises(InvalidInput, match="Say where"):
        passwords.state_rotation(ctx, login_of(office, ctx), note=" ")
    with office.acting("operator") as ctx, pytest.raises(NotPermitted):
        passwords.state_rotation(ctx, login_of(office, ctx), note="by hand")
    assert "credential.write" in PERMISSIONS


def test_a_backup_is_restored_and_compared(upkeep):
    outcome, detail = upkeep.found("backup", "r1")
    assert (outcome, detail.split(" was ")[1]) == (
        "passed", "restored (replay); its digest fits, and it holds no secret.",
    )  # fmt: skip


def test_a_device_without_a_capture_has_no_backup(office, upkeep):
    with office.acting("arranger") as ctx:
        site = ctx.get(Device, office.ids["r1"]).site
        office.ids["new"] = make_device(ctx, site=site, hostname=f"new-{site.code}").id
    outcome, detail = upkeep.found("backup", "new")
    assert (outcome, detail.startswith("There is no backup")) == ("failed", True)


def test_a_backup_that_comes_out_differently_fails(upkeep):
    class Another(Replay):
        def restored(self, *_, **__):
            return "hostname another\n"

    [seen] = upkeep.run(upkeep.planned("backup", "r1"), target=Another())
    assert (seen.outcome, "comes out differently at" in seen.detail) == ("failed", True)


def test_an_old_backup_needs_attention(office, upkeep):
    plan = upkeep.planned("backup", "r1", days=2)
    office.clock.forward(days=3)
    [seen] = upkeep.run(plan)
    assert seen.outcome == "attention"


def with_original(office):
    """The last capture of r1 keeps an original beside it, as one with secrets does."""
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        shown = snapshots.latest(ctx, device.id)
        text = snapshots.text_of(ctx, shown.digest)
        originals.keep(ctx, device, digest=shown.digest, text=text)
        ctx.record("test.arranged", device)


def test_an_encrypted_original_is_decrypted_and_compared(office, upkeep):
    with_original(office)
    outcome, detail = upkeep.found("backup", "r1")
    assert (outcome, detail.endswith("the decrypted original fits its digest.")) == ("passed", True)


def test_an_altered_original_fails(office, upkeep):
    with_original(office)
    with office.acting("arranger") as ctx:
        row = ctx.session.query(Original).filter_by(device_id=office.ids["r1"]).one()
        row.ciphertext = bytes(reversed(row.ciphertext))
        ctx.record("test.arranged", ctx.get(Device, office.ids["r1"]))
    outcome, detail = upkeep.found("backup", "r1")
    assert (outcome, "does not open" in detail) == ("failed", True)


@pytest.mark.parametrize(
    ("days", "outcome", "words"),
    [
        (100, "passed", "100 days are left: CN=core-1"),
        (20, "attention", "20 days are left"),
        (3, "failed", "3 days are left"),
        (1, "failed", "1 day is left"),
        (-1, "failed", "It is out of date: CN=core-1"),
    ],
)
def test_a_certificate_is_judged_by_the_days_that_are_left(
    office, upkeep, tmp_path, days, outcome, words
):  # fmt: skip
    with tls_server(tmp_path, until=office.clock() + timedelta(days=days, hours=1)) as port:
        found = upkeep.found("certificates", endpoints=[f"127.0.0.1:{port}"])
    assert (found[0], words in found[1]) == (outcome, True)


def test_a_server_that_does_not_answer_fails(upkeep):
    outcome, detail = upkeep.found("certificates", endpoints=["127.0.0.1:1"])
    assert (outcome, detail.startswith("It shows no certificate")) == ("failed", True)


def test_the_certificate_of_a_device_is_its_own(office, upkeep, tmp_path):
    with tls_server(tmp_path, until=datetime.now(UTC) + timedelta(days=100)) as port:
        with office.acting("arranger") as ctx:
            ctx.get(Device, office.ids["r1"]).address = "127.0.0.1"
            ctx.record("test.arranged", ctx.get(Device, office.ids["r1"]))
        [seen] = upkeep.run(upkeep.planned("certificates", "r1", device_port=port))
    assert (seen.outcome, seen.device_id) == ("passed", office.ids["r1"])
