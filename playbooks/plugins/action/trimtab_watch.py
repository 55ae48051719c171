"""Ansible action: arm a watchdog on a server that puts files back unless trimtab_confirm comes."""

from inventory.drivers.guards import commands_of, guard_from
from inventory.drivers.watchdog import arm
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        guard = guard_from(self._task.args["guard"])
        commands_of(login, guard)
        if self._task.check_mode:
            return {"changed": False, "msg": f"would arm {guard.name} for {guard.minutes} min"}
        arm(login, guard, files=[str(path) for path in self._task.args["files"]])
        return {"changed": True, "msg": f"the files go back after {guard.minutes} min"}
