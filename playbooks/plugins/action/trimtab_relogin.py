"""Ansible action: replace the password by which Trimtab itself signs in to a device.

The session that types it stays open until another one has signed in by the new password; where
none does, it types the former line again. Secrets stand in `lines` and `login` by their marks.
"""

from dataclasses import replace

from inventory.drivers import answers
from inventory.drivers.guards import guard_from
from inventory.drivers.push import dry_run
from inventory.drivers.relogin import replace_login
from inventory.drivers.unsealing import covered, opened
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        told = self._task.args["login"]
        lines = opened(login, [str(line) for line in self._task.args["lines"]])
        if self._task.check_mode:
            return covered(login, answers.rehearsed(dry_run(login, lines)))
        guard = self._task.args.get("guard")
        guard = guard_from(guard) if guard else None
        new = replace(login, password=login.unsealed[str(told["mark"])], second=None)
        back = opened(login, [str(told["back"])])
        applied = replace_login(login, new, lines, back=back, guard=guard)
        return covered(login, answers.applied(applied, guard))
