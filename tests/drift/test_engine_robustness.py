"""No input crashes the engine: an assessment or NotText, in time that grows with the text."""

import gc
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import drift
from drift.platforms import names
from tests.drift import fuzz
from tests.drift.depth import DEEP, examples
from tests.drift.fuzz import TEXTS, judge, sound
from tests.drift.grown import PLATFORMS, grown

every_platform = pytest.mark.parametrize("platform", names())


@every_platform
@settings(max_examples=examples(40), deadline=None)
@given(running=TEXTS, intended=TEXTS)
def test_any_two_texts_are_judged_or_refused_as_no_text(platform, running, intended):
    sound(judge(running, intended, platform))


@every_platform
@settings(max_examples=examples(15), deadline=None)
@given(text=TEXTS)
def test_any_text_is_in_sync_with_itself_written_anew(platform, text):
    found = judge(text, f"{text}\n", platform)
    assert found is None or found.in_sync or text.count("\r") or "[" in text


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 10**6), at=st.floats(0, 1), piece=TEXTS)
def test_a_configuration_with_anything_put_into_it_is_judged(platform, number, at, piece):
    text = grown(platform, number)
    place = int(at * len(text))
    sound(judge(text, text[:place] + piece + text[place:], platform))


@every_platform
@pytest.mark.parametrize("code", [0, 1, 2, 7, 27, 127])
def test_a_control_character_in_what_differs_is_no_text(platform, code):
    with pytest.raises(drift.NotText, match="control character"):
        drift.assess(f"hostname {chr(code)}\n", "hostname a\n", platform=platform)


DEEP_NESTING = {
    "cisco_ios": "".join(f"{' ' * depth}section {depth}\n" for depth in range(1000)),
    "juniper_junos": "a {\n" * 1000 + "b;\n" + "}\n" * 1000,
    "nokia_srl": "a {\n" * 1000 + "}\n" * 1000,
    "sonic": '{\n"a": {\n' + '"a": {\n' * 1000,
}


@every_platform
def test_a_text_that_nests_1000_deep_is_judged_or_no_text(platform):
    for text in DEEP_NESTING.values():
        sound(judge(text, "hostname a\n", platform))


LARGE: dict[str, Callable[[int], str]] = {
    "one line": lambda size: f"hostname {'a' * size * 20}\n",
    "short lines": lambda size: "".join(f"line{n} a\n" for n in range(size)),
    "the same line": lambda size: "ntp server 1.1.1.1\n" * size,
    "one section": lambda size: "interface Gi1\n" + "".join(f" line{n} a\n" for n in range(size)),
    "sections": lambda size: "".join(f"interface x{n}\n description a\n" for n in range(size // 2)),
    "one section again and again": lambda size: "interface Gi1\n description a\n" * (size // 2),
    "an access list": lambda size: (
        "ip access-list extended A\n"
        + "".join(f" permit ip host 10.{n // 250}.{n % 250}.1 any\n" for n in range(size))
    ),
    "a flat list": lambda size: "".join(f"access-list 10 permit {n}\n" for n in range(size)),
    "an open banner": lambda size: "banner motd ^C\n" + "x\n" * size,
    "banners": lambda size: "banner motd ^C\nx\n^C\n" * (size // 3),
    "comments": lambda size: "interface Gi1\n!\n description a\n" * (size // 3),
    "set lines": lambda size: "".join(f"set interfaces x{n} mtu 9\n" for n in range(size)),
    "terms": lambda size: "".join(
        f"set firewall filter F term T{n} then accept\n" for n in range(size)
    ),
    "braces": lambda size: "".join(f"interfaces {{\n x{n} a;\n}}\n" for n in range(size // 3)),
}
OTHER: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "hostname b\n",
    "another half": lambda text: text[: len(text) // 2] + text[len(text) // 2 :].replace("a", "b"),
    "the other way round": lambda text: "".join(reversed(text.splitlines(keepends=True))),
}
TIMED = [
    (platform, kind, other)
    for kind in LARGE
    for other in OTHER
    for platform in ("cisco_ios", "juniper_junos", "cisco_nxos")
    if (platform == "juniper_junos") == (kind in ("set lines", "terms", "braces"))
    and (platform != "cisco_nxos" or kind == "short lines")
]


def taken(platform, kind, other, size):
    text = LARGE[kind](size)
    gc.freeze()  # what other tests left behind is looked through at nobody's cost here
    before = time.process_time()
    judge(text, OTHER[other](text), platform)
    spent = time.process_time() - before
    gc.unfreeze()
    return spent


@pytest.mark.parametrize(("platform", "kind", "other"), TIMED)
def test_time_grows_with_the_text_and_not_with_its_square(platform, kind, other):
    small = 4000 if DEEP else 1000
    large = min(taken(platform, kind, other, small * 8) for _ in range(2))
    once = min(taken(platform, kind, other, small) for _ in range(3))
    assert large < 28 * once + 0.05  # the square would be 64


def test_a_text_of_100000_lines_is_judged_in_seconds():
    assert taken("cisco_ios", "sections", "another half", 100_000) < 20


def test_a_line_of_a_megabyte_is_judged_at_once():
    assert taken("cisco_ios", "one line", "another half", 50_000) < 1


@pytest.mark.skipif(not DEEP, reason="a minute long: make test-deep")
def test_a_minute_of_arbitrary_texts_crashes_nothing():
    assert fuzz.searched(seconds=60).met


def test_a_second_of_arbitrary_texts_crashes_nothing():
    assert fuzz.searched(seconds=1).met
