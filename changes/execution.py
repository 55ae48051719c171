"""Execute an approved change: claim, check it is still allowed, run in waves, verify, close.

Nothing here trusts what was true at approval; `changes.readiness` looks at all of it again, at the
whole before the first device is touched and at each device before its wave. A worker that lost its
claim touches no device any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from changes import approvals, claims
from changes.attribution import attribute
from changes.calendar.errors import Frozen
from changes.claims import End, Hold
from changes.emergency import grants
from changes.errors import (
    AnsibleUnavailable,
    DeviceNotObserved,
    GateFailed,
    GlassOver,
    StopRequested,
    WindowClosed,
)
from changes.heart import beating
from changes.journal import Journal
from changes.models import ChangeRequest, ChangeTarget
from changes.plans import Plan, TargetPlan, Wave, waves_of
from changes.playbooks import shelve
from changes.readiness import approved_plan, require_glass, still_allowed
from changes.run_folder import private_folder
from changes.running import telling, undoing, waves
from changes.running.crew import JOB, STOPPED, Crew
from changes.states import State, Target, ending
from core.actor import Actor
from core.errors import TrimtabError
from core.runtime import Runtime
from drift import observation

EXECUTOR = Actor(
    name="trimtab executor",
    granted=frozenset(
        {"change.read", "change.execute", "device.read", "device.collect", "drift.read",
         "drift.scan", "event.read", "event.write", "snapshot.read"}
    ),
)  # fmt: skip
"""Carries out what persons approved; it holds no permission to request or approve."""

LOST = "The claim was lost"
ENDED: Mapping[type[TrimtabError], State] = {
    StopRequested: State.CANCELLED,
    DeviceNotObserved: State.FAILED,
    GateFailed: State.FAILED,
}
"""What a change becomes that could not start; after any other error it is still to be done."""
COMES = (WindowClosed, Frozen)
"""What keeps a change from running only for a time: its approvals stay."""


def execute(runtime: Runtime, change_id: int, *, worker: str) -> State | None:
    """Run a change once and return the state it ended in; None when it was not ours to run.

    Raises AnsibleUnavailable, and claims nothing, where a run's folder cannot be filled.
    """
    with _shelved(runtime.settings.home / "runs") as shelf:
        with runtime.context(EXECUTOR, JOB) as ctx:
            held = claims.claim(ctx, change_id, worker=worker)
        if held is None:
            return None
        with beating(runtime, held) as heart:
            journal = Journal(runtime=runtime, run_id=held.fence)
            crew = Crew(
                runtime=runtime, actor=EXECUTOR, held=held, heart=heart, journal=journal,
                shelf=shelf,
            )  # fmt: skip
            return _Run(crew=crew).whole()


@contextmanager
def _shelved(runs: Path) -> Iterator[Path]:
    """The playbooks in a run's own folder, before any change is claimed for it."""
    with ExitStack() as held:
        try:
            shelf = shelve(held.enter_context(private_folder(runs)))
        except OSError as error:  # shutil's are too
            raise AnsibleUnavailable(
                f"The folder {runs} cannot take a run's files: {error}. Make room there; approved "
                "changes wait, no device was touched."
            ) from error
        yield shelf


