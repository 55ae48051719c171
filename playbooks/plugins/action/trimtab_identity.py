"""Ansible action: a new session signs in, and the device says of itself what is expected.

`expect` has its hostname and, where they are known, its serial number and model.
"""

from inventory.drivers.reading import same_host
from inventory.drivers.registry import driver_for
from inventory.drivers.workers import DeviceAction, prepare

prepare()

WORDS = {"serial": "serial number", "model": "model"}


class ActionModule(DeviceAction):
    def work(self, login):
        expected = self._task.args["expect"]
        seen = driver_for(login.driver).collect(login)
        shown = {name: getattr(seen.facts, name) for name in WORDS}
        wrong = [
            f"its {words} is {shown[name] or 'not shown'}, expected is {expected[name]}"
            for name, words in WORDS.items()
            if name in expected and shown[name] != expected[name]
        ]
        if not same_host(seen.hostname, str(expected["hostname"])):
            wrong.insert(0, f"it calls itself {seen.hostname or 'nothing'}")
        told = "; ".join(wrong)
        return {"changed": False, "failed": bool(wrong), "msg": told or "it is the expected device"}
