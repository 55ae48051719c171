"""The risk of a change: facts gathered once, judged by every formula that holds for its devices."""

from collections.abc import Iterable, Sequence

from changes.risk.evaluation import evaluate, strictest
from changes.risk.facts import About, Target, devices_of, gather
from changes.risk.formula import Formula
from changes.risk.model import Facts, Risk
from changes.risk.policies import in_force
from changes.risk.recorded import recorded
from core.context import Context


def assess(
    ctx: Context, targets: Sequence[Target], *, kind: str, method: str,
    playbook: str = "correct_drift", source: str = "",
) -> Risk:  # fmt: skip
    """The risk of changing these devices, by the formulas of the units they belong to.

    `playbook` is what will run, `source` the name of the catalogue entry or template it came from.
    The caller may see the devices; the cost hardly grows with their number.
    """
    about = About(kind=kind, method=method, playbook=playbook, source=source)
    known = devices_of(ctx, [one.device_id for one in targets])
    facts = gather(ctx, targets, about, known=known, topology=recorded(ctx))
    return judged(facts, in_force(ctx).of(one.unit_id for one in known.values()))


def judged(facts: Facts, formulas: Iterable[Formula]) -> Risk:
    """What these formulas say of the facts: of several the strictest."""
    return strictest([evaluate(facts, formula) for formula in formulas])
