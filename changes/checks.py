"""The checks of a plan, asked for by name, with what each device has to show. Runs none of them.

What is expected is what devices told of themselves in their last collection, without what the
change itself takes away. How a check runs is `changes.running.gates`'s.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from changes.plans import PER_HOST, Check, Plan, TargetPlan
from changes.playbook_syntax import usable
from changes.playbooks import check_variables
from changes.risk import lockout
from changes.running import neighbours
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput
from inventory import snapshots
from inventory.drivers.states import static_routes
from inventory.jumps import jump_of
from inventory.links import same_interface
from inventory.models import Device
from inventory.report_models import DeviceReport

Expected = Mapping[str, Fact]
Asked = Sequence[Check | str] | None
"""Names, or checks that were made before and are made anew; None stands for the usual ones."""

NONE = "none"
USUAL = ("neighbours_up", "interface_errors")
"""Of a change of more than one wave; a change of one wave, or an emergency, has none unasked."""
LISTENING = re.compile(r"(?m)^ tcp (?:\[(?P<six>[^\]\s]+)\]|(?P<four>[\d.]+)):(?P<port>\d+)$")
LOCAL = re.compile(r"127\.|::1$|::ffff:127\.")
EPHEMERAL = 32_768  # Linux hands out ports from here on: another one after each restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a check looks for on a device; None where nothing is known that it could look for."""

    title: str
    expected: Callable[[Context, TargetPlan], Expected | None]
    lacking: str = ""


def chosen(names: Sequence[str]) -> Asked:
    """What a person chose: without any name the usual ones, with `none` alone no check."""
    told = tuple(dict.fromkeys(names))
    if NONE in told and len(told) > 1:
        raise _refused(f"`{NONE}` stands alone: either there are checks or there are none.")
    return () if NONE in told else told or None


def checked(ctx: Context, plan: Plan, asked: Asked) -> Plan:
    """The plan with its checks, planned from what is known of its devices now.

    Raises InvalidInput for a name that is none, for a platform that a check does not know, where
    nothing is known that it could look for, and for a change that nobody runs.
    """
    if asked is None:
        checks = tuple(_known(ctx, plan, _usual(plan)))
    elif asked and plan.method == "by_hand":
        raise _refused("A change by hand is not run by Trimtab, which checks nothing between.")
    else:
        checks = tuple(_made(ctx, plan, asked))
    return replace(plan, checks=checks)


def _usual(plan: Plan) -> Sequence[str]:
    """In an emergency something is down already: that must not keep the change from running."""
    several = len(plan.waves) > 1 and plan.method == "playbook" and plan.kind != "emergency"
    return USUAL if several else ()


def _made(ctx: Context, plan: Plan, asked: Sequence[Check | str]) -> Iterator[Check]:
    for one in dict.fromkeys(one if isinstance(one, str) else one.name for one in asked):
        before = next((it for it in asked if isinstance(it, Check) and it.name == one), None)
        if before is None:
            yield _required(ctx, plan, one)
        elif one in KINDS and set(before.variables) <= {PER_HOST}:
            yield from _known(ctx, plan, [one])
        else:
            yield replace(before, digest=usable(before.playbook).digest)


def _required(ctx: Context, plan: Plan, name: str) -> Check:
    """The check on all of the plan's platforms, or why it cannot be had."""
    if name not in KINDS:
        raise _refused(f"There is no check {name!r}; there are: {', '.join(KINDS)}.")
    book = usable(name)
    unfit = next((one for one in plan.targets if one.platform not in book.platforms), None)
    if unfit is not None:
        raise _refused(
            f"The check {name} does not know {unfit.platform} ({unfit.hostname}), only "
            f"{', '.join(book.platforms)}. Leave it out, or request those devices apart."
        )
    made = _check(ctx, plan, name)
    if made is None:
        raise _refused(
            f"The check {name} has nothing to look for on {plan.targets[0].hostname}"
            f"{' and the others' if len(plan.targets) > 1 else ''}: {KINDS[name].lacking}. "
            "Collect the devices, or leave the check out."
        )
    return made


def _known(ctx: Context, plan: Plan, names: Sequence[str]) -> Iterator[Check]:
    """These checks on the devices of which something is known; none where that is no device."""
    return filter(None, (_check(ctx, plan, name) for name in names))


