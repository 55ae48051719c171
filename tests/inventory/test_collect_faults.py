"""What each fault of a device must come to: the outcome, its reason, and what is kept of it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from inventory.discovery import collect
from inventory.drivers.registry import driver_for
from inventory.snapshot_models import Snapshot
from inventory.snapshots import latest, text_of
from lab import server
from lab.network import Fault


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault that begins after a first good collection, and what the second one comes to."""

    fault: Fault
    outcome: str
    reason: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    device: int = 2

    def __str__(self) -> str:
        return f"{self.fault}-{self.device}"


CASES = [
    Case(fault=Fault.SLOW, outcome="unchanged"),
    Case(
        fault=Fault.SLOW, outcome="timeout", reason="did not",
        settings=(("device_timeout", 0.1),), device=3,
    ),
    Case(fault=Fault.HASTY_ECHO, outcome="unchanged"),
    Case(fault=Fault.FORGETFUL, outcome="unchanged"),
    Case(fault=Fault.ERRORS, outcome="unchanged"),
    Case(fault=Fault.CORRUPT_COPY, outcome="unchanged"),
    Case(fault=Fault.NO_BOOT, outcome="unchanged"),
    Case(fault=Fault.DEAD, outcome="unchanged"),
    Case(fault=Fault.STALE_LOGIN, outcome="unchanged"),
    Case(fault=Fault.CUT_OFF, outcome="untrusted", reason="cut: it ends with"),
    Case(fault=Fault.DROP, outcome="error", reason="closed the session in the middle of the work"),
    Case(fault=Fault.WRONG_PROMPT, outcome="untrusted", reason="calls itself somebody-else"),
    Case(fault=Fault.NEW_HOST_KEY, outcome="host_key_changed", reason="trimtab device forget-key"),
    Case(fault=Fault.REFUSED_LOGIN, outcome="refused", reason="refused the login of admin"),
    Case(fault=Fault.FLASH_FULL, outcome="unchanged"),
    Case(fault=Fault.REFUSED_SAVE, outcome="unchanged"),
    Case(fault=Fault.RESTLESS, outcome="unchanged"),  # IOS's volatile line
    Case(fault=Fault.RESTLESS, outcome="changed", device=1),  # no volatile line of EOS's
    Case(
        fault=Fault.ENDLESS, outcome="error", reason="showed more than 1 MB in one session",
        settings=(("collection_megabytes", 1),),
    ),
    Case(fault=Fault.PAGER, outcome="timeout", reason="did not finish its answer",
         settings=(("device_timeout", 0.4),)),
    Case(fault=Fault.FAKE_PROMPT, outcome="changed"),
    Case(fault=Fault.ESCAPES, outcome="changed"),
    Case(fault=Fault.BINARY, outcome="untrusted", reason="not_text: line"),
    Case(fault=Fault.HUGE, outcome="error", reason="showed more than 16 MB in one session",
         settings=(("collection_megabytes", 16),)),
]  # fmt: skip


@pytest.fixture
def after(ctx, lab, enrol, monkeypatch):
    """Collect a device well, then once more with a fault; what the second one came to."""
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.2)

    def run(index, fault, **settings):
        there = lab.devices[index]
        device = enrol(there)
        first = collect(ctx, device.id)
        ctx.settings = ctx.settings.model_copy(update=settings)
        lab.set_fault(there, fault)
        return device, first, collect(ctx, device.id)

    return run


def test_every_fault_has_its_case():
    assert {case.fault for case in CASES} == set(Fault)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_this_fault_comes_to_this_outcome_and_costs_no_good_capture(case, ctx, after):
    device, first, ended = after(case.device, case.fault, **dict(case.settings))
    counts = latest(ctx, device.id).id
    assert (ended.outcome, case.reason in ended.detail, counts != first.snapshot_id) == (
        case.outcome, True, case.outcome == "changed",
    ), ended.detail  # fmt: skip


@pytest.mark.parametrize("share", [0.2, 0.5, 0.75, 0.95])
@pytest.mark.parametrize("index", [1, 2], ids=["eos", "ios"])
def test_wherever_it_is_cut_a_capture_is_untrusted(lab, after, share, index):
    lab.devices[index].cut_at = share
    _, _, ended = after(index, Fault.CUT_OFF)
    assert (ended.outcome, "cut: " in ended.detail) == ("untrusted", True)
    lab.devices[index].cut_at = 0.5


def test_a_banner_that_shows_the_prompt_is_kept_to_its_end(ctx, lab, after):
    device, _, _ = after(2, Fault.FAKE_PROMPT)
    text = text_of(ctx, latest(ctx, device.id).digest)
    name = lab.devices[2].hostname
    assert f"\nbanner login ^C\n{name}#\nend\n{name}#show version\n{name}# \n^C\n" in text
    assert text.endswith("\nend\n")
    assert device.model == "LAB-IOS-48"


