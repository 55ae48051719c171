"""Ansible action: look at a device's neighbours, routes, reachability, interfaces or clock.

Devices are asked on their command line by Trimtab's own driver, servers over Ansible's connection.
"""

from inventory.drivers import states
from inventory.drivers.errors import DeviceError
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        expected = [str(one) for one in self._task.args.get("expect", [])]
        try:
            wrong = self._seen(login, expected)
        except ValueError as error:  # no address, no network
            raise DeviceError(f"{error}.") from error
        told = "; ".join(wrong) or f"as expected ({len(expected)} looked at)"
        return {"changed": False, "failed": bool(wrong), "msg": told}

    def _seen(self, login, expected):
        if login.platform == "linux":
            with login.session() as self._spoken:
                return self._look(self._shell, login.platform, expected)
        with states.asking(login) as ask:
            return self._look(ask, login.platform, expected)

    def _look(self, ask, platform, expected):
        match self._task.args["look_at"]:
            case "neighbours":
                return states.neighbours(ask, platform, expected)
            case "others":
                return states.others(ask, platform, expected)
            case "clock":
                return states.clock(ask, platform, seconds=float(self._task.args["seconds"]))
            case "routes":
                return states.routes(ask, platform, expected)
            case "interfaces":
                seconds = float(self._task.args["seconds"])
                return states.interfaces(ask, platform, expected, seconds=seconds)
            case _:
                return states.reached(ask, platform, expected)

    def _shell(self, commands):
        for one in commands:
            self._spoken.note(one)
        return [self._low_level_execute_command(one)["stdout"] for one in commands]
