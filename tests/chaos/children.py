"""Programs that are started again when they end, as an init system does. Kills only its own."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

import psutil

LOOK_SECONDS = 0.5


@dataclass
class Kept:
    """One program that shall always run; `killed` counts our kills, `starts` all its starts."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    killed: int = 0
    process: subprocess.Popen | None = None
    ending: bool = False
    turn: Lock = field(default_factory=Lock)

    @property
    def pid(self) -> int | None:
        return None if self.process is None else self.process.pid

    def ensure(self) -> None:
        with self.turn:
            if self.ending or (self.process is not None and self.process.poll() is None):
                return
            self.starts += 1
            with self.log.open("a") as log:
                self.process = subprocess.Popen(
                    self.words, env=self.environment, cwd=self.log.parent, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip

    def kill(self) -> bool:
        """kill -9, and nothing of its children; False when it was down already."""
        with self.turn:
            if self.process is None or self.process.poll() is not None:
                return False
            self.process.kill()
            self.process.wait()
            self.killed += 1
            return True

    def ask_to_end(self) -> None:
        with self.turn:
            self.ending = True
            if self.process is not None:
                self.process.terminate()

    def end(self) -> None:
        """Wait for it, and kill it where it does not end."""
        with self.turn:
            if self.process is None:
                return
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def children(self) -> list[psutil.Process]:
        """Whatever it started and those started, as far as they live."""
        with suppress(psutil.Error):
            if self.process is not None and self.process.poll() is None:
                return psutil.Process(self.process.pid).children(recursive=True)
        return []


@contextmanager
def init_system(programs: list[Kept]) -> Iterator[None]:
    """Have the programs run, and again whenever one ended, until the body ends."""
    over = Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            for one in programs:
                one.ensure()

    for one in programs:
        one.ensure()
    thread = Thread(target=look, name="init", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for one in programs:
            one.ask_to_end()
        for one in programs:
            one.end()


def kill(pid: int, number: int = signal.SIGKILL) -> bool:
    """Send a signal; False when nobody was there any more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def within(seconds: float, condition, *, pause: float = 0.1):
    """The condition's first answer that is true; its last one when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() >= deadline:
            return answer
        time.sleep(pause)
