"""Ansible action: in a new session, keep a change that a guard holds, and save it."""

from inventory.drivers.guards import guard_from
from inventory.drivers.settling import confirm
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        guard = guard_from(self._task.args["guard"])
        if self._task.check_mode:
            return {"changed": False, "msg": f"would confirm {guard.name}"}
        settled = confirm(login, guard)
        told = {"changed": True, "saved": settled.saved, "stdout": settled.transcript}
        if settled.saved is False:
            words = "confirmed, but the device refused to save it"
            return told | {"failed": True, "msg": words, "code": "save_refused"}
        return told | {"msg": "confirmed" if settled.saved is None else "confirmed and saved"}
