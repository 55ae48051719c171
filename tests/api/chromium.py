"""A headless Chromium driven over its debugging pipe; it notes whatever a page does wrong."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 30.0


@dataclass
class Chromium:
    """One page. `faults` are console errors, exceptions, policy violations, requests elsewhere."""

    base: str
    orders: int
    answers: int
    session: str = ""
    number: int = 0
    unread: bytes = b""
    loaded: bool = False
    faults: list[str] = field(default_factory=list)

    def order(self, method: str, **params):
        """Send a command and return its result; events that come meanwhile are noted."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.orders, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self.number:
                assert "error" not in told, told
                return told["result"]
            self._note(told)

    def attach(self) -> None:
        target = self.order("Target.createTarget", url="about:blank")["targetId"]
        attached = self.order("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.order(f"{domain}.enable")

    def open(self, path: str) -> None:
        self.loaded = False
        self.order("Page.navigate", url=self.base + path)
        self.wait()

    def wait(self) -> None:
        """Until the page under way is loaded."""
        while not self.loaded:
            self._note(self._next())

    def run(self, script: str):
        """The value of a JavaScript expression in the page."""
        told = self.order("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    def submit(self, script: str) -> None:
        """Run a script that leads to another page."""
        self.loaded = False
        self.run(script)
        self.wait()

    def theme(self, name: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.order("Emulation.setEmulatedMedia", features=features)

    def _next(self):
        until = time.monotonic() + PATIENCE
        while b"\0" not in self.unread:
            left = until - time.monotonic()
            if left <= 0 or not select([self.answers], [], [], left)[0]:
                raise TimeoutError("Chromium told nothing in time.")
            self.unread += os.read(self.answers, 65536)
        message, self.unread = self.unread.split(b"\0", 1)
        return json.loads(message)

    def _note(self, told) -> None:
        params = told.get("params", {})
        match told.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Runtime.exceptionThrown":
                self.faults.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.faults.append(f"console: {params['args']}")
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.faults.append(f"log: {params['entry']['text']} {params['entry'].get('url')}")
            case "Network.requestWillBeSent":
                url = params["request"]["url"]
                if not url.startswith((self.base, "data:", "about:")):
                    self.faults.append(f"a request elsewhere: {url}")


@contextmanager
def chromium(program: str, profile: Path, base: str) -> Iterator[Chromium]:
    """A browser with a profile of its own, ended afterwards."""
    child_reads, orders = os.pipe()
    answers, child_writes = os.pipe()
    script = f'exec 3<&{child_reads} 4>&{child_writes}; exec "$@"'
    process = subprocess.Popen(
        ["bash", "-c", script, "bash", program, *FLAGS, f"--user-data-dir={profile}"],  # noqa: S607
        pass_fds=(child_reads, child_writes), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(child_reads)
    os.close(child_writes)
    try:
        page = Chromium(base, orders, answers)
        page.attach()
        yield page
        page.session = ""
        page.order("Browser.close")
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(orders)
        os.close(answers)
