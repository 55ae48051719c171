"""Ansible action: see that a device may be upgraded: image, way back, room, saved configuration."""

from inventory.drivers.images import Checksum, checksum_from
from inventory.drivers.upgrading import Release, unfit
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        told = dict(self._task.args["release"])
        checksum = checksum_from(told["checksum"]) or Checksum()
        seconds = float(told.pop("wait"))
        wrong = unfit(login, Release(**told | {"checksum": checksum}), seconds=seconds)
        return {
            "changed": False,
            "failed": bool(wrong),
            "msg": "; ".join(wrong) or "fit to be upgraded",
        }
