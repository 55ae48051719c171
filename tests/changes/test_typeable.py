"""Lines that show less than they do, and lines that configure nothing, are refused."""

import pytest

from changes.errors import NoSafeCommands
from changes.typeable import require_inert, require_typeable


def judged(*lines):
    return require_typeable("r1", lines, platform="cisco_ios")


@pytest.mark.parametrize("line", [
    " description a\rend\rreload", " description a\n reload", " description a\x15reload",
    " description \u202eesrever", " description a\u200bb",
])  # fmt: skip
def test_a_line_with_a_character_that_nobody_sees_is_refused(line):
    with pytest.raises(NoSafeCommands, match="nobody sees"):
        judged("interface Loopback0", line)


@pytest.mark.parametrize("lines", [
    ["do write erase"], ["interface Loopback0", " do reload"], ["reload"],
    ["interface Loopback0", " shutdown", "end", "clear counters"],
])  # fmt: skip
def test_a_command_that_acts_at_once_is_refused(lines):
    with pytest.raises(NoSafeCommands, match="acts at once"):
        judged(*lines)


@pytest.mark.parametrize("lines", [
    ["interface Loopback0", " description do not end", " shutdown"],
    ["banner motd ^C", "do not enter", "end", "of text", "^C", "hostname r1"],
    ["interface Loopback0", " description caf\u00e9", "end"],
])  # fmt: skip
def test_configuration_is_taken(lines):
    assert judged(*lines) is None


def test_where_a_line_is_taken_away_by_delete_it_is_configuration():
    lines = ["delete interfaces ge-0/0/0 description", "set system host-name r1"]
    assert require_typeable("r1", lines, platform="juniper_junos") is None
    with pytest.raises(NoSafeCommands, match="acts at once"):
        require_typeable("r1", ["run request system reboot"], platform="juniper_junos")


def test_what_a_device_shows_is_put_right_whatever_nobody_sees_in_it():
    assert require_inert("r1", ["no description \u202eesrever", "banner motd \x03"]) is None


@pytest.mark.parametrize("line", ["no description a\rreload", "no description a\x1b[2J"])
def test_a_computed_line_that_acts_when_typed_is_refused(line):
    with pytest.raises(NoSafeCommands, match="control character"):
        require_inert("r1", [line])
