"""Looking around what differs tells the same as taking both texts apart as a whole."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.engine import delta
from drift.engine.assess import assess
from drift.engine.excerpts import unlike_excerpts
from drift.engine.model import NotText
from drift.engine.texts import framed
from drift.platforms import platform as named
from tests.drift.depth import examples
from tests.drift.grown import grown

PLATFORMS = ("cisco_ios", "arista_eos", "cisco_nxos", "frr", "hp_comware")
LINES = st.sampled_from((
    "interface A", "interface B", " description x", " description y", "  deeper", "!", " !", "#",
    "", "ntp server 1", "ntp server 2", "banner motd ^C", "^C", "hostname a", "\tmtu 9",
    "route-map R",
))  # fmt: skip
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


@pytest.fixture(autouse=True)
def both_ways(monkeypatch):
    """`whole(...)` judges by whole texts only."""

    def whole(running, intended, platform):
        with monkeypatch.context() as patch:
            patch.setattr(delta, "unlike_excerpts", lambda *_: None)
            return judged(running, intended, platform)

    return whole


def judged(running, intended, platform):
    try:
        return assess(running, intended, platform=platform)
    except NotText:
        return None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_short_texts_of_any_lines_are_judged_alike(platform, both_ways):
    @settings(max_examples=examples(300), deadline=None)
    @given(TEXTS, TEXTS)
    def alike(running, intended):
        assert judged(running, intended, platform) == both_ways(running, intended, platform)

    alike()


@pytest.mark.parametrize("platform", [one for one in PLATFORMS if one != "hp_comware"])
@pytest.mark.parametrize("seed", range(30))
def test_configurations_with_lines_altered_moved_and_dropped_are_judged_alike(
    platform, seed, both_ways
):
    draw = random.Random(seed)  # noqa: S311 - test data
    running = grown(platform, seed).split("\n")
    intended = list(running)
    for _ in range(draw.randrange(1, 8)):
        at = draw.randrange(len(intended))
        action = draw.choice(("alter", "drop", "move", "copy"))
        line = intended.pop(at) if action in {"drop", "move"} else intended[at]
        if action == "alter":
            intended[at] = f"{line} anew" if line.strip() else line
        elif action != "drop":
            intended.insert(draw.randrange(len(intended) + 1), line)
    a, b = "\n".join(running), "\n".join(intended)
    assert judged(a, b, platform) == both_ways(a, b, platform)


def test_a_configuration_with_one_altered_line_is_not_taken_apart_as_a_whole():
    text = "".join(f"interface A{n}\n description x{n}\n!\n" for n in range(100))
    found = unlike_excerpts(framed(text), framed(text.replace("x50\n", "y\n")), named("cisco_ios"))
    assert found == (
        [(151, "interface A50\x01 description x50")], [(151, "interface A50\x01 description y")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("running", "intended"),
    [
        ("interface A\n!\n mtu 1\n", "interface A\n!\n mtu 2\n"),
        ("interface A\n mtu 1\ninterface B\n!\ninterface A\n up\n",
         "interface A\n mtu 2\ninterface B\n!\ninterface A\n up\n"),
        ("banner motd ^C\na\n^C\n", "banner motd ^C\nb\n^C\n"),
        (" mtu 1\nhostname a\n", " mtu 2\nhostname a\n"),
    ],
)  # fmt: skip
def test_where_a_look_around_cannot_tell_there_is_no_answer(running, intended):
    assert unlike_excerpts(framed(running), framed(intended), named("cisco_ios")) is None
