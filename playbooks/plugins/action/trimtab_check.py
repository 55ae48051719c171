"""Ansible action: the device answers, and its running configuration holds what is expected."""

from inventory.drivers.registry import driver_for
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        running = driver_for(login.driver).collect(login).running
        held = {line.strip() for line in running.splitlines()}
        lacking = [line for line in self._task.args.get("expect", []) if line.strip() not in held]
        staying = [line for line in self._task.args.get("gone", []) if line.strip() in held]
        told = [
            *(f"missing: {line}" for line in lacking),
            *(f"still there: {line}" for line in staying),
        ]
        return {
            "changed": False,
            "failed": bool(told),
            "msg": "; ".join(told) or "as expected",
        }
