"""`trimtab change` from the request to its end, each command by whom it belongs to."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from changes import claims
from changes.execution import EXECUTOR
from core.context import utc_now
from inventory import snapshots
from inventory.devices import add_device
from inventory.models import Device
from lab import generate
from lab.network import Lab
from organization.models import Unit
from tests.drift.noise_rows import written_by_hand
from tests.factories import make_credential
from tests.trimtab.conftest import SHOWN, acting, requested


def approved(staff, *more):
    change = requested(staff, *more)
    return staff.as_("ada").json(
        ["change", "approve", str(change["id"]), "--digest", change["digest"], "--note", "right"]
    )


def begun(staff, runtime):
    change = approved(staff)
    with acting(runtime, EXECUTOR) as ctx:
        held = claims.claim(ctx, change["id"], worker="w1")
        assert claims.begin(ctx, held)
    return change, held


def test_a_new_change_tells_its_plan_and_digest(staff):
    change = requested(staff)
    assert (change["state"], change["devices"], change["requested_by"]) == ("proposed", 1, "erin")
    assert change["plan"]["targets"][0]["rollback"] == [
        "interface Loopback0", " description router id",
    ]  # fmt: skip
    assert staff.json(f"change show {change['id']}") == change
    shown = staff(f"change show {change['id']}").stdout
    assert change["digest"] in shown
    assert " description by request" in shown
    assert "does not go back by itself" in shown


def test_a_change_tells_its_risk_with_reasons_its_playbook_and_its_way_back(staff):
    change = requested(staff)
    risk = change["plan"]["risk"]
    shown = staff(f"change show {change['id']}").stdout
    for told in (
        f"risk {risk['level']}, {risk['score']} points", risk["reasons"][0]["words"],
        "playbook correct_drift, way back restore", "waves of 1 device",
        "  way back:\n    interface Loopback0\n     description router id\n",
    ):  # fmt: skip
        assert told in shown


def test_a_new_change_takes_checks_by_name_and_tells_of_them(staff):
    change = requested(staff, "--check", "reachability", "--check", "interface_errors")
    assert [one["name"] for one in change["plan"]["checks"]] == ["reachability", "interface_errors"]
    assert "check reachability, before and after each wave" in staff(
        f"change show {change['id']}"
    ).stdout  # fmt: skip
    assert "checks" not in requested(staff, "--check", "none")["plan"]


def test_a_login_is_replaced_only_where_its_line_is_known(staff):
    refused = staff.as_("erin")(
        ["change", "rotate-login", "r1", "--reference", "file:/etc/hostname", "--title", "New",
         "--reason", "yearly"]
    )  # fmt: skip
    told = " ".join(refused.stderr.split())
    assert (refused.exit_code, "rotate with db:NAME or one of a vault" in told) == (2, True)


def test_a_check_that_there_is_not_is_refused_with_those_that_there_are(staff):
    refused = staff.as_("erin")(
        "change new --title t --reason r --device r1 --lines lines --check health"
    )
    assert refused.exit_code != 0
    assert "no check 'health'; there are: neighbours_up" in " ".join(refused.output.split())


def test_a_change_tells_what_it_leaves_out_as_noise(staff, beside):
    with acting(beside) as ctx:
        device = ctx.session.scalars(select(Device)).one()
        written_by_hand(ctx, device, r"platform\ epoch\ \d+")
    shown = staff.as_("erin")(f"change show {requested(staff)['id']}").stdout
    assert r"left out as noise: platform\ epoch\ \d+" in shown


def test_an_approver_decides_on_the_digest(staff):
    assert approved(staff)["state"] == "approved"


def test_another_digest_is_a_conflict(staff):
    change = requested(staff)
    done = staff.as_("ada")(f"change approve {change['id']} --digest {'0' * 64}")
    assert (done.exit_code, "stale_digest" in done.stderr) == (5, True)


def test_a_second_vote_is_a_conflict(staff):
    change = approved(staff)
    done = staff(f"change approve {change['id']} --digest {'0' * 64}")
    assert (done.exit_code, "already_decided" in done.stderr) == (5, True)


def test_the_requester_does_not_approve(staff):
    change = requested(staff)
    done = staff(f"change approve {change['id']} --digest {change['digest']}")
    assert (done.exit_code, "not_permitted" in done.stderr) == (3, True)


def test_a_rejected_change_is_over(staff):
    change = requested(staff)
    told = staff.as_("ada").json(
        ["change", "reject", str(change["id"]), "--digest", change["digest"], "--note", "no"]
    )
    assert (told["state"], told["outcome"]) == ("rejected", "no")


def test_an_approval_is_taken_back(staff):
    change = approved(staff)
    told = staff.json(["change", "withdraw", str(change["id"]), "--note", "wait"])
    assert told["state"] == "proposed"


def test_a_renewed_plan_has_another_digest(staff):
    change = requested(staff)
    told = staff.json(f"change renew {change['id']}")
    assert (told["plan"]["revision"], told["digest"] == change["digest"]) == (2, False)


def test_a_change_gets_another_window(staff):
    change = requested(staff)
    start = utc_now().replace(microsecond=0, tzinfo=None) + timedelta(days=2)
    told = staff.json(
        ["change", "schedule", str(change["id"]), "--start", start.isoformat(),
         "--end", (start + timedelta(hours=1)).isoformat()]
    )  # fmt: skip
    assert told["window_end"] > told["window_start"] > utc_now().isoformat()


def test_half_a_window_is_a_wrong_input(staff):
    done = staff.as_("erin")(
        ["change", "new", "--title", "t", "--reason", "r", "--device", "r1", "--lines", "lines",
         "--start", "2030-01-01"]
    )  # fmt: skip
    assert (done.exit_code, "both --start and --end" in done.stderr) == (2, True)


def test_a_change_is_cancelled(staff):
    change = requested(staff)
    told = staff.json(["change", "cancel", str(change["id"]), "--note", "not needed"])
    assert (told["state"], told["outcome"]) == ("cancelled", "not needed")


def test_an_approved_change_is_run_by_the_engineer(staff):
    change = approved(staff)
    assert staff(f"change run {change['id']}").exit_code == 3
    assert staff.as_("erin").json(f"change run {change['id']}")["state"] == "approved"


def test_what_is_not_approved_is_not_run(staff):
    change = requested(staff)
    done = staff(f"change run {change['id']}")
    assert (done.exit_code, "wrong_state" in done.stderr) == (5, True)


def test_a_change_that_has_not_begun_is_stopped_by_the_operator(staff):
    change = approved(staff)
    told = staff.as_("oona").json(["change", "stop", str(change["id"]), "--note", "alarm"])
    assert told["state"] == "cancelled"


def test_undoing_a_change_is_another_change(staff, beside):
    change, held = begun(staff, beside)
    with acting(beside) as ctx:
        claims.finish(ctx, held, claims.State.SUCCEEDED, outcome="done")
        device = ctx.session.scalars(select(Device)).one()
        after = SHOWN.replace("router id", "by request")
        snapshots.store(ctx, device, source="running", text=after, doubts=(), facts={})
    told = staff.as_("erin").json(["change", "rollback", str(change["id"]), "--reason", "worse"])
    assert (told["state"], told["title"]) == ("proposed", f"Roll back C{change['id']}: Describe")


def test_an_interrupted_change_is_decided_with_a_note(staff, beside):
    change, held = begun(staff, beside)
    with acting(beside) as ctx:
        claims.finish(ctx, held, claims.State.INTERRUPTED, outcome="went silent.")
    told = staff.as_("oona").json(
        ["change", "resolve", str(change["id"]), "--state", "failed", "--note", "looked at it"]
    )
    assert (told["state"], told["outcome"]) == ("failed", "went silent. Decided: looked at it")


def test_the_log_of_a_change_that_did_not_run_is_empty(staff):
    assert staff.json(f"change log {requested(staff)['id']}") == []


NOBODYS = (
    "show 99", "preview 99", "renew 99", "run 99", "log 99", "stop 99 --note x",
    "cancel 99 --note x", "withdraw 99 --note x", "rollback 99 --reason x",
    "resolve 99 --state failed --note x", "approve 99 --digest x", "reject 99 --digest x --note x",
    "schedule 99 --start 2040-01-01 --end 2040-01-02",
)  # fmt: skip


def test_every_command_says_that_a_change_is_not_there(staff):
    staff.as_("erin")
    assert {command: staff(f"change {command}").exit_code for command in NOBODYS} == dict.fromkeys(
        NOBODYS, 4
    )


def test_requests_that_make_no_sense_are_wrong_inputs(staff):
    staff.as_("erin")
    new = ["change", "new", "--title", "t", "--reason", "r"]
    for more in (
        ["--device", "r1"], ["--device", "r1", "--finding", "1"], [],
        ["--device", "r1", "--lines", "not-there"],
    ):  # fmt: skip
        done = staff([*new, *more])
        assert (done.exit_code, "invalid_input" in done.stderr) == (2, True)


@pytest.mark.slow
def test_a_preview_tells_what_would_come_and_what_is_refused(staff, beside, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", generate.PASSWORD)
    with Lab(devices=2, seed=1) as lab:
        eos = lab.devices[1]
        with acting(beside) as ctx:
            unit = ctx.session.scalars(select(Unit)).one()
            credential = make_credential(ctx, unit=unit, password_ref="env:LAB_PASSWORD")
            add_device(
                ctx, hostname=eos.hostname, site_code="hq", platform=eos.platform,
                address=eos.address, port=eos.port, credential=credential,
            )  # fmt: skip
        assert staff.as_("erin")(f"collect {eos.hostname}").exit_code == 0
        good = requested(staff, device=eos.hostname)
        done = staff(f"change preview {good['id']} --json")
        assert (done.exit_code, json.loads(done.stdout)[0]["how"]) == (0, "config session")
        with Path("lines").open("a") as file:
            file.write("frobnicate the widget\n")
        bad = requested(staff, device=eos.hostname)
        done = staff(f"change preview {bad['id']}")
        assert done.exit_code == 1
        assert "refused: frobnicate the widget" in done.stdout
        assert "+   description by request" in done.stdout


def test_a_request_says_what_goes_back_when_a_wave_fails(staff):
    plan = requested(staff, "--canary", "1", "--wave", "5", "--may-fail", "2", "--undo", "all")[
        "plan"
    ]
    assert (plan["undo"], [len(one["devices"]) for one in plan["waves"]]) == ("all", [1])
