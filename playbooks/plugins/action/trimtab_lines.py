"""Ansible action: type configuration lines on a device, or in check mode say what they would do.

Runs inside Ansible's worker with Trimtab's own driver, so that a host costs no connection process.
The login comes from the file named by TRIMTAB_LOGINS (mode 0600), never from a variable. With
`guard` (kind, minutes, name) the device goes back by itself unless trimtab_confirm comes in time;
nothing is saved before.
"""

from inventory.drivers import answers
from inventory.drivers.applied import SaveMode
from inventory.drivers.guards import guard_from
from inventory.drivers.push import apply_lines, dry_run
from inventory.drivers.unsealing import covered, opened
from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        lines = opened(login, [str(line) for line in self._task.args["lines"]])
        return covered(login, self._typed(login, lines))

    def _typed(self, login, lines):
        guard = self._task.args.get("guard")
        guard = guard_from(guard) if guard else None
        if self._task.check_mode:
            return answers.rehearsed(dry_run(login, lines))
        save = SaveMode.SAVE if self._task.args.get("save", True) else SaveMode.LEAVE
        return answers.applied(apply_lines(login, lines, save=save, guard=guard), guard)
