"""The jobs themselves: each calls one public function of a room. Holds no business rule."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from changes import execution
from changes.attribution import attribute
from drift.bulk import cores
from drift.judgements import judge_devices
from drift.scan import ScanSummary, collect, scan
from drift.selection import select_devices
from operations import notifications
from operations.job_kinds import Arguments, Change, Devices, Message, Nothing
from scheduler import maintenance
from scheduler.work import Work

Told = TypeVar("Told", bound=Arguments)
Run = Callable[[Work, Mapping[str, object]], str]


def collect_devices(work: Work, args: Devices) -> str:
    """Collect the selected devices without judging them."""
    return _told(
        collect(
            work.context,
            _selected(work, args, permission="device.collect"),
            threads=work.runtime.settings.collect_threads,
            stopping=work.stopping,
        )
    )


def scan_devices(work: Work, args: Devices) -> str:
    """Collect and judge the selected devices."""
    return _told(
        scan(
            work.context,
            _selected(work, args, permission="drift.scan"),
            attribute=attribute,
            threads=work.runtime.settings.collect_threads,
            stopping=work.stopping,
        )
    )


def judge(work: Work, args: Devices) -> str:
    """Judge the selected devices whose snapshot, baseline or rules changed."""
    chosen = _selected(work, args, permission="drift.scan")
    seen = judge_devices(work.context, chosen, attribute=attribute, processes=cores())
    return _told(ScanSummary(observations=seen))


def execute_change(work: Work, args: Change) -> str:
    """Execute an approved change, once; the claim decides whether it is ours."""
    execution.execute(work.runtime, args.change_id, worker=work.worker)
    return f"change {args.change_id}"


def tell(work: Work, args: Message) -> str:
    """Send one notification through every notifier."""
    with work.context() as ctx:
        notifications.send(ctx, title=args.title, body=args.body, severity=args.severity)
    return f"told: {args.title}"


def reap(work: Work, _args: Nothing) -> str:
    """Put right what dead workers left behind."""
    return maintenance.mend(work)


def maintain(work: Work, _args: Nothing) -> str:
    """Keep the installation sound: see `scheduler.maintenance`."""
    return maintenance.maintain(work)


def _typed(arguments: type[Told], run: Callable[[Work, Told], str]) -> Run:
    return lambda work, args: run(work, arguments.model_validate(args))


RUN: Mapping[str, Run] = {
    "inventory.collect": _typed(Devices, collect_devices),
    "drift.scan": _typed(Devices, scan_devices),
    "drift.judge": _typed(Devices, judge),
    "changes.execute": _typed(Change, execute_change),
    "operations.notify": _typed(Message, tell),
    "changes.reap": _typed(Nothing, reap),
    "operations.maintenance": _typed(Nothing, maintain),
}
"""By the names of the catalogue; each returns one line for the log."""


def _selected(work: Work, args: Devices, *, permission: str) -> tuple[int, ...]:
    with work.context() as ctx:
        return select_devices(
            ctx, permission=permission, device_ids=args.device_ids, hostnames=args.hostnames,
            site=args.site, unit_id=args.unit_id,
        )  # fmt: skip


def _told(summary: ScanSummary) -> str:
    return ", ".join(f"{outcome} {count}" for outcome, count in summary.outcomes.items())