@dataclass(slots=True, kw_only=True)
class _Run:
    """One claimed run of a change, wave by wave."""

    crew: Crew
    settled: list[int] = field(default_factory=list)  # devices that it touched and let go again

    def whole(self) -> State:
        try:
            plan = self._allowed()
        except TrimtabError as error:
            return self._not_started(error)
        if self.crew.held.undo:
            return self._all_back(plan, STOPPED)
        for number, (wave, targets) in enumerate(waves_of(plan)):
            waiting = self._waiting(targets)
            over = self._step(plan, number, wave, waiting) if waiting else None
            if over is not None:
                return over
        if self.crew.heart.hold() is Hold.UNDOING:
            return self._all_back(plan, STOPPED)
        return self._close("")

    def _step(
        self, plan: Plan, number: int, wave: Wave, waiting: Sequence[TargetPlan]
    ) -> State | None:
        """Run a wave; the change's end where no other one follows."""
        over = self._wanted(plan)
        if over is not None:
            return over
        try:
            end = waves.run_wave(self.crew, plan, number, wave, waiting)
        except TrimtabError as error:
            return self._close(error.message)  # devices of it were touched
        return self._after(plan, end)

    def _allowed(self) -> Plan:
        held = self.crew.held
        with self.crew.context() as ctx:
            judge = approved_plan if held.undo else still_allowed
            return judge(ctx, held.change_id, shelf=self.crew.shelf)

    def _waiting(self, targets: Sequence[TargetPlan]) -> list[TargetPlan]:
        with self.crew.context() as ctx:
            change = ctx.get(ChangeRequest, self.crew.held.change_id)
            left = {
                one.device_id for one in change.targets
                if one.state == Target.RUNNING and one.touched_at is None
            }  # fmt: skip
        return [one for one in targets if one.device_id in left]

    def _wanted(self, plan: Plan) -> State | None:
        """What ends it between two waves: a person, or the time of a broken glass; None: go on."""
        self.crew.heart.beat()
        match self.crew.heart.hold():
            case Hold.LOST:
                return self._close(LOST)
            case Hold.UNDOING:
                return self._all_back(plan, STOPPED)
            case Hold.STOPPING:
                return self._close(STOPPED)
            case Hold.PAUSING:
                return self._pause("A person paused it. Resume it, or roll it back.")
            case Hold.HELD:
                return self._in_time()

    def _in_time(self) -> State | None:
        """None as long as the broken glass counts, if the change runs on one."""
        try:
            with self.crew.context() as ctx:
                require_glass(ctx, self.crew.held.change_id)
        except GlassOver as error:
            return self._out_of_time(error)
        return None

    def _out_of_time(self, error: GlassOver) -> State:
        """What is done stays, the rest is not touched, and the glass is used up."""
        if not self._begun():
            return self._not_started(error)
        with self.crew.context() as ctx:
            change = ctx.get_locked(ChangeRequest, self.crew.held.change_id)
            grant = grants.lapse(ctx, change, reason=error.message)
            if grant is not None:
                ctx.record("change.glass_over", change, glass=grant.id, reason=error.message)
        return self._close(error.message)

    def _after(self, plan: Plan, end: waves.WaveEnd) -> State | None:
        """Keep where the wave's devices stand; the change's end where no other wave follows."""
        if end.refused is not None and end.halted:
            if not self._begun() or isinstance(end.refused, COMES):
                return self._not_started(end.refused)
            if isinstance(end.refused, StopRequested | GlassOver):
                return self._wanted(plan)
        if end.lost or not self._settle(end.ends):
            told = "; ".join([end.halted, *(one.result for one in end.ends)])
            return self._close(f"{LOST}. {told}" if told else LOST)
        if not end.halted:
            return None
        if plan.undo == "all" or self.crew.heart.hold() is Hold.UNDOING:
            return self._all_back(plan, end.halted)
        return self._close(end.halted)

    def _settle(self, ends: Sequence[End]) -> bool:
        self.settled += [one.device_id for one in ends if one.state is not Target.SKIPPED]
        with self.crew.context() as ctx:
            return claims.settle(ctx, self.crew.held, ends)

    def _all_back(self, plan: Plan, why: str) -> State:
        """Take back every device that the change left as declared, in this run or before."""
        if not self._begun():
            return self._not_started(StopRequested(f"{why} before a device was touched."))
        self._settle(undoing.undo_done(self.crew, plan, why))
        return self._close(why)

    def _begun(self) -> bool:
        with self.crew.context() as ctx:
            change = ctx.get(ChangeRequest, self.crew.held.change_id)
            return any(one.touched_at is not None for one in change.targets)

    def _not_started(self, error: TrimtabError) -> State:
        """It cannot go on now: it waits, is over, or its approvals are void.

        What has begun is paused instead: its approvals were used already.
        """
        if self._begun():
            return self._pause(error.message)
        state = ENDED.get(type(error), State.APPROVED)
        with self.crew.context() as ctx:
            released = claims.release(ctx, self.crew.held, state=state, reason=error.message)
            change = ctx.get_locked(ChangeRequest, self.crew.held.change_id)
            waits = released and change.state == State.APPROVED
            if waits and not isinstance(error, COMES):
                approvals.void_all(ctx, change, reason=error.message)
            return State(change.state)

    def _pause(self, why: str) -> State:
        self.crew.journal.flush()
        with self.crew.context() as ctx:
            claims.finish(ctx, self.crew.held, State.PAUSED, outcome=why)
        return self._ended()

    def _close(self, trouble: str) -> State:
        """End the change by where its devices stand."""
        self.crew.journal.flush()
        with self.crew.context() as ctx:
            change = ctx.get_locked(ChangeRequest, self.crew.held.change_id)
            told = telling.outcome(trouble, change.targets)
            claims.finish(ctx, self.crew.held, _state(change.targets), outcome=told)
        return self._ended()

    def _ended(self) -> State:
        """Judge the devices that were touched; the state that the change has now."""
        self.crew.each(
            self.settled, lambda ctx, key: observation.judge_device(ctx, key, attribute=attribute)
        )
        with self.crew.context() as ctx:
            return State(ctx.get(ChangeRequest, self.crew.held.change_id).state)


def _state(targets: Sequence[ChangeTarget]) -> State:
    """Where they leave the change; one that was begun and never settled is in between."""
    return ending([
        Target.INTERRUPTED if one.state == Target.RUNNING and one.touched_at else one.state
        for one in targets
    ])  # fmt: skip
