"""What is typed at once, and how questions of a device are answered."""

import re

import pytest

from inventory.drivers.blocks import Block, blocks
from inventory.drivers.errors import DeviceError
from inventory.drivers.typist import RefusedLine, Typist
from inventory.platforms import platform_of

IOS = platform_of("cisco_ios")


class ScriptedDevice:
    """A command line that gives prepared answers to typed texts, and its prompt to all others."""

    base_prompt = "r1"

    def __init__(self, answers, *, prompt="r1(config)#"):
        self.answers, self.prompt, self.typed, self.waiting = answers, prompt, [], ""

    def write_channel(self, text):
        self.typed.append(text)
        self.waiting += self.answers.get(text.strip("\n"), f"{text}{self.prompt}")

    def read_until_pattern(self, pattern, read_timeout):
        assert read_timeout == 5.0
        assert re.search(pattern, self.waiting), f"{self.waiting!r} would never end"
        shown, self.waiting = self.waiting, ""
        return shown


def typist(answers, **values):
    return Typist(ScriptedDevice(answers, **values), 5.0, IOS)


def test_comments_and_blank_lines_are_not_typed():
    assert blocks(["! a", "", "interface A", " shutdown", "!"], IOS) == (
        Block(lines=("interface A",), indent=0),
        Block(lines=(" shutdown",), indent=1),
    )


def test_a_banner_on_one_line_takes_no_other_lines():
    assert [block.lines for block in blocks(["banner motd ^Chello^C", "hostname a"], IOS)] == [
        ("banner motd ^Chello^C",),
        ("hostname a",),
    ]


def test_a_banner_without_an_end_takes_what_is_left():
    assert [block.lines for block in blocks(["banner motd #", "a", "b"], IOS)] == [
        ("banner motd #", "a", "b")
    ]


def test_a_confirmation_is_given():
    device = typist({"no username bob": "no username bob\nThis removes bob. Continue? [confirm]"})
    assert device.configure(blocks(["no username bob"], IOS)) == ()
    assert device.connection.typed == ["configure terminal\n", "no username bob\n", "\n", "end\n"]


def test_any_other_question_is_a_refusal():
    device = typist({"crypto x": "crypto x\nReplace the key? [yes/no]: "})
    (refused,) = device.configure(blocks(["crypto x", "hostname a"], IOS))
    assert refused == RefusedLine(
        line="crypto x", answer="% The device asks: Replace the key? [yes/no]:"
    )
    assert "hostname a\n" not in device.connection.typed


def test_a_device_that_does_not_enter_configuration_mode_refuses_all():
    device = typist({}, prompt="\nr1>")
    assert [one.line for one in device.configure(blocks(["hostname a"], IOS))] == [
        "configure terminal"
    ]


def test_a_warning_is_no_refusal():
    answer = "spanning-tree portfast\n%Warning: only on ports of hosts\nr1(config)#"
    device = typist({"spanning-tree portfast": answer})
    assert device.configure(blocks(["spanning-tree portfast"], IOS)) == ()


def test_a_section_that_cannot_be_left_is_an_error():
    device = typist({"interface A": "interface A\nr1(config-if)#", "exit": "exit\nr1(config-if)#"})
    with pytest.raises(DeviceError, match="did not come back to config; it stands in config-if"):
        device.configure(blocks(["interface A", "hostname a"], IOS))


@pytest.mark.parametrize(
    ("answer", "saved"),
    [
        ("Building configuration...\n[OK]", True),
        ("", False),
        ("[OK]\n% Can't open file: Permission denied", False),
        ("startup-config file open failed (Read-only file system)", False),
    ],
)
def test_a_save_counts_only_when_the_answer_proves_it(answer, saved):
    device = typist({"write memory": f"write memory\n{answer}\nr1#"}, prompt="r1#")
    assert device.save() is saved


def test_a_platform_without_a_save_command_saves_nothing():
    device = Typist(ScriptedDevice({}), 5.0, platform_of("cisco_xr"))
    assert device.save() is False
    assert device.connection.typed == []


def test_a_line_for_a_daemon_that_does_not_run_is_refused_by_frr():
    line = "ip route 10.9.0.0/16 Null0"
    device = Typist(
        ScriptedDevice({line: f"{line}\nstaticd is not running\nr1(config)#"}),
        5.0,
        platform_of("frr"),
    )
    assert device.configure(blocks([line], platform_of("frr"))) == (
        RefusedLine(line=line, answer="staticd is not running"),
    )


def test_frrs_save_counts_by_its_own_words():
    answer = (
        "Note: this version of vtysh never writes vtysh.conf\nBuilding Configuration...\n"
        "Configuration saved to /etc/frr/zebra.conf"
    )
    device = Typist(
        ScriptedDevice({"write memory": f"write memory\n{answer}\nr1#"}),
        5.0,
        platform_of("frr"),
    )
    assert device.save() is True


@pytest.mark.parametrize(
    ("answer", "saved"),
    [("% Warning: can't chown configuration file\nIntegrated configuration saved to /f", True),
     ("% Error: failed to open configuration file /f: Permission denied", False)],
)  # fmt: skip
def test_a_harmless_warning_makes_no_refused_save(answer, saved):
    said = {"write memory": f"write memory\n{answer}\nr1#"}
    assert Typist(ScriptedDevice(said), 5.0, platform_of("frr")).save() is saved
