"""The story itself, step by step: observe, compare, explain, propose, approve, execute, prove."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from zipfile import ZipFile

from sqlalchemy import select

from changes import approvals, oversight, requests
from changes.by_hand import settle
from changes.execution import EXECUTOR
from changes.models import ChangeRequest
from changes.packs.making import make
from changes.packs.model import OfChange
from changes.requests import Wanted, plan_of
from changes.states import FINAL, State
from core.audit import AuditRecord
from core.errors import TrimtabError
from core.evidence.keys import chain
from core.records import verify
from drift import baselines, findings
from drift.models import Finding
from inventory.devices import by_hostname
from inventory.models import Device
from inventory.snapshot_models import Snapshot
from inventory.snapshots import latest
from lab import hands
from lab.network import Lab, LabDevice
from lab.real import Tried
from operations import events, knowledge, problems
from operations.models import Event
from operations.schedules import by_name, fire_now
from trimtab.demo import fleet, proving
from trimtab.demo.cast import ORIGIN, Cast
from trimtab.demo.telling import Teller

WAIT_SECONDS = 60.0
SHOWN = 20
"""Lines of the stand-alone verifier's answer."""
APPROVED_LINES = ["interface Loopback0", " description router id, renamed by C1"]
ROGUE = (
    ["interface Loopback0", "description temporary test, remove me"],
    ["ntp server 203.0.113.7", "no ntp server 10.254.0.11"],
)


class StoryBroken(TrimtabError):
    """A step did not come out as it must; the demonstration ends there."""

    code = "story_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the story came to; printed as the last line with --json."""

    devices: int
    snapshots: int
    findings: int
    unauthorised: int
    authorised: int
    changes_executed: int
    verified: bool
    audit_records: int
    audit_ok: bool
    pack_proven: bool
    seconds: float


