"""`trimtab syslog`: what it says without a port, what was heard, and how a message is read."""

from datetime import UTC, datetime

import pytest

from core.settings import load_settings
from operations.syslog.counts import Counts, counts_file, keep
from trimtab.doctor import check

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SENT = "<189>45: *Nov 25 12:00:00: %SYS-5-CONFIG_I: Configured from console by admin on vty0"


@pytest.fixture
def heard(installation, tmp_path):
    """A home folder whose listener has heard something."""
    home = tmp_path / "home"
    home.mkdir()

    def note(**numbers):
        keep(Counts(since=AT, at=AT, listening=("udp 514",), **numbers), home)
        return installation

    return note


def looked_at():
    return next(one for one in check(load_settings()) if one.name == "syslog")


def test_without_a_port_it_names_the_settings(installation):
    done = installation("syslog")
    assert done.exit_code == 6
    assert "TRIMTAB_SYSLOG_UDP_PORT" in done.stderr


def test_before_it_ever_listened_there_is_nothing_to_show(installation):
    assert installation("syslog status").exit_code == 4


def test_what_was_heard_is_shown(heard):
    told = heard(received=5, unknown={"10.0.0.9": 2}).json("syslog status")
    assert (told["received"], told["listening"]) == (5, ["udp 514"])
    assert told["unknown"] == {"10.0.0.9": 2}


def test_a_message_is_explained(installation):
    told = installation.json(["syslog", "explain", SENT, "--platform", "cisco_ios"])
    assert told == {
        "severity": 5, "hostname": "", "time": "*Nov 25 12:00:00", "id": "SYS-5-CONFIG_I",
        "text": "Configured from console by admin on vty0", "changed": True,
        "by": "admin on vty0",
    }  # fmt: skip


def test_doctor_is_content_with_a_listener_that_knows_its_senders(heard):
    heard(received=5)
    assert (looked_at().found[:16], looked_at().advice) == ("udp 514; since 2", "")


@pytest.mark.parametrize(
    ("numbers", "advice"),
    [({"unknown": {"10.0.0.9": 2}}, "TRIMTAB_SYSLOG_RELAYS: 10.0.0.9"), ({"dropped": 3}, "More")],
)
def test_doctor_says_what_to_do_about_what_is_not_heard(heard, numbers, advice):
    heard(**numbers)
    assert advice in looked_at().advice


@pytest.mark.parametrize("text", ["", "{", '{"received": 1}', "[]"])
def test_a_broken_file_of_counts_is_as_none(heard, tmp_path, text):
    heard()
    counts_file(tmp_path / "home").write_text(text)
    assert looked_at().found == "never listened"
