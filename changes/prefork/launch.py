"""Stands in for ansible-playbook: hands its arguments, environment and terminal to the server.

`launch.py SOCKET PROGRAM ARGUMENT...`, with the standard library alone, so that it starts in
milliseconds. It ends as the run ends; when it is killed, the server kills the run. Where no server
answers, it becomes PROGRAM itself.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import termios
from pathlib import Path

LOST = 255
"""The exit status where the server ended before the run did."""


def main() -> int:
    """Returns the run's exit status."""
    path, program, *arguments = sys.argv[1:]
    request = {"cwd": str(Path.cwd()), "env": dict(os.environ), "arguments": arguments}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        if not _connected(line, Path(path)):
            os.execv(program, [program, *arguments])  # noqa: S606 - no shell is wanted
        _let_go_of_terminal()
        told = json.dumps(request).encode()
        socket.send_fds(line, [len(told).to_bytes(8, "big")], [0, 1, 2])
        line.sendall(told)
        status = line.recv(1)
    return status[0] if status else LOST


def _let_go_of_terminal() -> None:
    """The run takes it as its own: a prompt of a playbook asks whether it is in the foreground."""
    if os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # told to whoever lets go of it
        fcntl.ioctl(0, termios.TIOCNOTTY)


def _connected(line: socket.socket, path: Path) -> bool:
    """Reach the server by its name alone: the whole path may be longer than a socket's may be."""
    here = Path.cwd()
    try:
        os.chdir(path.parent)
        line.connect(path.name)
    except OSError:
        return False
    finally:
        os.chdir(here)
    return True


if __name__ == "__main__":
    sys.exit(main())
