"""`trimtab noise`: learned, listed, approved by two persons, withdrawn."""

import pytest

from core.actor import Actor, Origin
from drift import observation
from inventory import discovery
from inventory.results import CollectionOutcome
from organization import people, units
from organization.permissions import PERMISSIONS
from organization.tokens import issue
from tests.drift.noise_rows import TEXT, make_eos
from tests.drift.rows import make_snapshot
from tests.factories import make_credential, make_post, make_site

INSTALLER = Actor(name="installer", granted=frozenset(PERMISSIONS))


@pytest.fixture
def line(everything, runtime, monkeypatch):
    """One device whose clock-period is another at each reading."""
    with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
        unit = units.by_code(ctx, "root")
        site, credential = make_site(ctx, unit=unit), make_credential(ctx, unit=unit)
        make_eos(ctx, hostname="r1", site=site, credential=credential)
        ctx.record("test.arranged", site)
    seen = []

    def collect(ctx, device_id):
        device = ctx.get(discovery.Device, device_id)
        seen.append(make_snapshot(ctx, device, TEXT.format(len(seen)) + "vlan 1\n" * len(seen)))
        ctx.record("device.collected", device)
        ctx.commit()
        return CollectionOutcome(device_id=device_id, hostname="r1", outcome="changed")

    monkeypatch.setattr(observation.discovery, "collect", collect)
    return everything


def learned(line):
    return line.json("noise learn r1 --apart 1")


@pytest.fixture
def colleague(runtime, monkeypatch):
    """The next commands are a second person's."""

    def come():
        with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
            person = people.create_person(
                ctx, username="bea", name="Bea", password="correct horse battery"
            )
            unit = units.by_code(ctx, "root")
            make_post(ctx, unit=unit, permissions=["noise.approve", "drift.read"], holder=person)
            _, token = issue(ctx, person=person, name="test")
        monkeypatch.setenv("TRIMTAB_TOKEN", token)

    return come


def test_learning_tells_what_is_proposed_and_what_is_not(line):
    told = learned(line)
    assert (told["device"], told["outcome"]) == ("r1", "learned")
    [mask] = told["proposed"]
    assert (mask["state"], mask["pattern"], mask["before"], mask["after"]) == (
        "proposed", r"ntp\ clock\-period\ \d+", "ntp clock-period 0", "ntp clock-period 1",
    )  # fmt: skip
    assert [one["line"] for one in told["others"]] == ["vlan 1"]


def test_people_read_the_same_as_tables(line):
    shown = line("noise learn r1 --apart 1").stdout
    assert "r1: learned. 1 line changed by itself, 1 other differs." in shown
    assert "Proposed:" in shown
    assert "Not proposed:" in shown
    assert "Known already:" in line("noise learn r1 --apart 1").stdout


def test_two_persons_approve_and_one_withdraws(line, colleague):
    [mask] = learned(line)["proposed"]
    key = str(mask["id"])
    first = line.json(["noise", "approve", key, "--note", "a counter"])
    assert (first["state"], first["approved_by"]) == ("proposed", ["admin"])
    again = line(["noise", "approve", key, "--note", "a counter"])
    assert (again.exit_code, "approved_already" in again.stderr) == (5, True)
    colleague()
    second = line.json(["noise", "approve", key, "--note", "seen it too"])
    assert (second["state"], second["approved_by"]) == ("active", ["admin", "bea"])
    assert [one["id"] for one in line.json("noise list --state active")] == [mask["id"]]
    ended = line.json(["noise", "withdraw", key, "--reason", "the bug is fixed"])
    assert (ended["state"], ended["reason"]) == ("withdrawn", "the bug is fixed")


def test_a_mask_is_shown_with_its_evidence_and_rejected(line):
    [mask] = learned(line)["proposed"]
    shown = line.json(["noise", "show", str(mask["id"])])
    assert shown["evidence"]["device"] == "r1"
    assert shown["hidden"] == "1 of 1"
    done = line(["noise", "reject", str(mask["id"]), "--reason", "a real change"])
    assert (done.exit_code, "rejected" in done.stdout) == (0, True)
    assert line("noise show 4711").exit_code == 4


def test_a_device_that_cannot_be_read_is_exit_1(line, monkeypatch):
    def refuse(ctx, device_id):
        device = ctx.get(discovery.Device, device_id)
        ctx.record("device.collected", device)
        ctx.commit()
        return CollectionOutcome(
            device_id=device_id, hostname="r1", outcome="unreachable", detail="no route"
        )

    monkeypatch.setattr(observation.discovery, "collect", refuse)
    done = line("noise learn r1 --apart 1")
    assert (done.exit_code, done.stdout) == (1, "r1: unreachable. no route\n")