def _check(ctx: Context, plan: Plan, name: str) -> Check | None:
    book, expected = usable(name), dict[int, Expected]()
    for target in plan.targets:
        found = KINDS[name].expected(ctx, target) if target.platform in book.platforms else None
        if found is not None:
            check_variables(book, found)
            expected[target.device_id] = found
    if not expected:
        return None
    of = {one.hostname: dict(expected[one.device_id]) for one in plan.targets
          if expected.get(one.device_id)}  # fmt: skip
    return Check(
        name=name, playbook=name, digest=book.digest, when="both",
        devices=() if len(expected) == len(plan.targets) else tuple(expected),
        variables={PER_HOST: of} if of else {},
    )  # fmt: skip


def _neighbours(ctx: Context, target: TargetPlan) -> Expected | None:
    links = neighbours.lost(neighbours.seen(ctx, target.device_id), (), target.declared)
    names = sorted({one.peer for one in links})
    return {"trimtab_neighbours": list(names)} if names else None


def _interfaces(ctx: Context, target: TargetPlan) -> Expected:
    """Interfaces that are up and carry an address or a neighbour.

    One to which a user's machine is plugged goes down with the machine; its errors count as those
    of all interfaces do.
    """
    report = ctx.session.get(DeviceReport, target.device_id)
    said = lockout.said(target.declared, platform=target.platform)
    down = lockout.taken_down(said, platform=target.platform)
    linked = [one.interface for one in neighbours.seen(ctx, target.device_id)]
    names = [
        str(one["name"]) for one in (report.interfaces if report else ())
        if one["up"] and (one["addresses"] or _among(str(one["name"]), linked))
        and not _among(str(one["name"]), down) and not _removed(str(one["name"]), target)
    ]  # fmt: skip
    return {"trimtab_interfaces": list(names)} if names else {}


def _removed(name: str, target: TargetPlan) -> bool:
    gone = [line.removeprefix("interface ") for path, line, side in target.declared
            if side == "extra" and not path and line.startswith("interface ")]  # fmt: skip
    return _among(name, gone)


def _among(name: str, others: Sequence[str]) -> bool:
    return any(same_interface(name, one) for one in others)


def _routes(ctx: Context, target: TargetPlan) -> Expected | None:
    """The default route and the static ones of the pre-state that the change leaves in place."""
    before = snapshots.text_of(ctx, bytes.fromhex(target.pre_state))
    gone = {line for path, line, side in target.declared if side == "extra" and not path}
    staying = "\n".join(line for line in before.splitlines() if line.rstrip() not in gone)
    routes = static_routes(target.platform, staying)
    return {"trimtab_routes": list(routes)} if routes else None


def _services(ctx: Context, target: TargetPlan) -> Expected | None:
    """The TCP ports at which the server listened for others when it was collected last."""
    if jump_of(ctx.get(Device, target.device_id)) is not None:
        return None  # its ports are not reached from the worker
    text = snapshots.text_of(ctx, bytes.fromhex(target.pre_state))
    found = re.finditer(LISTENING, text.partition("\n[listening]\n")[2])
    ports = {int(one["port"]) for one in found if not LOCAL.match(one["six"] or one["four"])}
    told = sorted(one for one in ports if one < EPHEMERAL)
    return {"trimtab_ports": list(told)} if told else None


def _refused(words: str) -> InvalidInput:
    return InvalidInput(words, field="checks")


KINDS: Mapping[str, Kind] = {
    "neighbours_up": Kind(
        title="Neighbours are up", expected=_neighbours,
        lacking="no neighbour was seen that the change does not give up itself",
    ),
    "interface_errors": Kind(title="Interfaces count no new errors", expected=_interfaces),
    "reachability": Kind(
        title="The management address answers", expected=lambda _ctx, _target: {}
    ),
    "routes_present": Kind(
        title="Default and static routes are there", expected=_routes,
        lacking="its running configuration holds no IPv4 route that the change leaves in place",
    ),
    "service_answers": Kind(
        title="A server's ports answer", expected=_services,
        lacking="no TCP port is known at which the worker reaches it",
    ),
}  # fmt: skip
"""Each check by its name, which is its playbook's too."""
