"""A text that a device shows again is known by its seal, and only then; nothing else changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.secrets import installation_key
from inventory import captures, key_rotation, results, seals
from inventory.drivers.protocol import Collection, Facts
from inventory.platforms import platform_of
from inventory.report_models import DeviceReport
from inventory.results import Ended
from inventory.snapshot_models import Snapshot
from tests.factories import make_device

BODY = "snmp-server community s3cret RO\nntp server 10.1.1.1\n"
SHOWN = f"hostname r1\n{BODY}end\n"
LINES = "".join(f"interface Gi0/{n}\n description port {n}\n" for n in range(30))
TEXTS = {
    "as it was": SHOWN,
    "at another time": f"Building configuration...\n\n! Last configuration change at 9\n{SHOWN}",
    "another secret": SHOWN.replace("s3cret", "0ther"),
    "cut": f"hostname r1\n{BODY}",
    "with an escape": f"hostname r1\nbanner motd ^C\n\x1b[2J\n^C\n{BODY}end\n",
    "longer": f"hostname r1\n{LINES}{BODY}end\n",
    "shorter": f"hostname r1\n{LINES[: len(LINES) // 2]}\n{BODY}end\n",
    "garbage": f"hostname r1\n --More-- \n{BODY}end\n",
}


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1", platform="cisco_ios")


@pytest.fixture
def redacted(monkeypatch):
    """How often a text was redacted since this was emptied."""
    calls, redact = [], captures.redact

    def counted(text, **values):
        calls.append(text)
        return redact(text, **values)

    monkeypatch.setattr(captures, "redact", counted)
    return calls


def shows(ctx, device, text, *, startup=None, hostname=""):
    collection = Collection(
        running=text, startup=startup, facts=Facts(), neighbours=(),
        hostname=hostname or device.hostname, host_key=None,
    )  # fmt: skip
    found = captures.judge(ctx, device, collection)
    ended = results.keep(ctx, Ended(device=device, found=found, seconds=0.0))
    ctx.commit()
    return ended


def test_the_same_text_is_not_redacted_again(ctx, device, redacted):
    first = shows(ctx, device, SHOWN, startup=SHOWN)
    redacted.clear()
    again = shows(ctx, device, SHOWN, startup=SHOWN)
    assert (first.outcome, again.outcome, len(redacted)) == ("changed", "unchanged", 0)
    assert again.snapshot_id == first.snapshot_id


def test_a_line_that_changes_by_itself_does_not_defeat_the_seal(ctx, device, redacted):
    shows(ctx, device, TEXTS["as it was"])
    redacted.clear()
    shows(ctx, device, TEXTS["at another time"])
    assert redacted == []


@pytest.mark.parametrize(
    "other",
    ["another secret", "cut", "with an escape", "longer", "garbage"],
)
def test_another_text_is_looked_at(ctx, device, redacted, other):
    shows(ctx, device, SHOWN)
    redacted.clear()
    shows(ctx, device, TEXTS[other])
    assert len(redacted) == 1


def test_another_name_counts_although_the_text_is_known(ctx, device):
    shows(ctx, device, SHOWN)
    seen = shows(ctx, device, SHOWN, hostname="r2")
    assert (seen.outcome, seen.detail.split(":")[0]) == ("untrusted", "hostname")


def changed_platform(_ctx, monkeypatch):
    known = platform_of("cisco_ios")
    other = replace(known, secrets=known.secrets[1:])
    monkeypatch.setattr(captures, "platform_of", lambda _name: other)


def changed_program(_ctx, monkeypatch):
    monkeypatch.setattr(seals, "rules", lambda: "other rules")


def changed_marks(ctx, _monkeypatch):
    ctx.settings.key_path.with_name("redaction.key").write_bytes(b"m" * 32)


def rotated_key(ctx, _monkeypatch):
    key_rotation.rotate(ctx, reason="yearly")
    ctx.commit()


def changed_key(ctx, _monkeypatch):
    marks = installation_key(ctx, "redaction")
    ctx.settings.key_path.with_name("redaction.key").write_bytes(marks)
    ctx.settings.key_path.write_bytes(b"k" * 32)


VOIDS = (changed_platform, changed_program, changed_marks, rotated_key, changed_key)


@pytest.mark.parametrize("void", VOIDS, ids=lambda one: one.__name__)
def test_what_the_judgement_depends_on_voids_the_seal(ctx, device, redacted, monkeypatch, void):
    shows(ctx, device, SHOWN)
    void(ctx, monkeypatch)
    redacted.clear()
    shows(ctx, device, SHOWN)
    assert len(redacted) == 1
    shows(ctx, device, SHOWN)
    assert len(redacted) == 1  # sealed anew


def test_a_seal_of_another_device_or_kind_says_nothing(ctx, device):
    platform = platform_of(device.platform)
    values = {"original": SHOWN, "digest": b"d" * 32}
    made = {
        seals.seal(ctx, one, platform, source=source, **values)
        for one in (device, make_device(ctx, platform="cisco_ios"))
        for source in ("running", "startup")
    }
    assert len(made) == 4


def test_a_seal_is_of_the_whole_text(ctx, device):
    platform = platform_of(device.platform)
    long = "x" * (2 * seals.PIECE)
    made = {
        seals.seal(ctx, device, platform, source="running", original=one, digest=b"")
        for one in (long, f"{long}y", f"y{long[1:]}", f"{long[:-1]}y")
    }
    assert len(made) == 4


def test_a_text_is_looked_at_when_another_one_was_trusted_since(ctx, device, redacted):
    shows(ctx, device, SHOWN)
    row = ctx.session.get(DeviceReport, device.id)
    before = row.running_seal
    shows(ctx, device, TEXTS["longer"])
    row.running_seal = before
    ctx.record("test.arranged", device)
    redacted.clear()
    shows(ctx, device, SHOWN)
    assert len(redacted) >= 1


def test_a_text_that_something_speaks_against_is_looked_at_each_time(ctx, device, redacted):
    for _ in range(2):
        redacted.clear()
        assert shows(ctx, device, TEXTS["with an escape"]).outcome != "untrusted"
        assert len(redacted) == 1


def test_every_pattern_of_a_platform_is_described():
    known = platform_of("cisco_ios")
    assert seals.described(known) != seals.described(replace(known, volatile=known.volatile[1:]))
    assert seals.described(known) != seals.described(replace(known, braces=True))


def kept(ctx, device):
    """All that came of a device's collections, without what names the device."""
    rows = ctx.session.query(Snapshot).filter_by(device_id=device.id).order_by(Snapshot.id)
    report = ctx.session.get(DeviceReport, device.id)
    return (
        [(one.source, one.digest, one.lines, one.trusted, one.score, one.first_seen_at,
          one.last_seen_at, [doubt.partition(":")[0] for doubt in one.doubts]) for one in rows],
        report and (report.saved, report.seen_at),
    )  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(TEXTS)), st.sampled_from([None, *sorted(TEXTS)]),
            st.sampled_from(["", "", "", "r2"]),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_with_and_without_seals_the_same_comes_of_it(ctx, clock, collections):
    devices = [make_device(ctx, platform="cisco_ios") for _ in range(2)]
    ctx.record("test.arranged", devices[0])
    begun, came = clock.at, list[list[str]]()
    for device, sealed in zip(devices, (True, False), strict=True):
        clock.at = begun
        seen = []
        for running, startup, hostname in collections:
            with pytest.MonkeyPatch.context() as patch:
                if not sealed:
                    patch.setattr(captures.reports, "seal_of", lambda *_: None)
                seen.append(
                    shows(
                        ctx,
                        device,
                        TEXTS[running],
                        hostname=hostname,
                        startup=None if startup is None else TEXTS[startup],
                    ).outcome
                )
            clock.at += timedelta(hours=1)
        came.append(seen)
    assert came[0] == came[1]
    assert kept(ctx, devices[0]) == kept(ctx, devices[1])
