"""The lab as a process of its own, which cuts sessions when told and keeps what was typed.

Told by lines of JSON on standard input; each is answered by one line of JSON.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import ClassVar
from unittest.mock import patch

from lab import server
from lab.network import Lab
from tests.chaos.markers import FIRST, NET, SECOND, marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a device's own session log and running configuration hold of the changes' lines."""

    typed: tuple[str, ...]
    running: tuple[str, ...]
    others: tuple[str, ...]  # lines of no change that came or went since the beginning
    guarded: bool  # it will go back by itself unless somebody confirms


@dataclass(slots=True)
class LabProcess:
    """The lab as its parent speaks to it."""

    process: subprocess.Popen
    hosts: list[dict]
    turn: Lock = field(default_factory=Lock)

    def cut(self, hostname: str) -> None:
        """Have the device close its sessions once, in the middle of the next change."""
        self._ask(do="cut", hostname=hostname)

    def spare(self, hostname: str) -> None:
        """Take that back, where it did not come to it."""
        self._ask(do="spare", hostname=hostname)

    def cuts(self) -> int:
        """How often a session was closed like that."""
        return self._ask(do="cuts")

    def shown(self) -> dict[str, Shown]:
        return {name: Shown(**one) for name, one in self._ask(do="shown").items()}

    def guarded(self) -> set[str]:
        """Devices that will go back by themselves unless somebody confirms."""
        return {name for name, one in self.shown().items() if one.guarded}

    def _ask(self, **words):
        with self.turn:
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())


@contextmanager
def lab_process(*, devices: int, seed: int, haste: float) -> Iterator[LabProcess]:
    """A lab in another process, which ends with the body; its devices' timers run with haste."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.lab_process", str(devices), str(seed), str(haste)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield LabProcess(process, json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


class Cuttable(server.Terminal):
    """A terminal whose connection ends when a line is typed that `cutting` has for its device."""

    cutting: ClassVar[dict[str, str]] = {}
    cut: ClassVar[Counter] = Counter()
    draw: ClassVar[random.Random]

    def entered(self, line):
        super().entered(line)
        name, words = self.device.hostname, line.strip()
        if name in self.cutting and words.startswith(self.cutting[name]):
            del self.cutting[name]
            self.cut[name] += 1
            delay = self.draw.choice([0, 0.05])  # before it is in effect, or after
            asyncio.get_running_loop().call_later(delay, self.end)

    def end(self):
        with suppress(AssertionError):  # it ended by itself meanwhile
            self.drop()


class Serving:
    """Answers one command after another, in the lab's own event loop."""

    def __init__(self, lab):
        self.lab = lab
        self.before = {device.hostname: lines_of(device) for device in lab.devices}

    async def answer(self, words):
        return getattr(self, words.pop("do"))(**words)

    def cut(self, hostname):
        starts = [f"{FIRST} {NET}.", f"{SECOND} {NET}.", "wr"]
        Cuttable.cutting[hostname] = Cuttable.draw.choice(starts)

    def spare(self, hostname):
        Cuttable.cutting.pop(hostname, None)

    def cuts(self):
        return Cuttable.cut.total()

    def shown(self):
        return {device.hostname: self._shown(device) for device in self.lab.devices}

    def _shown(self, device):
        now, before = lines_of(device), self.before[device.hostname]
        typed = [one.line.strip() for one in device.journal if one.mode == "config"]
        return {
            "typed": [line for line in typed if marked(line)],
            "running": [line for line in now if marked(line)],
            "others": [line for line in (now - before) + (before - now) if not marked(line)],
            "guarded": device.guard is not None,
        }


def lines_of(device):
    return Counter(line.strip() for line in device.running().splitlines())


def main() -> None:
    """Serve until standard input ends."""
    devices, seed, haste = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    Cuttable.draw = random.Random(seed)  # noqa: S311 - no secret
    with patch.object(server, "Terminal", Cuttable), Lab(devices=devices, seed=seed) as lab:
        serving = Serving(lab)
        for device in lab.devices:
            device.second = 1 / haste
        hosts = [
            {"hostname": device.hostname, "platform": device.platform, "address": device.address,
             "port": device.port, "site": device.site}
            for device in lab.devices
        ]  # fmt: skip
        tell(hosts)
        for line in sys.stdin:
            answer = serving.answer(json.loads(line))
            tell(asyncio.run_coroutine_threadsafe(answer, lab._loop).result())


def tell(answer) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
