"""Ansible action: copy an image into a device's flash and verify it; nothing boots it.

An image that is there as it should be is left. In check mode it says whether it would be copied.
"""

from inventory.drivers import staging
from inventory.drivers.images import checksum_from, images_of
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        told = dict(self._task.args["image"])
        wanted = staging.Wanted(**told | {"checksum": checksum_from(told["checksum"])})
        seconds = float(self._task.args["seconds"])
        if self._task.check_mode:
            with staging.opened(login, seconds=seconds) as (line, running):
                would = staging.wants_copy(
                    line, images_of(login.platform), wanted, running, seconds=seconds
                )
            diff = f"+ {wanted.image}, {wanted.size} bytes, from {wanted.source}" if would else ""
            return {"changed": would, "diff": {"prepared": diff}, "how": "computed",
                    "msg": "would be copied" if would else "is there already"}  # fmt: skip
        copied = staging.stage(login, wanted, seconds=seconds)
        words = f"copied, {wanted.checksum.algorithm} as it should be"
        return {"changed": copied, "msg": words if copied else "was there already"}
