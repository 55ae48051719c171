"""Judges facts by a formula: every point with its reason in words. Pure; gathers nothing.

A device more never lowers the score: each factor takes the worst device, a count that only grows,
or a case that once met stays met.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from changes.risk.formula import RELOAD, Asked, Case, Factors, Formula, RoleCase, Step, Within
from changes.risk.model import LEVELS, Alike, DeviceFacts, Facts, Level, Reason, Risk, Touch
from core.counting import counted

NAMED = 3
"""So many devices or places are named, the others counted."""

Told = Iterator[Reason]


class _Values(dict[str, object]):
    """What words may name; a value that a factor does not have is a dash."""

    def __missing__(self, name: str) -> str:
        return "-"


def evaluate(facts: Facts, formula: Formula) -> Risk:
    """The risk of a change with these facts; its score is the sum of its reasons' points."""
    found = sorted(_reasons(facts, formula.factors), key=lambda one: -one.points)
    score = sum(one.points for one in found)
    level = level_of(score, formula)
    asked = asked_at(level, formula)
    return Risk(
        level=level, score=score, reasons=tuple(found), approvals=asked.approvals,
        canary=canary_of(asked, len(facts.devices)), window_required=asked.window_required,
        stages=asked.stages, policy=formula.digest,
    )  # fmt: skip


def level_of(score: int, formula: Formula) -> Level:
    """The highest level that begins at no more than the score."""
    return next(one for one in reversed(LEVELS) if asked_at(one, formula).start <= score)


def asked_at(level: Level, formula: Formula) -> Asked:
    levels = {"low": formula.levels.low, "medium": formula.levels.medium}
    return levels.get(level, formula.levels.high)


