"""Render in a process of its own, bounded in time, memory and output. Keeps no text."""

import atexit
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from threading import Lock

from drift.intent.model import IntentWrong, RenderingStopped
from drift.intent.rendering import LARGEST_TEXT, Job

SECONDS = 5.0
START_SECONDS = 60.0  # of a busy machine, before the first template
PIECE = 1 << 16
LARGEST_ANSWER = 7 * LARGEST_TEXT  # JSON writes a character in at most six bytes
COMMAND = (sys.executable, "-I", "-X", "utf8", "-m", "drift.intent.child")


@dataclass(slots=True)
class Renderer:
    """One rendering process, begun when it is first needed and again when it had to be ended."""

    seconds: float = SECONDS
    _process: "subprocess.Popen[bytes] | None" = None
    _lock: Lock = field(default_factory=Lock)

    def render(self, job: Job) -> str:
        """The text, or IntentWrong naming file, line and what is missing.

        Raises RenderingStopped when it took too long, made too much or needed too much memory.
        """
        with self._lock:
            answer = self._asked(json.dumps(asdict(job)).encode() + b"\n", job)
        made = json.loads(answer)
        if "text" in made:
            return str(made["text"])
        place = f"{made['file']}, line {made['line']}" if made["line"] else made["file"]
        raise IntentWrong(
            f"{place}: {str(made['what']).rstrip('.')}. Correct the template, or give the value "
            "in the data of this device or of its groups.",
            file=str(made["file"]), line=int(made["line"]),
        )  # fmt: skip

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
            atexit.unregister(self.close)

    def _asked(self, line: bytes, job: Job) -> bytes:
        try:
            process = self._running()
            answer = _exchange(process, line, time.monotonic() + self.seconds)
        except OSError as error:
            self.close()
            raise RenderingStopped(
                f"{job.template}: the rendering process ended: {error}."
            ) from None
        if answer is None:
            self.close()
            raise RenderingStopped(
                f"{job.template} was stopped: it took more than {self.seconds:g} seconds, or made "
                "too much text or needed too much memory. Make its loops shorter."
            )
        return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={}, cwd="/", bufsize=0,
            )  # fmt: skip
            atexit.register(self.close)
            if _exchange(self._process, b"", time.monotonic() + START_SECONDS) is None:
                raise BrokenPipeError("it could not begin")
        return self._process


def _exchange(process: "subprocess.Popen[bytes]", line: bytes, until: float) -> bytes | None:
    """What the process answers; None when it does not until then, or with too much."""
    if process.stdin is None or process.stdout is None:
        return None
    source, sink = process.stdout.fileno(), process.stdin.fileno()
    os.set_blocking(sink, False)
    ready = select.poll()  # select() takes no file numbers above 1023
    ready.register(source, select.POLLIN)
    if line:
        ready.register(sink, select.POLLOUT)
    answer = bytearray()
    while (left := until - time.monotonic()) > 0 and len(answer) < LARGEST_ANSWER:
        events = dict(ready.poll(left * 1000))
        if sink in events:
            line = line[os.write(sink, line[:PIECE]) :]
            if not line:
                ready.unregister(sink)  # all is asked
        if source in events:
            piece = os.read(source, PIECE)
            answer += piece
            if not piece or answer.endswith(b"\n"):
                return bytes(answer) or None
    return None
