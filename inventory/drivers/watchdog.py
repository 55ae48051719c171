"""A watchdog on a host with a shell: it puts files, or FRR's configuration, back unless cancelled.

It is armed beforehand and waits on the device itself, so that it outlives the session that made
it, and whatever the change does to the network. It does not outlive a restart of the host. Who
settles it and its own timer race for one `mkdir`, which only one of them wins.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace

from inventory.drivers import ssh
from inventory.drivers.errors import DeviceError
from inventory.drivers.guards import SHELL, Guard, GuardImpossible, GuardStuck, not_armed
from inventory.drivers.linux import run_script
from inventory.drivers.login import Login

MINUTE = 60  # seconds
LOST = "lost"
SETTLES = {"cancelled": "cancel", "restored": "restore"}
HEAD = """\
set -u
umask 077
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/frr"
place="${{HOME:-/tmp}}/.trimtab/{name}"
"""
FILES = """\
keep() {{  # each file as it is, with the name that it goes back to
  number=$((number + 1))
  printf '%s\\n' "$1" >"$place/$number.path"
  if [ -e "$1" ]; then cp -p -- "$1" "$place/$number.copy" || exit 3; fi
}}
number=0
"""
ROUTER = """\
stop() { echo "$1"; exit 3; }
command -v frr-reload.py >/dev/null || stop "frr-reload.py is not there: install frr-pythontools"
vtysh -c 'show running-config no-header' >"$place/running" || exit 3
grep -q . "$place/running" || stop "vtysh showed no configuration"
"""
RESTORE = """\
cat >"$place/restore" <<'END'
for path in "$place"/*.path; do
  [ -e "$path" ] || continue
  target=$(cat "$path"); copy="${path%.path}.copy"
  if [ -e "$copy" ]; then
    cp -p -- "$copy" "$target.trimtab-back" && mv -f -- "$target.trimtab-back" "$target"
  else
    rm -f -- "$target"
  fi || exit 4
done
if [ -e "$place/running" ]; then
  frr-reload.py --reload --stdout --rundir "$place" --log-level error \\
    "$place/running" >"$place/log" 2>&1 || exit 4
fi
rm -f "$place"/*.copy "$place"/*.path "$place/running"
echo restored >"$place/state"
END
"""
ARM = """\
find "${{HOME:-/tmp}}/.trimtab" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {{}} + 2>/dev/null
mkdir -p "${{HOME:-/tmp}}/.trimtab"
mkdir "$place" || {{ echo "{name} is armed already"; exit 3; }}
{keep}
{restore}
cat >"$place/wait" <<'END'
{head}
sleep {seconds}
mkdir "$place/settled" 2>/dev/null || exit 0
. "$place/restore"
END
if [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
  systemd-run --quiet --collect --unit={name} --setenv=HOME="${{HOME:-/tmp}}" \\
    sh "$place/wait" || exit 3
else
  setsid nohup sh "$place/wait" </dev/null >/dev/null 2>&1 &
  echo $! >"$place/pid"
fi
echo armed
"""
SETTLE = """\
[ -d "$place" ] || {{ echo lost; exit 0; }}
mkdir "$place/settled" 2>/dev/null || {{ echo lost; exit 0; }}
if [ -e "$place/pid" ]; then
  kill -- "-$(cat "$place/pid")" 2>/dev/null || kill "$(cat "$place/pid")" 2>/dev/null
else
  systemctl stop {name} 2>/dev/null
fi
"""
CANCEL = """\
rm -rf "$place"
echo cancelled
"""
UNDO = """\
. "$place/restore"
cat "$place/state"
"""


def arm(login: Login, guard: Guard, *, files: Sequence[str] = ()) -> None:
    """Keep these files, or a router's configuration, and start to wait; or GuardImpossible.

    `files` are absolute paths; one that is not there will be taken away again.
    """
    keep = FILES.format() + "".join(f"keep {shlex.quote(path)}\n" for path in files)
    head = HEAD.format(name=guard.name)
    script = head + ARM.format(
        name=guard.name, head=head, seconds=guard.minutes * MINUTE, restore=RESTORE,
        keep=ROUTER if login.platform == "frr" else keep,
    )  # fmt: skip
    answer = _answer(login, script, name=f"arm {guard.name}")
    if answer != "armed":
        raise GuardImpossible(
            f"The watchdog {guard.name} could not be armed on {login.place}: "
            f"{answer or 'no answer'}; nothing was changed.",
            hostname=login.hostname,
        )


def cancel(login: Login, guard: Guard) -> None:
    """Keep the change; GuardNotArmed when the watchdog was faster, or nobody armed it."""
    _settle(login, guard, CANCEL, expected="cancelled")


def restore(login: Login, guard: Guard) -> None:
    """Put everything back at once; GuardNotArmed, or GuardStuck when it could not be."""
    _settle(login, guard, UNDO, expected="restored")


def _settle(login: Login, guard: Guard, then: str, *, expected: str) -> None:
    script = HEAD.format(name=guard.name) + SETTLE.format(name=guard.name) + then
    answer = _answer(login, script, name=f"{SETTLES[expected]} {guard.name}")
    if answer == LOST:
        raise not_armed(login, guard)
    if answer != expected:
        raise GuardStuck(
            f"The watchdog {guard.name} on {login.place} answered {answer or 'nothing'!r}; look at "
            f".trimtab/{guard.name} in its account's home.",
            hostname=login.hostname,
        )


def _answer(login: Login, script: str, *, name: str) -> str:
    shell = _shell(login)
    with ssh.connected(shell) as held:
        return run_script(shell, held, f"exec 2>&1\n{script}", name=name).strip()


def _shell(login: Login) -> Login:
    """The login that has a shell: a router's own one is vtysh."""
    if login.platform != "frr":
        return login
    account = login.options.get(SHELL)
    if not isinstance(account, str) or not account:
        raise DeviceError(
            f"{login.place} has no account with a shell in its option {SHELL}; a watchdog cannot "
            "be kept there.",
            hostname=login.hostname,
        )
    return replace(login, username=account)
