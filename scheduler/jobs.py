"""The jobs themselves: each calls one public function of a room. Holds no business rule."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from changes import execution
from changes.acted import corrected
from changes.attribution import attribute
from changes.maintenance.running import Tools, run
from changes.questions import saved_answers
from core.counting import counted
from drift.bulk import cores
from drift.judgements import judge_devices
from drift.noise.learning import learn
from drift.scan import Manner, ScanSummary, collect, scan
from drift.selection import select_devices
from inventory.candidates.imports.taking import read_web, take
from inventory.candidates.runs import request_run
from inventory.candidates.searching import search
from inventory.collecting.wanted import due
from operations import notices, notifications
from operations.change_reports import close_reports
from operations.job_kinds import (
    Arguments,
    Change,
    Devices,
    Discovery,
    Import,
    Maintained,
    Message,
    Nothing,
    Reading,
    Saved,
)
from organization.models import Unit
from scheduler import maintenance
from scheduler.rerun import left
from scheduler.work import Work

Told = TypeVar("Told", bound=Arguments)
Run = Callable[[Work, Mapping[str, object]], str]


def collect_devices(work: Work, args: Devices) -> str:
    """Collect the selected devices without judging them."""
    devices, manner = _selected(work, args, permission="device.collect")
    return _told(collect(work.context, devices, manner=manner))


def discover(work: Work, args: Discovery) -> str:
    """Search allowed ranges and what neighbours tell; everything found goes to the review list."""
    run_id = args.run_id
    if run_id is None:
        with work.context() as ctx:
            unit = ctx.get(Unit, args.unit_id) if args.unit_id is not None else None
            run_id = request_run(
                ctx, cidrs=args.cidrs, seeds=args.seeds, depth=args.depth, unit=unit
            ).id
    threads = work.runtime.settings.collect_threads
    run = search(work.context, run_id, threads=threads, stopping=work.stopping)
    return f"search {run.id} {run.state}: {run.looked} looked at, {run.found} found"


def take_inventory(work: Work, args: Import) -> str:
    """Take the devices of another inventory into the review list."""
    with work.context() as ctx:
        unit = ctx.get(Unit, args.unit_id)
        entries = read_web(ctx, args.kind, url=args.url, token_ref=args.token_ref)
        source = f"{args.kind}:{args.url}"
        taken = take(ctx, entries, unit=unit, source=source, adopt=args.adopt)
    return f"{source}: {len(taken.candidates)} candidates, {len(taken.adopted)} adopted"


def scan_devices(work: Work, args: Devices) -> str:
    """Collect and judge the selected devices; one in sync has answered what was reported of it."""
    began = work.runtime.now()
    devices, manner = _selected(work, args, permission="drift.scan")
    if work.begins_again:
        judge(work, args)  # what the lost worker had collected and not judged yet
    summary = scan(work.context, devices, attribute=attribute, manner=manner)
    in_sync = [seen.device_id for seen in summary.observations if seen.outcome == "in_sync"]
    with work.context() as ctx:
        close_reports(ctx, in_sync, before=began)
    return _told(summary)


def judge(work: Work, args: Devices) -> str:
    """Judge the selected devices whose snapshot, baseline or rules changed."""
    chosen = _chosen(work, args, permission="drift.scan")
    seen = judge_devices(work.context, chosen, attribute=attribute, processes=cores())
    return _told(ScanSummary(observations=seen))


def learn_noise(work: Work, args: Reading) -> str:
    """Read a device twice and propose masks for what changed by itself."""
    with work.context() as ctx:
        learned = learn(ctx, args.device_id, apart=args.apart, corrected=corrected)
    return f"{learned.hostname}: {learned.outcome}. {learned.detail}"


def execute_change(work: Work, args: Change) -> str:
    """Execute an approved change, once; the claim decides whether it is ours."""
    execution.execute(work.runtime, args.change_id, worker=work.worker)
    return f"change {args.change_id}"


def tell(work: Work, args: Message) -> str:
    """Send one notification through every notifier."""
    with work.context() as ctx:
        notifications.send(ctx, title=args.title, body=args.body, severity=args.severity)
    return f"told: {args.title}"


def deliver(work: Work, _args: Nothing) -> str:
    """Send persons what they are to be told, one message each."""
    with work.context() as ctx:
        told = notices.deliver(ctx)
    return f"persons told: {', '.join(f'{one} {count}' for one, count in told.items())}"


def reap(work: Work, _args: Nothing) -> str:
    """Put right what dead workers left behind."""
    return maintenance.mend(work)


def run_plan(work: Work, args: Maintained) -> str:
    """Look at what a maintenance plan reaches; what it found is kept, and told by events."""
    tools = Tools(go_on=lambda: not work.stopping.is_set())
    seen = run(work.context, args.plan_id, tools=tools)
    return _counted(one.outcome for one in seen)


def ask(work: Work, args: Saved) -> str:
    """Ask a saved question as the person who saved it, and keep the answer."""
    with work.context() as ctx:
        kept = saved_answers.answer(ctx, args.saved_id)
        return f"{kept.saved_question.name}: {kept.problem or counted(kept.rows, 'row')}"


def maintain(work: Work, _args: Nothing) -> str:
    """Keep the installation sound: see `scheduler.maintenance`."""
    return maintenance.maintain(work)


def _typed(arguments: type[Told], run: Callable[[Work, Told], str]) -> Run:
    return lambda work, args: run(work, arguments.model_validate(args))


RUN: Mapping[str, Run] = {
    "inventory.collect": _typed(Devices, collect_devices),
    "inventory.discover": _typed(Discovery, discover),
    "inventory.import": _typed(Import, take_inventory),
    "drift.scan": _typed(Devices, scan_devices),
    "drift.judge": _typed(Devices, judge),
    "noise.learn": _typed(Reading, learn_noise),
    "changes.execute": _typed(Change, execute_change),
    "maintenance.run": _typed(Maintained, run_plan),
    "audit.question": _typed(Saved, ask),
    "operations.notify": _typed(Message, tell),
    "operations.deliver": _typed(Nothing, deliver),
    "changes.reap": _typed(Nothing, reap),
    "operations.maintenance": _typed(Nothing, maintain),
}
"""By the names of the catalogue; each returns one line for the log."""


def _selected(work: Work, args: Devices, *, permission: str) -> tuple[tuple[int, ...], Manner]:
    """The devices to ask and how; who names devices has them asked even while they rest."""
    chosen = _chosen(work, args, permission=permission)
    threads, resting = work.runtime.settings.collect_threads, 0
    if not (args.device_ids or args.hostnames):
        with work.context() as ctx:
            ready = due(ctx, chosen)
        chosen, resting = ready.now, len(ready.resting)
    if work.begins_again:
        with work.context() as ctx:
            chosen = left(ctx, work.held, chosen)
    return chosen, Manner(threads=threads, stopping=work.stopping, resting=resting)


def _chosen(work: Work, args: Devices, *, permission: str) -> tuple[int, ...]:
    with work.context() as ctx:
        return select_devices(
            ctx, permission=permission, device_ids=args.device_ids, hostnames=args.hostnames,
            site=args.site, unit_id=args.unit_id, queue=args.queue,
        )  # fmt: skip


def _counted(outcomes: Iterable[str]) -> str:
    return ", ".join(f"{one} {count}" for one, count in sorted(Counter(outcomes).items()))


def _told(summary: ScanSummary) -> str:
    return ", ".join(f"{outcome} {count}" for outcome, count in summary.outcomes.items())
