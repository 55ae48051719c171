"""Commands that ask: what is known is answered, anything else is broken off."""

import re

import pytest

from inventory.drivers.dialogue import exchange
from inventory.drivers.errors import DeviceError
from inventory.drivers.images import images_of
from inventory.drivers.login import Login

LOGIN = Login(hostname="r1", address="192.0.2.1", platform="cisco_ios", username="admin")
COPY = images_of("cisco_ios").copy.answers
COMMAND = "copy http://192.0.2.9/x flash:x"


class Scripted:
    """A line on which the device says one thing after another."""

    base_prompt, login = "r1", LOGIN

    def __init__(self, *says):
        self.says, self.typed = list(says), []

    def write_channel(self, text):
        self.typed.append(text)

    def read_until_pattern(self, pattern, _seconds):
        shown = self.says.pop(0)
        assert re.search(pattern, shown.replace("\r", "")), f"waits on after {shown!r}"
        return shown


def test_known_questions_are_answered_and_the_answer_is_without_echo_and_prompt():
    line = Scripted(
        f"{COMMAND}\r\nDestination filename [x]? ",
        "\r\n%Warning: x is there\r\nDo you want to over write? [confirm]",
        "\r\n!!!!\r\n10 bytes copied in 1.2 secs\r\nr1#",
    )  # fmt: skip
    answer = exchange(line, COMMAND, answers=COPY, seconds=1)
    assert line.typed == [f"{COMMAND}\n", "\n", "\n"]
    assert answer.splitlines()[-1] == "10 bytes copied in 1.2 secs"


@pytest.mark.parametrize("question", [
    "Erase flash: before copying? [confirm]", "Password: ", "Source username [admin]? ",
    "Are you sure? [yes/no]: ", "Go on (y/n)? ", "Proceed (y/n) [n]",
])  # fmt: skip
def test_a_question_that_is_not_known_is_broken_off_and_told(question):
    line = Scripted(f"{COMMAND}\r\n{question}")
    with pytest.raises(DeviceError, match=re.escape(question.strip())):
        exchange(line, COMMAND, answers=COPY, seconds=1)
    assert line.typed == [f"{COMMAND}\n", "\x03"]


def test_a_prompt_in_the_middle_of_an_answer_does_not_end_it():
    line = Scripted("verify\r\nr1# is what it is called\r\n= 12\r\nr1#")
    assert exchange(line, "verify", seconds=1) == "r1# is what it is called\n= 12"


def test_one_that_asks_for_ever_is_left():
    line = Scripted(*[f"{COMMAND}\r\nDestination filename [x]? "] * 10)
    with pytest.raises(DeviceError, match="more than 10 questions"):
        exchange(line, COMMAND, answers=COPY, seconds=1)
