"""`make fuzz-drift`: arbitrary texts against the engine for as long as asked. Changes nothing.

Every example must end as an assessment or as NotText; the last line is JSON.
"""

import json
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import drift
from drift.platforms import names
from tests.drift.grown import PLATFORMS, grown

MINUTES = 10
SLOWEST = 1.0  # CPU seconds for a text of a few hundred lines
WORDS = (
    "interface Gi1",
    "banner motd ^C",
    "banner motd",
    "^C",
    "EOF",
    "banner motd x",
    "macro name M",
    "@",
    "route-policy P",
    "end-policy",
    "crypto pki certificate chain T",
    " certificate 01",
    "\tquit",
    "router bgp 1",
    "ip access-list extended A",
    "access-list 10 permit any",
    "vlan 1,3-5",
    "vlan 9-1",
    "vlan 4094",
    "set system host-name a",
    "deactivate system",
    "protect system",
    "interfaces {",
    "}",
    "ge-0/0/0;",
    "inactive: a {",
    "key [ a b ];",
    "/* a",
    "*/",
    "## x",
    "!",
    "#",
    "[file /etc/motd]",
    "[packages]",
    "config system global",
    "next",
    "end",
    "edit 1",
    "{",
    '"a": {',
    "]",
    "switchport trunk allowed vlan add 3",
    "no shutdown",
    "no ",
    "set",
    "delete a",
    "exit",
    "set policy-options policy-statement P term A then accept",
    " 10 permit ip any any",
)
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=30),
    st.builds("{}{}".format, st.sampled_from([" ", "  ", "    ", "\t"]), st.sampled_from(WORDS)),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
TEXTS = st.lists(st.tuples(PIECES, ENDS), max_size=25).map(
    lambda found: "".join(piece + end for piece, end in found)
)


def judge(running, intended, platform):
    """The assessment, or None where one is no text."""
    try:
        return drift.assess(running, intended, platform=platform)
    except drift.NotText:
        return None


def sound(found):
    """What holds of any assessment."""
    assert found is None or found.in_sync is not bool(found.differences)
    assert found is None or not (found.in_sync and (found.remediation or found.rollback))


@dataclass(slots=True)
class Search:
    """What was tried, and what went wrong."""

    seconds: float = 0.0
    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    crashes: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool:
        return not self.crashes and self.slowest < SLOWEST and self.tried.total() > 0

    def judged(self, running: str, intended: str, platform: str) -> None:
        """Judge one pair, and keep how it went."""
        found, took = _timed(running, intended, platform)
        if took >= SLOWEST:  # again: a pause of the process around it is not the engine's
            took = min(took, _timed(running, intended, platform)[1])
        self.slowest = max(self.slowest, took)
        self.tried[platform] += 1
        self.refused[platform] += found is None
        sound(found)


def _timed(running, intended, platform):
    """What came of it, and seconds of CPU of this thread."""
    begun = time.thread_time()
    found = judge(running, intended, platform)
    return found, time.thread_time() - begun


def searched(*, seconds: float) -> Search:
    """Look for texts that crash the engine; two kinds of texts take turns until time is up."""
    search, begun = Search(), time.monotonic()
    for number in count(int(time.time())):
        for kind in (_arbitrary, _broken_into):
            try:
                kind(search, number)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
                search.crashes.append(f"seed {number}, {kind.__name__}: {error!r}")
        search.seconds = time.monotonic() - begun
        if search.seconds >= seconds or search.crashes:
            return search
    return search


QUIET = settings(
    max_examples=100, deadline=None, database=None, derandomize=False,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def _arbitrary(search: Search, number: int) -> None:
    """Two texts of pieces that mean something somewhere."""

    @seed(number)
    @settings(QUIET)
    @given(running=TEXTS, intended=TEXTS, platform=st.sampled_from(names()))
    def fuzz(running: str, intended: str, platform: str) -> None:
        search.judged(running, intended, platform)

    fuzz()


def _broken_into(search: Search, number: int) -> None:
    """A configuration as devices show it, with anything put into it."""

    @seed(number)
    @settings(QUIET)
    @given(
        platform=st.sampled_from(tuple(PLATFORMS)), grain=st.integers(0, 10**6), at=st.floats(0, 1),
        piece=TEXTS,
    )  # fmt: skip
    def fuzz(platform: str, grain: int, at: float, piece: str) -> None:
        text = grown(platform, grain)
        place = int(at * len(text))
        search.judged(text, text[:place] + piece + text[place:], platform)

    fuzz()


def main() -> None:
    """Minutes as the first argument."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    search = searched(seconds=minutes * 60)
    for platform in names():
        out(f"{platform:20}{search.tried[platform]:9} judged {search.refused[platform]:8} no text")
    for crash in search.crashes:
        out(crash)
    figures = {
        "minutes": round(search.seconds / 60, 1), "examples": search.tried.total(),
        "crashes": len(search.crashes), "slowest_ms": math.ceil(search.slowest * 1e3),
    }  # fmt: skip
    goals = {"minutes": MINUTES, "crashes": 0, "slowest_ms": SLOWEST * 1e3}
    met = search.met and search.seconds >= MINUTES * 60
    out(json.dumps({"name": "fuzz-drift", "figures": figures, "goals": goals, "met": met}))


def out(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