def canary_of(asked: Asked, devices: int) -> int:
    """How many devices the first wave has, of so many in all."""
    return max(1, min(asked.canary.at_most, devices * asked.canary.percent // 100))


def strictest(risks: Sequence[Risk]) -> Risk:
    """Of several formulas' words on one change the gravest, and from each what it asks for most."""
    worst = max(risks, key=lambda one: (LEVELS.index(one.level), one.score, one.approvals))
    return replace(
        worst,
        approvals=max(one.approvals for one in risks),
        canary=min(one.canary for one in risks),
        window_required=any(one.window_required for one in risks),
        stages=max((one.stages for one in risks), key=len),
    )


def _reasons(facts: Facts, by: Factors) -> Told:
    yield from _one(_step(by.devices, len(facts.devices)), "devices", count=len(facts.devices),
                    devices=_listed(one.hostname for one in facts.devices))  # fmt: skip
    yield from _one(by.kind.get(facts.kind, by.kind["emergency"]), f"kind.{facts.kind}")
    yield from _one(by.method.get(facts.method, by.method["by_hand"]), f"method.{facts.method}")
    playbook = by.playbook.get(facts.playbook_risk, by.playbook["high"])
    yield from _one(playbook, f"playbook.{facts.playbook_risk}")
    yield from _worst("role", [(_role(one, by), one) for one in facts.devices])
    yield from _worst("revert", [(_way_back(one, by), one) for one in facts.devices])
    reloaded = [one for one in facts.devices if one.reloads]
    if reloaded:
        yield from _one(by.reload or RELOAD, "reload", devices=_named(reloaded))
    yield from _worst("gravity", [(by.gravity[one.gravity], one) for one in facts.devices])
    yield from _lockout(facts, by)
    yield from _blast(facts, by)
    yield from _redundancy(facts, by)
    yield from _drift(facts, by)
    yield from _history(facts, by)


def _one(case: Case | None, code: str, **values: object) -> Told:
    """The reason of a case, unless it has nothing to say."""
    if case is not None and case.words:
        words = case.words.format_map(_Values(values))
        yield Reason(code=code, words=words, points=case.points)


def _step(steps: Sequence[Step], number: int) -> Step | None:
    return next((one for one in reversed(steps) if one.start <= number), None)


def _worst(code: str, judged: Sequence[tuple[Case, DeviceFacts]]) -> Told:
    """The case with most points among the devices, with those it holds for."""
    if not judged:
        return
    case = max((case for case, _ in judged), key=lambda one: one.points)
    held = [device for one, device in judged if one is case]
    yield from _one(case, code, devices=_named(held), role=held[0].role or "-", count=len(held))


def _way_back(device: DeviceFacts, by: Factors) -> Case:
    return by.revert.get(device.revert, by.revert["none"])


def _role(device: DeviceFacts, by: Factors) -> Case:
    if not device.role:
        return by.roles.none
    fitting = [one for one in by.roles.known if _has(device.role, one)]
    return max(fitting, key=lambda one: one.points, default=by.roles.other)


def _has(role: str, case: RoleCase) -> bool:
    return any(word.lower() in role.lower() for word in case.contains)


def _lockout(facts: Facts, by: Factors) -> Told:
    for code, case in by.lockout.items():
        yield from _touching(case, "lockout", code, [(one, one.touches) for one in facts.devices])


def _touching(
    case: Case, factor: str, code: str,
    touched: Iterable[tuple[DeviceFacts, Sequence[Touch]]],
) -> Told:  # fmt: skip
    """The case once, with every device and place that has it."""
    held = [
        (device, one.place) for device, touches in touched for one in touches if one.code == code
    ]
    if held:
        devices = _listed(dict.fromkeys(device.hostname for device, _ in held))
        places = _listed(dict.fromkeys(place for _, place in held))
        yield from _one(case, f"{factor}.{code}", devices=devices, place=places, count=len(held))


def _blast(facts: Facts, by: Factors) -> Told:
    names = [*facts.cut_names[:NAMED], *[""] * (facts.cut - min(len(facts.cut_names), NAMED))]
    step = _step(by.blast, facts.cut)
    yield from _one(step, "blast", count=facts.cut, names=_listed(names),
                    devices=_named(facts.devices))  # fmt: skip


def _redundancy(facts: Facts, by: Factors) -> Told:
    none = [one.name for one in facts.groups if one.members > 1 and one.left == 0]
    single = [one.name for one in facts.groups if one.members > 1 and one.left == 1]
    if none:
        yield from _one(by.redundancy.none_left, "redundancy.none_left", group=_listed(none))
    elif single:
        yield from _one(by.redundancy.one_left, "redundancy.one_left", group=_listed(single))
    yield from _links(facts, by)
    unknown = [one for one in facts.devices if not one.recorded]
    if unknown:
        yield from _one(by.redundancy.unknown, "redundancy.unknown", devices=_named(unknown))


def _links(facts: Facts, by: Factors) -> Told:
    """The worst that happens to recorded links, once."""
    cases = {
        "uplink": by.redundancy.uplink,
        "last_link": by.redundancy.last_link,
        "parallel": by.redundancy.parallel,
    }
    held = {touch.code for one in facts.devices for touch in one.links}
    code = next((one for one in cases if one in held), None)
    if code is not None:
        linked = [(one, one.links) for one in facts.devices]
        yield from _touching(cases[code], "redundancy", code, linked)


def _drift(facts: Facts, by: Factors) -> Told:
    now = [one for one in facts.devices if one.drifts_now]
    if now:
        yield from _one(by.drift.now, "drift.now", devices=_named(now))
    past = [(one.last_drift_days, one) for one in facts.devices if one.last_drift_days is not None]
    if past:
        days = min(days for days, _ in past)
        held = [one for since, one in past if since == days]
        ago = f"{counted(days, 'day')} ago" if days else "less than a day ago"
        yield from _one(_within(by.drift.past, days), "drift.past", devices=_named(held), days=days,
                        ago=ago)  # fmt: skip


def _within(steps: Sequence[Within], days: int) -> Within | None:
    return next((one for one in steps if days <= one.within), None)


def _history(facts: Facts, by: Factors) -> Told:
    judged = [(_past(one, by), one) for one in facts.history]
    if judged:
        case, worst = max(judged, key=lambda one: one[0].points)
        yield from _one(case, "history", like=facts.like, role=worst.role or "no role",
                        total=worst.total, bad=worst.bad,
                        alike=counted(worst.total, "change alike", "changes alike"))  # fmt: skip


def _past(alike: Alike, by: Factors) -> Case:
    if not alike.total:
        return by.history.never
    percent = -(-100 * alike.bad // alike.total)  # rounded up: one of a thousand is one percent
    return _step(by.history.bad, percent) or by.history.good


def _named(devices: Sequence[DeviceFacts]) -> str:
    return _listed(one.hostname for one in devices)


def _listed(names: Iterable[str]) -> str:
    """The first few by name; the others, and those that are no name, as a number."""
    every = list(names)
    shown = [name for name in every[:NAMED] if name]
    others = len(every) - len(shown)
    if not others:
        return ", ".join(shown)
    return f"{', '.join(shown)} and {others} more" if shown else f"{others} that are not shown"
