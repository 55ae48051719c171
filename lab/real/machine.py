"""The processes of one machine: starts machine.sh in new namespaces and ends it. Wires no cable."""

import os
import select
import subprocess
import time
from pathlib import Path

from lab.real.plans import Machine

HERE = Path(__file__).parent
NAMESPACES = ("--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child")
PATIENCE = 30.0  # seconds for each step of a start


class RunningMachine:
    """Lives as long as its standard input is open: also a killed maker ends it."""

    def __init__(self, machine: Machine, folder: Path, *, host_key: str) -> None:
        (folder / "disk").mkdir(parents=True)
        key = folder / "host_key"
        key.touch(mode=0o600)
        key.write_text(host_key)
        self.machine = machine
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["unshare", *NAMESPACES, "sh", HERE / "machine.sh", folder,  # noqa: S607
                 HERE.parent / "provision"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0,
                start_new_session=True,  # Ctrl-C is for the maker, who ends its machines in order
                env={"PATH": os.environ.get("PATH", os.defpath), **machine.environment},
            )  # fmt: skip
        self._said = b""

    @property
    def pid(self) -> int:
        """A process in the machine's network namespace, as soon as it asked to be wired."""
        return self._process.pid

    def wait_for(self, word: str) -> None:
        """Until the machine says the word; raises RuntimeError with its last words otherwise."""
        until = time.monotonic() + PATIENCE
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - made with a pipe
        while f"{word}\n".encode() not in self._said:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            heard = os.read(pipe.fileno(), 4096) if ready else b""
            if not heard:
                raise RuntimeError(f"{self.machine.hostname} did not start: {self._last_words()}")
            self._said += heard

    def tell(self, word: str) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - made with a pipe
        pipe.write(f"{word}\n".encode())

    def end(self) -> None:
        """Close its input, which ends it; kill it when it does not listen."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return "; ".join(text.splitlines()[-5:]) or "it said nothing"
