"""What an action plugin tells Ansible of lines that were typed or rehearsed. Types nothing."""

from collections.abc import Mapping

from inventory.drivers.applied import Applied, Rehearsed
from inventory.drivers.guards import Guard


def rehearsed(found: Rehearsed) -> Mapping[str, object]:
    """What the lines would do."""
    refused = [line.line for line in found.refused_lines]
    return {
        "changed": found.would_change,
        "failed": bool(refused),
        "diff": {"prepared": found.diff},
        "refused": refused,
        "how": found.how,
        "msg": f"{found.how}; refused: {', '.join(refused)}" if refused else found.how,
    }


def applied(found: Applied, guard: Guard | None) -> Mapping[str, object]:
    """What the lines did."""
    return {
        "changed": found.changed,
        "failed": not found.succeeded,
        "sent": list(found.sent),
        "saved": found.saved,
        "guarded": found.guarded,
        "stdout": found.transcript,
        "msg": _told(found, guard),
    }


def _told(found: Applied, guard: Guard | None) -> str:
    if found.refused_lines:
        first = found.refused_lines[0]
        back = "; the device is back as it was" if found.taken_back else ""
        return f"the device refused {first.line!r}: {first.answer.strip()}{back}"
    if found.saved is False:
        return "the lines are in place, but the device refused to save them"
    if found.guarded and guard is not None:
        return f"in force; the device goes back after {guard.minutes} min unless it is confirmed"
    return "typed and saved" if found.saved else "typed"
