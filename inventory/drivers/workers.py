"""What action plugins have in common: a start before the fork, an answer. Speaks to no device.

Ansible imports an action plugin in its main process and forks one worker a host and task. What is
read here is read once; what a worker reads first, every worker reads anew.
"""

import logging
from collections.abc import Mapping

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from core.errors import TrimtabError
from inventory.drivers import netconf, sealed
from inventory.drivers.login import Login
from inventory.drivers.telling import told_of
from inventory.platforms import known_platforms

LOCAL = "localhost"
PURPOSES: Mapping[str, str] = {
    "trimtab_lines": "push", "trimtab_relogin": "relogin", "trimtab_confirm": "confirm",
    "trimtab_revert": "take back", "trimtab_watch": "guard", "trimtab_stage": "stage",
    "trimtab_boot": "upgrade",
}  # fmt: skip
"""What an action speaks to a device for; every other one looks, as all do in check mode."""


def prepare() -> None:
    """To be called by an action plugin while it is imported."""
    handed = sealed.platforms()
    if any(platform.netconf and platform.name in handed for platform in known_platforms()):
        netconf.changer()
    logging.getLogger("paramiko").addHandler(logging.NullHandler())  # errors are told as results


class DeviceAction(ActionBase):  # type: ignore[misc]
    """An action plugin that works on its host's device itself, in check mode too.

    It works on the device that the task is delegated to. A task that is delegated to `localhost`
    runs there anyway, and speaks to its own host.
    """

    _supports_check_mode = True

    def run(
        self, tmp: object = None, task_vars: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """The work's result, or its error in words and as a code."""
        result: dict[str, object] = super().run(tmp, task_vars)
        login: Login | None = None
        host, delegate = str((task_vars or {})["inventory_hostname"]), self._task.delegate_to
        try:
            login = sealed.login_of(host if delegate in {None, LOCAL} else str(delegate))
            told = self.work(login)
        except TrimtabError as error:
            told = {"failed": True, "changed": False, "msg": error.message, "code": error.code}
        except AnsibleError:
            raise
        except Exception as error:  # noqa: BLE001 - what was typed is told whatever went wrong
            told = {"failed": True, "changed": False, "msg": f"a defect: {error!r}"}
        sessions = "" if login is None else told_of(login, purpose=self._purpose())
        return {**result, **told, **({"sessions": sessions} if sessions else {})}

    def _purpose(self) -> str:
        if self._task.check_mode:
            return "rehearse"
        return PURPOSES.get(str(self._task.action), "look")

    def work(self, login: Login) -> Mapping[str, object]:
        """What the task does; a TrimtabError is its failure."""
        raise NotImplementedError
