"""Run one wave: look, begin, change, verify, gates, confirm; and what failed goes back.

More failures than the wave bears take the whole wave back and end the change. A device that is not
as it was planned from, or fails a check before, is not touched and counts as one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from changes import claims, readiness, verification
from changes.claims import End, Hold
from changes.errors import GateFailed, StopRequested
from changes.logins import switching
from changes.plans import Plan, TargetPlan, Wave
from changes.playbooks import playbook
from changes.run_folder import Host
from changes.running import gates, guards, hosts, undoing
from changes.running.crew import STOPPED, WANTED, Crew
from changes.running.neighbours import Link
from changes.states import Target
from changes.verification import Verified
from core.context import Context
from core.errors import TrimtabError

DONE = "changed as declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveEnd:
    """How a wave ended. `halted` says why no other one follows; empty: the next may.

    `refused` is why no device of it was touched, as an error. `lost`: the claim was, and somebody
    else decides.
    """

    ends: tuple[End, ...] = ()
    halted: str = ""
    refused: TrimtabError | None = None
    lost: bool = False


@dataclass(slots=True, kw_only=True)
class Walk:
    """One wave under way: the devices to be changed and what was found about each."""

    crew: Crew
    plan: Plan
    number: int
    wave: Wave
    ready: list[TargetPlan]
    unready: dict[int, TrimtabError] = field(default_factory=dict)
    before: Mapping[int, frozenset[Link]] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)
    seen: dict[int, Verified] = field(default_factory=dict)
    trouble: str = ""  # with the wave as a whole

    def go(self) -> WaveEnd:
        self._look()
        if not self.ready or self._halts():
            return self._untouched()
        try:
            ready = self._hosts()
            if not self._begun():
                return WaveEnd(lost=True)
        except TrimtabError as error:
            return WaveEnd(halted=error.message, refused=error)
        self._change(ready)
        if self.crew.lost:
            return WaveEnd(lost=True, halted=self._words())
        self._judge()
        if not self._halts():
            self._note(guards.confirmed(self.crew, self._good()))
        return self._ended()

    def _look(self) -> None:
        """Drop devices that are not as planned, or fail a check before."""
        for target, error in zip(
            self.ready, self.crew.each(self.ready, _looked), strict=True
        ):  # fmt: skip
            if error is not None:
                self.unready[target.device_id] = error
        self._drop_unready()
        self.before = gates.neighbours_of(self.crew, self.ready)
        if self.ready and not self._halts():
            found = gates.checked(
                self.crew, self.plan, self.ready, wave=self.number, moment="before"
            )
            self.unready |= {key: GateFailed(words) for key, words in found.items()}
            self._drop_unready()

    def _drop_unready(self) -> None:
        self.ready = [one for one in self.ready if one.device_id not in self.unready]

    def _hosts(self) -> list[Host]:
        book, guard = (
            playbook(self.plan.playbook, self.crew.shelf),
            hosts.guard_name(self.crew.held),
        )
        with self.crew.context() as ctx:
            return [
                hosts.reached(ctx, one, hosts.variables(book, one, way="there", guard=guard))
                for one in self.ready
            ]

    def _begun(self) -> bool:
        """Commit that these devices are touched from now on, at a moment when that is allowed."""
        crew = self.crew
        with crew.context() as ctx:
            readiness.require_still_open(ctx, crew.held.change_id, self.plan)
        crew.heart.beat()
        if crew.heart.hold() in {Hold.STOPPING, Hold.UNDOING}:
            raise StopRequested(f"{STOPPED}; no device of the wave was touched.")
        with crew.context() as ctx:
            switching.begin(ctx, crew.held.change_id, self.ready, back=False)
            return claims.begin(ctx, crew.held, [one.device_id for one in self.ready])

    def _change(self, ready: Sequence[Host]) -> None:
        """Let Ansible work on the wave and observe each device anew."""
        crew, book = self.crew, playbook(self.plan.playbook, self.crew.shelf)
        played = crew.play(book, ready, status="wave", while_=WANTED)
        self.trouble = played.trouble
        self.seen |= {one.device_id: one for one in crew.each(self.ready, self._verified)}
        for target in self.ready:
            found = self.seen[target.device_id]
            told = [
                "" if found.as_declared else found.detail, played.failed.get(target.hostname, ""),
            ]  # fmt: skip
            self._note({target.device_id: "; ".join(filter(None, told))})

    def _verified(self, ctx: Context, target: TargetPlan) -> Verified:
        return verification.verify(ctx, self.crew.held, target, undone=False)

    def _judge(self) -> None:
        """The gate after the wave, of those devices that are as declared."""
        if self._halts():
            return
        lost = gates.lost_neighbours(self.crew, self._good(), self.before, wave=self.number)
        self._note(lost)
        self._note(
            gates.checked(self.crew, self.plan, self._good(), wave=self.number, moment="after")
        )

    def _note(self, troubles: Mapping[int, str]) -> None:
        self.wrong |= {key: words for key, words in troubles.items() if words}

    def _good(self) -> list[TargetPlan]:
        return [one for one in self.ready if one.device_id not in self.wrong]

    def _halts(self) -> bool:
        failed = len(self.unready) + len(self.wrong)
        return bool(self.trouble) or failed > self.wave.may_fail

    def _untouched(self) -> WaveEnd:
        """No device of it may be touched, or too few may."""
        error = next(iter(self.unready.values()))
        if self.crew.heart.hold() in {Hold.STOPPING, Hold.UNDOING}:
            error = StopRequested(f"{STOPPED}; no device of the wave was touched.")
        return WaveEnd(
            ends=self._skipped(), halted=self._words() if self._halts() else "", refused=error
        )

    def _ended(self) -> WaveEnd:
        """What failed goes back, or everything where too much failed."""
        halted = self._words() if self._halts() else ""
        back = self.ready if halted else [one for one in self.ready if one.device_id in self.wrong]
        stay = [one for one in self.ready if one not in back]
        seen = {**self.seen, **guards.reverted(self.crew, back)}
        why = {one.device_id: self.wrong.get(one.device_id, "its wave failed") for one in back}
        undone = undoing.undo(self.crew, self.plan, back, seen, why) if back else []
        return WaveEnd(ends=(*self._skipped(), *_done(stay), *undone), halted=halted)

    def _skipped(self) -> tuple[End, ...]:
        return tuple(
            End(device_id=key, state=Target.SKIPPED, result=f"not touched: {error.message}")
            for key, error in self.unready.items()
        )

    def _words(self) -> str:
        """What went wrong, for people: device by device, then the wave as a whole."""
        names = {one.device_id: one.hostname for one in self.plan.targets}
        told = [*(error.message for error in self.unready.values())]
        told += [f"{names[key]}: {words}" for key, words in self.wrong.items()]
        return "; ".join(filter(None, [self.trouble, *told])).rstrip(".")


def _done(targets: Sequence[TargetPlan]) -> list[End]:
    return [End(device_id=one.device_id, state=Target.DONE, result=DONE) for one in targets]


def _looked(ctx: Context, target: TargetPlan) -> TrimtabError | None:
    """Why a device may not be touched now, or None."""
    try:
        readiness.look(ctx, target)
    except TrimtabError as error:
        return error
    return None


def run_wave(
    crew: Crew, plan: Plan, number: int, wave: Wave, targets: Sequence[TargetPlan]
) -> WaveEnd:
    """Run one wave on those of its devices that wait.

    What keeps it from beginning is told (`refused`); an error that is raised left devices touched.
    """
    return Walk(crew=crew, plan=plan, number=number, wave=wave, ready=list(targets)).go()
