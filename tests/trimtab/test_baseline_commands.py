"""Baselines on the command line: rendered, planned, taken back; and the facts beside them."""

import json
from datetime import datetime, timedelta

import pytest

from core.actor import Actor, Origin
from drift.intent import sources
from inventory.models import Device
from organization import units
from organization.permissions import PERMISSIONS
from tests.drift.rows import make_snapshot
from tests.factories import make_credential, make_device, make_site

TEXT = "hostname {}\ninterface GigabitEthernet0/1\n description up\n"
REASON = ["--reason", "planned"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder whose template adds a time server to what devices show."""
    made = tmp_path / "intent"
    made.mkdir()
    (made / "cisco_ios.j2").write_text(
        TEXT.format("{{ device.hostname }}") + "ntp server 192.0.2.1\n"
    )
    monkeypatch.setenv("TRIMTAB_INTENT_FOLDER", str(made))
    yield made
    sources.sources()[-1].renderer.close()


@pytest.fixture
def show(runtime):
    """A device shows a text, and a serial number."""

    def shown(hostname, text, serial="FDO1"):
        with runtime.context(
            Actor(name="installer", granted=frozenset(PERMISSIONS)), Origin(door="cli")
        ) as ctx:
            device = ctx.session.query(Device).filter_by(hostname=hostname).one()
            make_snapshot(ctx, device, text).facts = {"serial": serial}
            ctx.record("test.arranged", device)

    return shown


@pytest.fixture
def line(everything, runtime, show):
    """Two devices, of which r1 has a baseline."""
    with runtime.context(
        Actor(name="installer", granted=frozenset(PERMISSIONS)), Origin(door="cli")
    ) as ctx:
        unit = units.by_code(ctx, "root")
        site, credential = make_site(ctx, unit=unit), make_credential(ctx, unit=unit)
        for name in ("r1", "r2"):
            make_device(ctx, hostname=name, site=site, credential=credential)
        ctx.record("test.arranged", site)
    show("r1", TEXT.format("r1"))
    assert everything(["baseline", "approve", "r1", "--reason", "first"]).exit_code == 0
    return everything


def history(line, hostname="r1"):
    return line.json(["baseline", "history", hostname])


def test_what_is_intended_is_shown_beside_the_baseline_and_nothing_is_kept(line):
    done = line("baseline render r1")
    assert done.exit_code == 1
    assert done.stdout == (
        "r1 differs from baseline 1, from folder: cisco_ios.j2 at no commit\n"
        "+ ntp server 192.0.2.1\n"
    )
    assert len(history(line)) == 1


def test_the_whole_text_can_be_shown(line):
    done = line("baseline render r1 --text")
    assert done.stdout == TEXT.format("r1") + "ntp server 192.0.2.1\n"


def test_what_is_approved_becomes_the_baseline(line):
    done = line(["baseline", "render", "r1", "--approve", *REASON])
    assert done.exit_code == 0, done.output
    newest = history(line)[0]
    assert (newest["version"], newest["source"], newest["provenance"], newest["cohort"]) == (
        2, "folder", "folder: cisco_ios.j2 at no commit", None,
    )  # fmt: skip
    again = line("baseline render r1")
    assert (again.exit_code, again.stdout[:26]) == (0, "r1 is baseline 2 already, ")


def test_cohorts_begin_one_after_the_other(line):
    start = (datetime.now() + timedelta(days=2)).strftime("%Y-%m-%dT06:00")  # noqa: DTZ005 - local
    done = line(
        ["baseline", "render", "--all", "--approve", *REASON, "--cohort", "1",
         "--cohort", f"rest {start}", "--grace-hours", "5"]
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    first, second = history(line)[0], history(line, "r2")[0]
    assert (first["cohort"], second["cohort"]) == (1, 2)
    assert (
        datetime.fromisoformat(second["valid_from"]) == datetime.fromisoformat(start).astimezone()
    )
    assert first["grace_until"] is not None
    assert [one["device"] for one in line.json("baseline list")] == ["r1"]


def test_calls_that_cannot_be_are_refused_and_keep_nothing(line):
    approve = ["r1", "--approve", *REASON, "--cohort"]
    for words, code, said in (
        ([], 2, "Name devices, or say --all"),
        (["r1", "--all"], 2, "Name devices, or say --all"),
        (["r1", "--approve"], 2, "reason"),
        ([*approve, "rest soon"], 2, "'soon' is no time"),
        ([*approve, "many"], 2, "'many' is no size"),
        (["r9"], 4, "r9"),
    ):
        done = line(["baseline", "render", *words])
        assert done.exit_code == code, words
        assert said in done.stderr
    assert len(history(line)) == 1


def test_nothing_is_approved_where_one_device_cannot_be_rendered(line, folder):
    (folder / "r2.j2").write_text("a\n{{ missing }}\n")
    done = line(["baseline", "render", "--all", "--approve", *REASON])
    assert (done.exit_code, len(history(line))) == (5, 1)
    assert "r2: r2.j2, line 2: 'missing' is undefined." in done.stdout
    assert "Nothing was approved: there is no text for r2." in done.stderr
    shown = line("baseline render --all --json")
    assert shown.exit_code == 2
    good, bad = json.loads(shown.stdout)
    assert (good["device"], good["news"], bad["code"]) == ("r1", True, "intent_wrong")
    assert good["differences"] == [{"path": [], "line": "ntp server 192.0.2.1", "side": "missing"}]


def test_managed_sections_and_a_first_baseline_are_told(line, folder):
    (folder / "data").mkdir()
    (folder / "data" / "all.yaml").write_text("managed: [interface, ntp]\n")
    (folder / "r1.j2").write_text("interface GigabitEthernet0/1\n description new\n")
    assert line("baseline render r1").stdout == (
        "r1 differs from baseline 1, from folder: r1.j2 at no commit, managed: interface, ntp\n"
        "  interface GigabitEthernet0/1\n- description up\n+ description new\n"
    )
    assert "r2 has no baseline yet; 4 lines from" in line("baseline render r2").stdout


def test_a_planned_baseline_is_taken_back(line, tmp_path):
    file = tmp_path / "r1.txt"
    file.write_text(TEXT.format("r1") + "ntp server 192.0.2.7\n")
    made = line.json(
        ["baseline", "set", "r1", str(file), *REASON, "--from", "2099-01-01", "--manage", "ntp"]
    )
    assert (made["version"], made["managed"], made["valid_until"]) == (2, ["ntp"], None)
    gone = line.json(["baseline", "withdraw", "r1", "2", *REASON])
    assert gone["valid_until"] == gone["valid_from"]
    assert [one["version"] for one in line.json("baseline list")] == [1]
    assert line(["baseline", "withdraw", "r1", "1", *REASON]).exit_code == 5
    assert line(["baseline", "withdraw", "r1", "9", *REASON]).exit_code == 4


def test_everything_is_managed_again(line):
    assert line.json(["baseline", "approve", "r1", *REASON, "--manage", "ntp"])["managed"] == [
        "ntp"
    ]
    again = line.json(["baseline", "approve", "r1", *REASON, "--manage", "everything"])
    assert (again["version"], again["managed"]) == (3, [])


def test_facts_are_approved_checked_and_given(line, show):
    assert line("baseline facts check r1").exit_code == 4
    made = line.json(["baseline", "facts", "approve", "r1", *REASON])
    assert made["facts"] == ["serial FDO1", "interfaces GigabitEthernet0/1"]
    assert line("baseline facts check r1").exit_code == 0
    show("r1", TEXT.format("r1"), serial="FDO2")
    done = line("baseline facts check r1")
    assert done.exit_code == 1
    assert [row.split() for row in done.stdout.splitlines()[1:]] == [
        ["missing", "serial", "FDO1"], ["extra", "serial", "FDO2"],
    ]  # fmt: skip
    told = line("baseline facts check r1 --json")
    assert json.loads(told.stdout)["in_sync"] is False
    given = line.json(
        ["baseline", "facts", "set", "r1", "serial=FDO2", "neighbours=Gi0/1 sw1 Gi0/48",
         "--forget", "interfaces", *REASON]
    )  # fmt: skip
    assert given["facts"] == ["serial FDO2", "neighbours Gi0/1 sw1 Gi0/48"]
    assert [one["version"] for one in line.json("baseline facts history r1")] == [2, 1]


def test_one_kind_of_facts_is_approved(line):
    made = line.json(["baseline", "facts", "approve", "r1", "--only", "serial", *REASON])
    assert made["facts"] == ["serial FDO1"]


def test_facts_that_cannot_be_expected_are_refused(line):
    for words, code, said in (
        (["approve", "r2"], 4, "r2 has no snapshot yet"),
        (["approve", "r1", "--only", "colour"], 2, "'colour' is no kind of fact"),
        (["set", "r1", "colour=red"], 2, "'colour' is no kind of fact"),
        (["set", "r1"], 2, "Nothing would be expected"),
        (["set", "r2", "serial=X"], 5, "r2 has no baseline yet"),
    ):
        done = line(["baseline", "facts", *words, *REASON])
        assert done.exit_code == code, words
        assert said in done.stderr
