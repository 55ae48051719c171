"""Ansible action: have devices take a guarded change back at once, if they have not already."""

from inventory.drivers.guards import GuardNotArmed, guard_from
from inventory.drivers.settling import undo_now
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        guard = guard_from(self._task.args["guard"])
        if self._task.check_mode:
            return {"changed": False, "msg": f"would take {guard.name} back"}
        try:
            settled = undo_now(login, guard)
        except GuardNotArmed as error:
            return {"changed": False, "msg": error.message}
        return {"changed": True, "stdout": settled.transcript, "msg": "taken back"}
