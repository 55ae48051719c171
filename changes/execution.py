"""Execute an approved change: claim, check it is still allowed, run in waves, verify, close.

Nothing here trusts what was true at approval; `changes.readiness` looks at all of it again right
before the first device is touched. A worker that lost its claim touches no device any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from changes import ansible, approvals, claims, verification
from changes.attribution import attribute
from changes.claims import Hold
from changes.errors import AnsibleUnavailable, DeviceNotObserved, StopRequested, WindowClosed
from changes.heart import Heart, beating
from changes.journal import Journal
from changes.models import ChangeRequest
from changes.plans import File, Plan, TargetPlan, waves_of
from changes.playbooks import Playbook, playbook, shelve
from changes.readiness import still_allowed
from changes.run_folder import Host, private_folder
from changes.states import State
from core.actor import Actor, Origin
from core.context import Context
from core.errors import TrimtabError
from core.runtime import Runtime
from drift import observation
from inventory.logins import login_for
from inventory.models import Device

EXECUTOR = Actor(
    name="trimtab executor",
    granted=frozenset(
        {"change.read", "change.execute", "device.read", "device.collect", "drift.read",
         "drift.scan", "event.read", "event.write", "snapshot.read"}
    ),
)  # fmt: skip
"""Carries out what persons approved; it holds no permission to request or approve."""

RUN_SECONDS = 1800
STOPPED = "A person stopped it"
LOST = "The claim was lost"
ENDED: Mapping[type[TrimtabError], State] = {
    StopRequested: State.CANCELLED,
    DeviceNotObserved: State.FAILED,
}
"""What a change becomes that could not start; after any other error it is still to be done."""


def execute(runtime: Runtime, change_id: int, *, worker: str) -> State | None:
    """Run a change once and return the state it ended in; None when it was not ours to run."""
    with _context(runtime) as ctx:
        held = claims.claim(ctx, change_id, worker=worker)
    if held is None:
        return None
    with beating(runtime, held) as heart, private_folder(runtime.settings.home / "runs") as place:
        journal = Journal(runtime=runtime, run_id=held.fence)
        return _Run(
            runtime=runtime, held=held, heart=heart, journal=journal, shelf=shelve(place)
        ).whole()


@contextmanager
def _context(runtime: Runtime) -> Iterator[Context]:
    with runtime.context(EXECUTOR, Origin(door="job")) as ctx:
        yield ctx


@dataclass(slots=True, kw_only=True)
class _Run:
    """One claimed run; every step has a transaction of its own."""

    runtime: Runtime
    held: claims.Claim
    heart: Heart
    journal: Journal
    shelf: Path  # the playbooks as they were judged
    touched: list[TargetPlan] = field(default_factory=list)
    seen: dict[int, verification.Verified] = field(default_factory=dict)

    def whole(self) -> State:
        try:
            with _context(self.runtime) as ctx:
                plan = still_allowed(ctx, self.held.change_id, shelf=self.shelf)
            self._require_wanted()
        except TrimtabError as error:
            return self._not_started(error)
        with _context(self.runtime) as ctx:
            if not claims.begin(ctx, self.held):
                return self._state()  # the lease ran out meanwhile: the change is somebody else's
        for _, wave in waves_of(plan):
            trouble = self._wave(plan, wave)
            if trouble:
                return self._undo(plan, trouble)
        return self._close(State.SUCCEEDED, "All devices are exactly as declared.", "done")

    def _require_wanted(self) -> None:
        self.heart.beat()
        if self.heart.hold() is Hold.STOPPING:
            raise StopRequested(f"{STOPPED} before a device was touched.")

    def _not_started(self, error: TrimtabError) -> State:
        """Nothing was touched: the change waits, is over, or its approvals are void."""
        state = ENDED.get(type(error), State.APPROVED)
        with _context(self.runtime) as ctx:
            released = claims.release(ctx, self.held, state=state, reason=error.message)
            change = ctx.get_locked(ChangeRequest, self.held.change_id)
            waits = released and change.state == State.APPROVED
            if waits and not isinstance(error, WindowClosed):
                approvals.void_all(ctx, change, reason=error.message)
            return State(change.state)

    def _wave(self, plan: Plan, wave: Sequence[TargetPlan]) -> str:
        """Run one wave and verify each device; returns what went wrong, or nothing."""
        if self.heart.hold() is not Hold.HELD:
            return STOPPED if self.heart.hold() is Hold.STOPPING else LOST
        with _context(self.runtime) as ctx:
            hosts = [host_of(ctx, one, one.lines, one.files) for one in wave]
        self.touched += wave
        book = playbook(plan.playbook, self.shelf)
        told = self._ansible(book, hosts, while_=frozenset({Hold.HELD}))
        found = [self._verify(one, undone=False) for one in wave]
        self.seen |= {one.device_id: one for one in found}
        wrong = [f"{one.hostname}: {one.detail}" for one in found if not one.as_declared]
        return "; ".join([*wrong, *told])

    def _undo(self, plan: Plan, trouble: str) -> State:
        """Put every touched device back, but for those seen unchanged, and see that it is."""
        with _context(self.runtime) as ctx:
            hosts = [
                host_of(ctx, one, one.rollback, one.rollback_files)
                for one in self.touched
                if not self.seen[one.device_id].unchanged
            ]
        if hosts and self.heart.hold() is not Hold.LOST:
            alive = frozenset({Hold.HELD, Hold.STOPPING})
            self._ansible(playbook(plan.way_back, self.shelf), hosts, while_=alive)
        found = [self._verify(one, undone=True) for one in self.touched]
        stuck = [f"{one.hostname}: {one.detail}" for one in found if not one.as_declared]
        if stuck:
            told = f"{trouble}. The rollback left devices in between: {'; '.join(stuck)}"
            return self._close(State.INTERRUPTED, told, "interrupted")
        told = f"{trouble}. All touched devices are back in the state before."
        return self._close(State.ROLLED_BACK, told, "rolled_back")

    def _verify(self, target: TargetPlan, *, undone: bool) -> verification.Verified:
        with _context(self.runtime) as ctx:
            return verification.verify(ctx, self.held, target, undone=undone)

    def _ansible(
        self, book: Playbook, hosts: Sequence[Host], *, while_: frozenset[Hold]
    ) -> tuple[str, ...]:
        """Run a playbook as long as the claim allows; returns what Ansible says went wrong."""
        settings = self.runtime.settings
        self.journal.tell(_heading(book, hosts))
        try:
            result = ansible.run(
                book, hosts, runs=settings.home / "runs", forks=settings.ansible_forks,
                seconds=RUN_SECONDS, tell=self.journal.tell,
                go_on=lambda: self.heart.hold() in while_,
            )  # fmt: skip
        except AnsibleUnavailable as error:
            return (error.message,)
        failed = tuple(f"{host}: Ansible reported a failure" for host in sorted(result.failed))
        if result.status == "canceled" and self.heart.hold() is Hold.STOPPING:
            return (*failed, STOPPED)
        if result.status != "successful" and not failed:
            return (f"Ansible ended as {result.status}",)
        return failed

    def _close(self, state: State, outcome: str, target_state: str) -> State:
        self.journal.flush()
        with _context(self.runtime) as ctx:
            change = ctx.get_locked(ChangeRequest, self.held.change_id)
            ours = claims.finish(ctx, self.held, state, outcome=outcome)
            touched = {one.device_id for one in self.touched}
            for target in change.targets if ours else ():
                target.state = target_state if target.device_id in touched else "waiting"
        with _context(self.runtime) as ctx:
            for one in self.touched:
                observation.judge_device(ctx, one.device_id, attribute=attribute)
        return state if ours else self._state()

    def _state(self) -> State:
        with _context(self.runtime) as ctx:
            return State(ctx.get(ChangeRequest, self.held.change_id).state)


def host_of(
    ctx: Context, target: TargetPlan, lines: tuple[str, ...], files: tuple[File, ...]
) -> Host:
    """The host with the variables that the playbooks correct_drift and restore take."""
    login = login_for(ctx, ctx.get(Device, target.device_id))
    return Host(
        login=login,
        variables={"trimtab_lines": list(lines), "trimtab_files": [asdict(file) for file in files]},
    )


def _heading(book: Playbook, hosts: Sequence[Host]) -> ansible.Told:
    names = ", ".join(host.login.hostname for host in hosts)
    return ansible.Told(kind="wave", host="", task=book.title, status="wave", text=names)
