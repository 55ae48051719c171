"""Ansible action: the device answers, and its running configuration holds what is expected."""

from ansible.plugins.action import ActionBase

from core.errors import TrimtabError
from inventory.drivers.registry import driver_for
from inventory.drivers.sealed import login_of


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        login = login_of(task_vars["inventory_hostname"])
        try:
            held = {
                line.strip()
                for line in driver_for(login.driver).collect(login).running.splitlines()
            }
        except TrimtabError as error:
            return result | {"failed": True, "msg": error.message, "code": error.code}
        lacking = [line for line in self._task.args.get("expect", []) if line.strip() not in held]
        staying = [line for line in self._task.args.get("gone", []) if line.strip() in held]
        told = [
            *(f"missing: {line}" for line in lacking),
            *(f"still there: {line}" for line in staying),
        ]
        return result | {
            "changed": False,
            "failed": bool(told),
            "msg": "; ".join(told) or "as expected",
        }
