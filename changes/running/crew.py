"""What a claimed run works with: its claim, contexts, threads and Ansible. Decides nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TypeVar

from changes import ansible
from changes.ansible import Told
from changes.claims import Claim, Hold
from changes.errors import AnsibleUnavailable
from changes.heart import Heart
from changes.journal import Journal
from changes.playbooks import RELEASE, WAIT, Playbook
from changes.run_folder import Host
from core.actor import Actor, Origin
from core.context import Context, Work
from core.runtime import Runtime

JOB = Origin(door="job")
RUN_SECONDS = 1800
SESSIONS = 32  # at a time at most, each with a database connection for moments
STOPPED = "A person stopped it"

WANTED = frozenset({Hold.HELD, Hold.PAUSING})
"""While the claim is like this, the change goes forward."""
OURS = frozenset(Hold) - {Hold.LOST}
"""While it is like this, the way back may be gone."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a playbook ended: what went wrong, by hostname, and with the run as a whole.

    `stopped`: it was ended half-way, because a person wants that.
    """

    failed: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    stopped: bool = False

    def wrong(self, hostname: str) -> str:
        """What went wrong with this host; empty when nothing did."""
        return self.failed.get(hostname, self.trouble)


@dataclass(slots=True, kw_only=True)
class Crew:
    """One claimed run; every step has a transaction of its own, none while a device works."""

    runtime: Runtime
    actor: Actor
    held: Claim
    heart: Heart
    journal: Journal
    shelf: Path  # the playbooks as they were judged

    @contextmanager
    def context(self) -> Iterator[Context]:
        with self.runtime.context(self.actor, JOB) as ctx:
            ctx.work = Work(change_id=self.held.change_id, execution_id=self.held.fence)
            yield ctx

    @property
    def lost(self) -> bool:
        return self.heart.hold() is Hold.LOST

    def each(self, items: Sequence[Item], act: Callable[[Context, Item], Result]) -> list[Result]:
        """What `act` returns of each, in their order; several at a time, each in a context."""

        def one(item: Item) -> Result:
            with self.context() as ctx:
                return act(ctx, item)

        if len(items) < 2:
            return [one(item) for item in items]
        threads = min(len(items), self.runtime.settings.ansible_forks, SESSIONS)
        with ThreadPoolExecutor(threads, thread_name_prefix="change") as pool:
            return list(pool.map(one, items))

    def play(
        self, book: Playbook, hosts: Sequence[Host], *, status: str, while_: frozenset[Hold]
    ) -> Played:
        """Run a playbook as long as the claim is one of `while_`; `status` marks it in the log."""
        if not hosts:
            return Played()
        settings = self.runtime.settings
        self.journal.tell(_heading(book, hosts, status))
        failures: dict[str, str] = {}

        def tell(told: Told) -> None:
            if told.status in {"failed", "unreachable"} and told.host:
                words = told.text.strip().splitlines()
                failures[told.host] = words[0] if words else "Ansible reported a failure"
            self.journal.tell(told)

        try:
            result = ansible.run(
                book, hosts, runs=settings.home / "runs", forks=settings.ansible_forks,
                seconds=RUN_SECONDS + _waits(hosts, forks=settings.ansible_forks), tell=tell,
                go_on=lambda: self.heart.hold() in while_,
            )  # fmt: skip
        except AnsibleUnavailable as error:
            return Played(trouble=error.message)
        if result.status == "canceled":
            return Played(failed=failures, trouble=STOPPED, stopped=True)
        if result.status != "successful" and not result.failed:
            return Played(failed=failures, trouble=f"Ansible ended as {result.status}")
        return Played(failed=failures)


def _waits(hosts: Sequence[Host], *, forks: int) -> int:
    """Seconds that devices may copy, verify and restart besides, so many of them at a time."""
    longest = max(map(_wait, hosts), default=0)
    return 2 * longest * ceil(len(hosts) / forks)


def _wait(host: Host) -> int:
    release = host.variables.get(RELEASE)
    wait = release["wait"] if isinstance(release, Mapping) else host.variables.get(WAIT)
    return wait if isinstance(wait, int) else 0


def _heading(book: Playbook, hosts: Sequence[Host], status: str) -> Told:
    names = ", ".join(host.login.hostname for host in hosts)
    return Told(kind=status, host="", task=book.title, status=status, text=names)
