"""Why a change is refused; each names the subject, the situation and what to do."""

from typing import ClassVar

from core.errors import Conflict, InvalidInput, NotPermitted, TrimtabError


class StaleDigest(Conflict):
    code: ClassVar[str] = "stale_digest"


class OwnChange(NotPermitted):
    code: ClassVar[str] = "own_change"


class AlreadyDecided(Conflict):
    code: ClassVar[str] = "already_decided"


class OpenObjection(Conflict):
    code: ClassVar[str] = "open_objection"


class WrongState(Conflict):
    code: ClassVar[str] = "wrong_state"


class NothingToDo(InvalidInput):
    code: ClassVar[str] = "nothing_to_do"


class NotActive(Conflict):
    code: ClassVar[str] = "device_not_active"


class NoSafeCommands(InvalidInput):
    code: ClassVar[str] = "no_safe_commands"


class NoWayBack(InvalidInput):
    """What a change did cannot be taken back by another one."""

    code: ClassVar[str] = "no_way_back"


class SecretInPlan(InvalidInput):
    code: ClassVar[str] = "secret_in_plan"


class SharedLogin(Conflict):
    """Others sign in by a login that is to be replaced."""

    code: ClassVar[str] = "login_shared"


class UnknownPlaybook(InvalidInput):
    code: ClassVar[str] = "unknown_playbook"


class InvalidVariables(InvalidInput):
    code: ClassVar[str] = "invalid_variables"


class NotAnEmergency(InvalidInput):
    code: ClassVar[str] = "not_an_emergency"


class ReviewEarly(Conflict):
    code: ClassVar[str] = "review_early"


class GlassOver(Conflict):
    """A run rests on a broken glass that counts no more."""

    code: ClassVar[str] = "glass_over"


class EmergencyDebt(Conflict):
    """A unit's broken glass was not reviewed in time."""

    code: ClassVar[str] = "emergency_debt"


class StillThere(Conflict):
    """Something still refers to a device that is to go."""

    code: ClassVar[str] = "device_referred_to"


class WindowClosed(Conflict):
    code: ClassVar[str] = "window_closed"


class WindowRequired(Conflict):
    code: ClassVar[str] = "window_required"


class CalendarForbids(Conflict):
    code: ClassVar[str] = "calendar_forbids"


class PreStateChanged(Conflict):
    code: ClassVar[str] = "pre_state_changed"


class InventoryChanged(Conflict):
    code: ClassVar[str] = "inventory_changed"


class NotApproved(Conflict):
    code: ClassVar[str] = "not_approved"


class PlaybookBroken(TrimtabError):
    code: ClassVar[str] = "playbook_broken"


class DeviceNotObserved(Conflict):
    code: ClassVar[str] = "device_not_observed"


class GateFailed(Conflict):
    code: ClassVar[str] = "gate_failed"


class StopRequested(Conflict):
    code: ClassVar[str] = "stop_requested"


class LeaseLost(Conflict):
    code: ClassVar[str] = "lease_lost"


class AnsibleUnavailable(TrimtabError):
    """Ansible could not be started, or ended without a word."""

    code: ClassVar[str] = "ansible_unavailable"