def test_terminal_escapes_are_a_reason_and_no_obstacle(ctx, after):
    device, _, _ = after(2, Fault.ESCAPES)
    snapshot = latest(ctx, device.id)
    assert (snapshot.score, snapshot.doubts[0].split(" holds ")[1]) == (
        90, "a terminal's escape '\\x1b'",
    )  # fmt: skip


def test_an_untrusted_capture_is_kept_with_its_score_and_reasons(ctx, after):
    _, _, ended = after(2, Fault.BINARY)
    snapshot = ctx.get(Snapshot, ended.snapshot_id)
    assert (snapshot.trusted, snapshot.score) == (False, 40)
    assert [one.partition(":")[0] for one in snapshot.doubts] == ["not_text"]


def test_a_configuration_of_50_megabytes_is_collected(ctx, after):
    device, _, ended = after(2, Fault.HUGE, device_timeout=120.0)
    assert ended.outcome == "changed"
    assert latest(ctx, device.id).lines > 1_200_000


def shrink(lab, index, *, lines):
    there = lab.devices[index]
    kept = there.running().splitlines()
    there.replace("\n".join(kept[:-lines]), username="console")


def test_a_device_that_lost_a_tenth_is_believed_after_a_second_read(ctx, lab, enrol):
    there = lab.devices[2]
    device = enrol(there)
    collect(ctx, device.id)
    shrink(lab, 2, lines=12)
    logins = there.logins
    ended = collect(ctx, device.id)
    snapshot = ctx.get(Snapshot, ended.snapshot_id)
    assert (ended.outcome, there.logins - logins) == ("changed", 2)
    assert snapshot.doubts[0].endswith("a second read showed the same")


def test_a_device_that_lost_a_tenth_and_shows_another_text_each_time_is_not(ctx, lab, enrol):
    there = lab.devices[1]
    there.restless = "alias restless number 1"
    device = enrol(there)
    collect(ctx, device.id)
    shrink(lab, 1, lines=14)
    lab.set_fault(there, Fault.RESTLESS)
    ended = collect(ctx, device.id)
    assert ended.outcome == "untrusted"
    assert "restless: it changes while it is read: from line" in ended.detail


def test_where_only_a_volatile_line_differs_two_reads_are_the_same(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    collect(ctx, device.id)
    shrink(lab, 2, lines=12)
    lab.set_fault(lab.devices[2], Fault.RESTLESS)
    assert collect(ctx, device.id).outcome == "changed"


def test_a_device_that_is_whole_at_the_second_read_is_trusted(ctx, lab, enrol, monkeypatch):
    there = lab.devices[2]
    device = enrol(there)
    lab.set_fault(there, Fault.CUT_OFF)
    monkeypatch.setattr(there, "cut_at", 0.5)
    read = []

    class Once:
        """The device recovers between the two reads."""

        def __init__(self, driver):
            self.driver = driver

        def collect(self, login):
            read.append(1)
            if len(read) == 2:
                lab.clear_fault(there, Fault.CUT_OFF)
            return self.driver.collect(login)

    ended = collect(ctx, device.id, find_driver=lambda name: Once(driver_for(name)))
    assert (ended.outcome, len(read)) == ("changed", 2)


def test_a_second_read_that_fails_is_told(ctx, lab, enrol):
    there = lab.devices[2]
    device = enrol(there)
    collect(ctx, device.id)
    shrink(lab, 2, lines=12)

    class Failing:
        calls = 0

        def collect(self, login):
            self.calls += 1
            if self.calls == 2:
                lab.set_fault(there, Fault.REFUSED_LOGIN)
            return driver_for("netmiko").collect(login)

    driver = Failing()
    ended = collect(ctx, device.id, find_driver=lambda _: driver)
    assert ended.outcome == "untrusted"
    assert "unread: the second read failed: " in ended.detail


def test_a_collection_that_takes_too_long_is_ended(after):
    _, _, ended = after(2, Fault.ENDLESS, collection_seconds=0.5, collection_megabytes=1024)
    assert ended.outcome == "timeout"
    assert "was not done after 0.5 s" in ended.detail


def test_a_cut_captures_reason_tells_no_secret(ctx, lab, enrol):
    there = lab.devices[2]
    there.replace("hostname x\nenable secret 9 $9$verysecret\nntp server 10.0.0.1", username="c")
    device = enrol(there)
    lab.set_fault(there, Fault.CUT_OFF)
    there.cut_at = 0.95
    ended = collect(ctx, device.id)
    there.cut_at = 0.5
    kept = ctx.session.scalars(select(Snapshot)).first()
    assert ended.outcome == "untrusted"
    assert "verysecret" not in f"{ended.detail} {text_of(ctx, kept.digest)}"
