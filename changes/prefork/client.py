"""Start the server of this process, and say how a run of ansible-playbook is started through it.

One server a process, started when it is first needed and again when it died. It ends with this
process, however that ends, and its runs with it. Runs nothing itself.
"""

import atexit
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from changes.playbooks import FOLDER, PLUGINS
from changes.run_folder import environment

PROGRAM = Path(sys.executable).with_name("ansible-playbook")
LAUNCHER = Path(__file__).with_name("launch.py")
WAITING = 64  # runs that may wait to be taken
END_SECONDS = 10


@dataclass(slots=True, kw_only=True)
class _Server:
    """The process, its folder, and the pipe whose end tells it that we are no more."""

    process: subprocess.Popen[bytes]
    folder: "tempfile.TemporaryDirectory[str]"
    alive: int

    @property
    def socket(self) -> Path:
        return Path(self.folder.name) / "socket"

    def end(self) -> None:
        os.close(self.alive)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


_held: list[_Server] = []
_starting = Lock()


def command(arguments: Sequence[str]) -> list[str]:
    """The command that runs ansible-playbook with these arguments; returns at once.

    A server that was just started takes it as soon as it is ready.
    """
    return [
        sys.executable, "-I", "-S", str(LAUNCHER), str(ready().socket), str(PROGRAM), *arguments,
    ]  # fmt: skip


def ready() -> _Server:
    """The server of this process, started where there is none; does not wait for its imports."""
    with _starting:
        if _held and _held[0].process.poll() is not None:
            _held.pop().end()
        if not _held:
            _held.append(_started())
        return _held[0]


def _started() -> _Server:
    folder = tempfile.TemporaryDirectory(prefix="trimtab-prefork-", ignore_cleanup_errors=True)
    place = Path(folder.name)
    ended, alive = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(place / "socket"))
        listener.listen(WAITING)
        handed = (listener.fileno(), ended)
        process = subprocess.Popen(
            [sys.executable, "-m", "changes.prefork.server", *map(str, handed)], pass_fds=handed,
            stdin=subprocess.DEVNULL, cwd=place, start_new_session=True,
            env=environment(place, plugins=FOLDER / PLUGINS),
        )  # fmt: skip
    os.close(ended)
    return _Server(process=process, folder=folder, alive=alive)


@atexit.register
def end() -> None:
    """End the server of this process, with what still runs in it."""
    with _starting:
        while _held:
            _held.pop().end()