@dataclass(slots=True, kw_only=True)
class Story:
    cast: Cast
    lab: Lab
    real: Tried
    teller: Teller

    def tell(self) -> Ending:
        with self.teller.step("Discover: who answers in the allowed range, from one seed?"):
            self._discover()
        with self.teller.step("Observe: a scheduled scan collects every device"):
            self._scan()
        with self.teller.step("Approve what runs now as the first baseline"):
            self._baselines()
        with self.teller.step("Three changes by hand: one approved, two not"):
            self._by_hand()
        with self.teller.step("The next scan finds and explains them"):
            self._scan()
            finding = self._explain()
        with self.teller.step("Propose the correction, and have a second person approve it"):
            change = self._approve(finding)
        with self.teller.step("Execute it with Ansible and verify the device"):
            verified = self._execute(change)
        with self.teller.step("Link the problem and its article; prove the records"):
            self._learn(finding)
            ending = self._ending(verified=verified)
        with self.teller.step("The auditor takes the evidence away, and checks it without Trimtab"):
            ending = replace(ending, pack_proven=self._prove(change))
        return replace(ending, seconds=round(self.teller.seconds, 1))

    def _discover(self) -> None:
        found = fleet.adopt_simulated(self.cast, self.lab)
        platforms = sorted({str(one.platform) for one in found})
        self.teller.say(f"{len(found)} devices found and adopted: {', '.join(platforms)}")
        if self.real.devices:
            found = fleet.adopt_real(self.cast, self.real.devices)
            if len(found) != len(self.real.devices):
                raise StoryBroken(f"{len(found)} of {len(self.real.devices)} real devices answer.")
        self.teller.say(fleet.told(self.real))

    def _scan(self) -> None:
        """Let the schedule fire now; the worker collects and judges."""
        with self.cast.acting("admin") as ctx:
            schedule = by_name(ctx, "scan everything")
            if schedule is None:
                raise StoryBroken("The scan schedule is missing.")
        before = self._counted()
        with self.cast.acting("admin") as ctx:
            fire_now(ctx, schedule.id)
        self._wait("the scan", lambda: self._counted() > before)
        with self.cast.runtime.context(EXECUTOR, ORIGIN) as ctx:
            settled = settle(ctx)
        for change in settled:
            self.teller.say(f"C{change.id} was carried out by hand exactly as approved: closed.")

    def _counted(self) -> int:
        with self.cast.acting("auditor") as ctx:
            query = select(AuditRecord.id).where(AuditRecord.action == "drift.scanned")
            return len(ctx.session.scalars(query).all())

    def _baselines(self) -> None:
        with self.cast.acting("approver") as ctx:
            ids = list(ctx.session.scalars(select(Device.id).order_by(Device.hostname)))
            for device_id in ids:
                snapshot = latest(ctx, device_id)
                if snapshot is None:
                    raise StoryBroken(f"Device {device_id} was not collected completely.")
                baselines.approve_snapshot(ctx, snapshot.id, reason="first baseline")
        self.teller.say(f"{len(ids)} baselines approved by the approver")

    def _by_hand(self) -> None:
        planned, *rogue = self._devices("cisco_ios", 1) + self._devices("arista_eos", 2)
        with self.cast.acting("engineer") as ctx:
            device = by_hostname(ctx, planned.hostname)
            wanted = Wanted(title="Rename the loopback", reason="new naming", method="by_hand")
            change = requests.request_lines(ctx, {device.id: APPROVED_LINES}, wanted)
        with self.cast.acting("approver") as ctx:
            approvals.approve(ctx, change.id, digest=change.digest, note="agreed")
        hands.type_lines(planned, [line.strip() for line in APPROVED_LINES])
        self.teller.say(f"{planned.hostname}: Erin types what C{change.id} approved")
        for device_, lines in zip(rogue, ROGUE, strict=True):
            hands.type_lines(device_, list(lines))
            self.teller.say(f"{device_.hostname}: somebody types, without asking: {lines[-1]}")

    def _explain(self) -> Finding:
        """Show all verdicts; the finding that will be corrected is the first unauthorised one."""
        with self.cast.acting("auditor") as ctx:
            found = findings.list_findings(ctx, state=None)
            self.teller.table(
                ("device", "verdict", "why"),
                [(one.device.hostname, one.verdict, one.verdict_reason) for one in found],
            )
            rogue = [one for one in found if one.verdict == "unauthorised" and one.state == "open"]
        if len(rogue) != len(ROGUE):
            raise StoryBroken(f"{len(rogue)} unauthorised findings instead of {len(ROGUE)}.")
        with self.cast.acting("operator") as ctx:
            for one in rogue:
                if one.event_id is not None:
                    events.acknowledge(ctx, one.event_id)
        return rogue[0]

    def _approve(self, finding: Finding) -> ChangeRequest:
        with self.cast.acting("engineer") as ctx:
            wanted = Wanted(title="Correct unauthorised drift", reason=finding.verdict_reason)
            change = requests.request_correction(ctx, [finding.id], wanted)
        target = plan_of(change).targets[0]
        self.teller.say(f"C{change.id} will type on {target.hostname}:")
        self.teller.lines(target.lines)
        self.teller.say(f"digest {change.digest}")
        try:
            with self.cast.acting("engineer") as ctx:
                approvals.approve(ctx, change.id, digest=change.digest, note="my own")
        except TrimtabError as error:
            self.teller.say(f"Erin tries to approve her own change: refused ({error.code})")
        with self.cast.acting("approver") as ctx:
            approvals.approve(ctx, change.id, digest=change.digest, note="exactly this")
        self.teller.say("Ada approves exactly this digest; the execution is queued.")
        return change

    def _execute(self, change: ChangeRequest) -> bool:
        """Wait until a worker has run and verified it."""
        self._wait("the execution", lambda: self._state(change.id) in FINAL)
        with self.cast.acting("auditor") as ctx:
            for one in oversight.log(ctx, change.id):
                if one.status in {"ok", "failed", "unreachable"}:
                    self.teller.say(f"Ansible: {one.host}: {one.task}: {one.status}")
            told = oversight.verifications(ctx, change.id)
            for result in told:
                self.teller.say(f"Verified on the device itself: {result.detail}")
            state = requests.get_change(ctx, change.id).state
        self.teller.say(f"C{change.id} {state}")
        return state == State.SUCCEEDED and all(one.as_declared for one in told)

    def _state(self, change_id: int) -> State:
        with self.cast.acting("auditor") as ctx:
            return State(requests.get_change(ctx, change_id).state)

    def _learn(self, finding: Finding) -> None:
        with self.cast.acting("operator") as ctx:
            event_id = finding.event_id
            problem = problems.open_problem(
                ctx, title="Test settings are left on devices",
                description="Descriptions of tests stay after night shifts.",
            )  # fmt: skip
            problems.record_known_error(
                ctx, problem.id, root_cause="Tests are not followed by a clean-up.",
                workaround="Correct by change; remind the shift.",
            )  # fmt: skip
            article = knowledge.write_article(
                ctx, title="What to do about unauthorised drift", event_kind="drift",
                body="1. Ask who was on the device.\n2. Correct it by a change, or accept it.\n",
            )  # fmt: skip
            if event_id is not None:
                events.link_problem(ctx, event_id, problem.id)
                knowledge.link(ctx, article.id, event_id)
                state = ctx.get(Event, event_id).state
                self.teller.say(f"Event {event_id} is {state}, linked to problem P{problem.id}")

    def _ending(self, *, verified: bool) -> Ending:
        with self.cast.acting("auditor") as ctx:
            told = verify(ctx)
            found = findings.list_findings(ctx, state=None, limit=500)
            verdicts = [one.verdict for one in found]
            ending = Ending(
                devices=len(ctx.session.scalars(select(Device.id)).all()),
                snapshots=len(ctx.session.scalars(select(Snapshot.id)).all()),
                findings=len(found), unauthorised=verdicts.count("unauthorised"),
                authorised=verdicts.count("authorised"), changes_executed=int(verified),
                verified=verified, audit_records=told.records, audit_ok=told.ok,
                pack_proven=False, seconds=0.0,
            )  # fmt: skip
        sound = "every hash is right" if told.ok else f"{len(told.broken)} are broken"
        self.teller.say(f"{told.records} audit records: {sound}")
        return ending

    def _prove(self, change: ChangeRequest) -> bool:
        """Export the change's pack and have a stranger's Python check it."""
        place = self.cast.runtime.settings.home / "evidence"
        place.mkdir(exist_ok=True)
        with self.cast.acting("auditor") as ctx, (place / f"C{change.id}.zip").open("w+b") as file:
            made = make(ctx, OfChange(change_id=change.id), file)
            log = chain(ctx.session)[0].id
        self.teller.say(f"{made.name}: {made.records} records, {made.bytes // 1024} kB")
        program = place / "verify_evidence.py"
        with ZipFile(place / f"C{change.id}.zip") as pack:
            program.write_bytes(pack.read(program.name))
        python = proving.stranger(place / "fresh")
        told = proving.check(python, program, place / f"C{change.id}.zip", log=log)
        self.teller.say("A fresh virtual environment with nothing but cryptography says:")
        self.teller.lines((told.stdout or told.stderr).splitlines()[:SHOWN])
        if told.returncode:
            raise StoryBroken("The evidence pack of the story is not whole.")
        return True

    def _devices(self, platform: str, count: int) -> list[LabDevice]:
        return [one for one in self.lab.devices if one.platform == platform][-count:]

    def _wait(self, what: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise StoryBroken(f"After {WAIT_SECONDS:.0f} s {what} has not ended.")
            time.sleep(0.2)
