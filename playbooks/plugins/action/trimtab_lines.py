"""Ansible action: type configuration lines on a device, or in check mode say what they would do.

Runs inside Ansible's worker with Trimtab's own driver, so that a host costs no connection process.
The login comes from the file named by TRIMTAB_LOGINS (mode 0600), never from a variable.
"""

from ansible.plugins.action import ActionBase

from core.errors import TrimtabError
from inventory.drivers.push import SaveMode, apply_lines, dry_run
from inventory.drivers.sealed import login_of


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        lines = [str(line) for line in self._task.args["lines"]]
        host = task_vars["inventory_hostname"]
        try:
            login = login_of(host)
            if self._play_context.check_mode:
                return result | _rehearsed(dry_run(login, lines))
            save = SaveMode.SAVE if self._task.args.get("save", True) else SaveMode.LEAVE
            return result | _applied(apply_lines(login, lines, save=save))
        except TrimtabError as error:
            return result | {"failed": True, "changed": False, "msg": error.message,
                             "code": error.code}  # fmt: skip


def _rehearsed(rehearsed):
    refused = [line.line for line in rehearsed.refused_lines]
    where = "asked the device" if rehearsed.on_device else "computed from what the device shows"
    return {
        "changed": rehearsed.would_change,
        "failed": bool(refused),
        "diff": {"prepared": rehearsed.diff},
        "refused": refused,
        "on_device": rehearsed.on_device,
        "msg": f"{where}; refused: {', '.join(refused)}" if refused else where,
    }


def _applied(applied):
    told = {
        "changed": applied.changed,
        "failed": not applied.succeeded,
        "sent": list(applied.sent),
        "saved": applied.saved,
        "stdout": applied.transcript,
        "msg": "typed and saved" if applied.saved else "typed",
    }
    if applied.refused_lines:
        first = applied.refused_lines[0]
        told["msg"] = f"the device refused {first.line!r}: {first.answer.strip()}"
    elif applied.saved is False:
        told["msg"] = "the lines are in place, but the device refused to save them"
    return told
