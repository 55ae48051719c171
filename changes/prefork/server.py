"""Imports Ansible and the drivers once, then forks a run of ansible-playbook for each request.

`python -m changes.prefork.server LISTENER OWNER`, two inherited file descriptors: a listening
socket, and a pipe that ends with whoever started this. Has one thread, and never runs a play in its
own process: each run begins from the same untouched imports. Linux only (pidfd_open).
"""

import contextlib
import ctypes
import fcntl
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, cast

import ansible
from ansible import constants
from ansible.cli.playbook import PlaybookCLI
from ansible.plugins import loader
from ansible.plugins.strategy import linear
from ansible.utils.collection_loader import _collection_finder as finder

from inventory import platforms
from inventory.drivers import push, registry, settling, workers

IMPORTED = (linear, push, registry, settling, workers)
"""What the runs use, imported here for them."""

ASKING_SECONDS = 10.0
BUILTIN = ("ansible.builtin", "runtime.yml")
PR_SET_PDEATHSIG = 1
TERMINAL = 3  # standard input, output and error


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A run as ansible-playbook would have been started, with the descriptors of its terminal."""

    cwd: str
    env: Mapping[str, str]
    arguments: Sequence[str]
    terminal: Sequence[int]


@dataclass(slots=True, kw_only=True)
class Server:
    """The runs under way, and what is waited for."""

    listener: socket.socket
    owner: int
    waiting: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    runs: "list[_Run]" = field(default_factory=list)

    def serve(self) -> None:
        """Take requests until the owner is no more; then end every run."""
        self.waiting.register(self.listener, selectors.EVENT_READ, self._take)
        self.waiting.register(self.owner, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.waiting.select():
                if key.data is None:
                    self._end_all()
                    return
                cast("Callable[[], None]", key.data)()

    def _take(self) -> None:
        line, _ = self.listener.accept()
        try:
            request = _asked(line)
        except (OSError, ValueError, KeyError) as error:
            sys.stderr.write(f"trimtab prefork: a request that cannot be read: {error}\n")
            line.close()
            return
        server, pid = os.getpid(), os.fork()
        if pid == 0:
            self._forget(line)
            _run(request, server=server)
        for handle in request.terminal:
            os.close(handle)
        run = _Run(server=self, pid=pid, line=line, ended=os.pidfd_open(pid))
        self.runs.append(run)
        self.waiting.register(line, selectors.EVENT_READ, run.kill)
        self.waiting.register(run.ended, selectors.EVENT_READ, run.settle)

    def _end_all(self) -> None:
        for run in self.runs:
            run.kill()

    def _forget(self, line: socket.socket) -> None:
        """In a run: close what is the server's, or others would wait for it in vain."""
        self.waiting.close()
        self.listener.close()
        os.close(self.owner)
        line.close()
        for run in self.runs:
            run.line.close()
            os.close(run.ended)


@dataclass(slots=True, kw_only=True, eq=False)
class _Run:
    """A forked run: its process, who asked for it, and the descriptor that tells its end."""

    server: Server
    pid: int
    line: socket.socket
    ended: int

    def kill(self) -> None:
        """Whoever asked for it is gone, or we are: the run leads a group of its own."""
        if self not in self.server.runs:  # it ended at the same moment, its number may be another's
            return
        with contextlib.suppress(KeyError):
            self.server.waiting.unregister(self.line)
        for end in (os.killpg, os.kill):  # it may not lead its group yet
            with contextlib.suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)

    def settle(self) -> None:
        """It ended: pass its exit status on, as a shell would tell it."""
        self.server.runs.remove(self)
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(OSError):
            self.line.sendall(bytes([code if code >= 0 else 128 - code]))
        with contextlib.suppress(KeyError):  # it was killed
            self.server.waiting.unregister(self.line)
        self.server.waiting.unregister(self.ended)
        os.close(self.ended)
        self.line.close()


def _asked(line: socket.socket) -> Request:
    """Read what a launcher asks for; raises OSError, ValueError or KeyError where it is none."""
    line.settimeout(ASKING_SECONDS)
    head, terminal, _, _ = socket.recv_fds(line, 8, TERMINAL)
    if len(head) != 8 or len(terminal) != TERMINAL:
        raise ValueError("it has no head")
    left, told = int.from_bytes(head, "big"), bytearray()
    while len(told) < left:
        part = line.recv(left - len(told))
        if not part:
            raise ValueError("it is cut off")
        told += part
    line.settimeout(None)
    return Request(**json.loads(told), terminal=tuple(terminal))


def _run(request: Request, *, server: int) -> NoReturn:
    """Be the run; this process is its own from here on."""
    code = 1
    try:
        _bind(server)
        for number, handle in enumerate(request.terminal):
            os.dup2(handle, number)
            os.close(handle)
        if os.isatty(0):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        _become(request)
        PlaybookCLI.cli_executor(["ansible-playbook", *request.arguments])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - nothing may go on as a second server
        sys.stderr.write(f"trimtab prefork: {error!r}\n")
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _bind(server: int) -> None:
    """Lead a session of its own, and end when the server does, however that is (prctl(2))."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it ended before we asked for that
        os._exit(1)


def _become(request: Request) -> None:
    """Take over the directory, environment and terminal, and read Ansible's settings from them."""
    os.chdir(request.cwd)
    if os.environ.get(platforms.FOLDER_TOLD) != request.env.get(platforms.FOLDER_TOLD):
        platforms.forget()
    os.environ.clear()
    os.environ.update(request.env)
    sys.argv = ["ansible-playbook", *request.arguments]
    sys.pycache_prefix = request.env.get("PYTHONPYCACHEPREFIX")
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    named = vars(constants)
    for setting in constants.config.get_configuration_definitions():
        value = constants.config.get_config_value(setting, variables=named)
        constants.set_constant(setting, value)
    loader.action_loader.config = constants.DEFAULT_ACTION_PLUGIN_PATH
    loader.lookup_loader.config = constants.DEFAULT_LOOKUP_PLUGIN_PATH
    loader.callback_loader.config = constants.DEFAULT_CALLBACK_PLUGIN_PATH


def _know_builtin_names() -> None:
    """Parse once how names of Ansible's own plugins are led on; each run takes it as it is.

    It is a third of a run's start. That function says of itself that it may be replaced.
    """
    raw = (Path(ansible.__file__).parent / "config/ansible_builtin_runtime.yml").read_bytes()
    parse = finder._meta_yml_to_dict  # noqa: SLF001 - see above
    known = {raw: parse(raw, BUILTIN)}

    def parsed(text: bytes | str, content_id: object) -> object:
        told = text.encode() if isinstance(text, str) else text
        return known.pop(told, None) or parse(text, content_id)

    finder._meta_yml_to_dict = parsed  # noqa: SLF001


def main() -> None:
    """Serve until the owner is no more, and leave no folder behind."""
    listener, owner = map(int, sys.argv[1:])
    with contextlib.suppress(platforms.PlatformBroken):  # told by the run that needs it
        platforms.known_platforms()
    _know_builtin_names()
    gc.collect()
    gc.freeze()  # what all runs share is not copied because somebody counts references
    Server(listener=socket.socket(fileno=listener), owner=owner).serve()
    shutil.rmtree(Path.cwd(), ignore_errors=True)


if __name__ == "__main__":
    main()
