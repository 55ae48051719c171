"""Ansible action: set what a device boots, save, reload, and wait for it to be back with that.

A device that runs the version already is not reloaded.
"""

from inventory.drivers.upgrading import boot
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        image, version = str(self._task.args["image"]), str(self._task.args["version"])
        lines = [str(line) for line in self._task.args["lines"]]
        wait = float(self._task.args["wait"])
        if self._task.check_mode:
            told = [*(_signed(line) for line in lines), f"+ reload into {version}"]
            return {"changed": True, "diff": {"prepared": "\n".join(told)}, "how": "computed",
                    "msg": f"would boot {image} and wait {wait:g} s at most"}  # fmt: skip
        booted = boot(login, image=image, version=version, lines=lines, wait=wait)
        after = f" after {booted.away} s" if booted.away else ", which it did already"
        return {"changed": True, "stdout": booted.transcript,
                "msg": f"runs {booted.version}{after}"}  # fmt: skip


def _signed(line):
    return f"- {line.removeprefix('no ')}" if line.startswith("no ") else f"+ {line}"
