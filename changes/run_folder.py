"""A run's private folder: inventory, logins and environment, readable by nobody else. Runs nothing.

The folder has mode 0700, what holds secrets 0600; it is removed when the run ends. Its owner holds
a lock on it that dies with the owner, so folders that a killed worker left behind go at the next
run on the same machine.
"""

import fcntl
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.audit import Fact
from core.settings import load_settings
from inventory.drivers import sealed
from inventory.drivers.login import Login
from inventory.platforms import FOLDER_TOLD

KEPT = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")
"""What of this process's environment Ansible gets; secrets in the rest are none of its business."""

ROOT = Path(__file__).parents[1]
SSH_PORT = 22
GONE_SECONDS = 0.2  # nobody may collect what a killed process leaves
KILLS = 5  # rounds: a process may fork while others are ended


GROUPS: Mapping[str, bool] = {"trimtab_devices": False, "trimtab_servers": True}
"""A task that is skipped costs a process a host: plays name the hosts that they are for."""


NETWORKS: Mapping[str, Fact] = {
    "cisco_ios": "cisco.ios.ios", "cisco_xe": "cisco.ios.ios", "arista_eos": "arista.eos.eos",
    "cisco_nxos": "cisco.nxos.nxos", "cisco_xr": "cisco.iosxr.iosxr",
    "juniper_junos": "junipernetworks.junos.junos",
}  # fmt: skip
"""What Ansible's collections call our platforms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host of a run: how to reach it, and the variables that the playbook's schema names."""

    login: Login
    variables: Mapping[str, Fact]


@contextmanager
def private_folder(runs: Path) -> Iterator[Path]:
    """A new folder of mode 0700 below `runs`, gone when the body ends."""
    for folder in (runs, _bytecode(runs)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        with _locked(runs, fcntl.LOCK_EX):  # nobody sweeps what its owner does not hold yet
            _sweep(runs)
            place = Path(tempfile.mkdtemp(prefix="run-", dir=runs))
            held.enter_context(_locked(place, fcntl.LOCK_EX))
        held.callback(_clear, place)
        yield place


def _sweep(runs: Path) -> None:
    """Remove the folders of workers that are no more, with the logins in them."""
    for left in runs.glob("run-*"):
        with suppress(OSError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
            _clear(left)


def _clear(place: Path) -> None:
    """End whatever of the run still lives, then remove its folder.

    Ansible's workers lead sessions of their own: when Ansible itself is killed they go on, and may
    still type on a device. What belongs to a run has its folder as home, or works in it.
    """
    for _ in range(KILLS):
        left = [process for process in psutil.process_iter() if _belongs(process, place)]
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        if not left:
            break
        psutil.wait_procs(left, timeout=GONE_SECONDS)
    for folder in (place, _bytecode(place.parent) / place.relative_to(place.anchor)):
        shutil.rmtree(folder, ignore_errors=True)


def _bytecode(runs: Path) -> Path:
    """Where Python keeps compiled modules: Ansible's start is not paid for again at each run."""
    return runs.parent / "bytecode"


def _belongs(process: psutil.Process, place: Path) -> bool:
    try:
        return process.environ().get("HOME") == str(place) or Path(process.cwd()) == place
    except (psutil.Error, OSError):  # it ended meanwhile, or is another user's
        return False


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Hold the folder's lock; no program that is started meanwhile inherits it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def furnish(place: Path, hosts: Sequence[Host]) -> Path:
    """Write the logins and the inventory; returns the inventory's file."""
    sealed.seal(place / "logins.json", [host.login for host in hosts])
    told = {
        host.login.hostname: _literal({**host.variables, **_reached(place, host)}) for host in hosts
    }
    (place / ".ssh").mkdir(mode=0o700)  # for modules that sign in to devices themselves
    _secret(place / ".ssh" / "known_hosts", "".join(_pinned(host.login) for host in hosts))
    folder = place / "inventory"
    folder.mkdir(mode=0o700)
    groups: Mapping[str, object] = {
        name: {"hosts": {host.login.hostname: {} for host in hosts if _server(host) is server}}
        for name, server in GROUPS.items()
    }
    return _secret(folder / "hosts.json", json.dumps({"all": {"hosts": told, "children": groups}}))


def _server(host: Host) -> bool:
    return host.login.platform == "linux"


def environment(place: Path, *, plugins: Path) -> dict[str, str]:
    """The whole environment of Ansible: everything that it writes stays in the folder."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    programs = Path(sys.executable).parent
    return kept | {
        "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(_bytecode(place.parent)),
        "HOME": str(place),
        "TMPDIR": str(place),
        "ANSIBLE_HOME": str(place / "ansible"),
        "ANSIBLE_CONFIG": str(place / "ansible.cfg"),
        "ANSIBLE_LOCAL_TEMP": str(place / "tmp"),
        "ANSIBLE_PERSISTENT_CONTROL_PATH_DIR": str(place / "pc"),  # a socket's path is short
        "ANSIBLE_ACTION_PLUGINS": str(plugins / "action"),
        "ANSIBLE_LOOKUP_PLUGINS": str(plugins / "lookup"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=no",  # no session outlives the run
        "ANSIBLE_PIPELINING": "True",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_GATHERING": "explicit",
        "ANSIBLE_INVENTORY_ENABLED": "ansible.builtin.yaml",  # JSON is YAML; no other is tried
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "ANSIBLE_INTERPRETER_PYTHON": "auto_silent",
        FOLDER_TOLD: str(load_settings().platforms_folder or ""),
        sealed.VARIABLE: str(place / "logins.json"),
    }


def _literal(value: Fact) -> Fact:
    """The value with every text marked as no template: some of it is what a device showed."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value}
    if isinstance(value, Mapping):
        return {name: _literal(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [_literal(one) for one in value]
    return value


def _reached(place: Path, host: Host) -> dict[str, Fact]:
    """Servers are reached by Ansible's own SSH with the pinned key; devices by our driver.

    A playbook that reaches devices by `network_cli` finds the rest of what it needs in the lookup
    `trimtab_login`.
    """
    login = host.login
    reached: dict[str, Fact] = {
        "ansible_host": login.address,
        "ansible_port": login.port,
        "ansible_user": login.username,
    }
    if not _server(host):
        network = (
            {"ansible_network_os": NETWORKS[login.platform]} if login.platform in NETWORKS else {}
        )
        own = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        return reached | network | own
    reached |= {
        "ansible_timeout": int(login.timeout),
        "ansible_become": bool(login.options.get("become")),
        "ansible_ssh_common_args": f"-F /dev/null -o UserKnownHostsFile={_known(place, login)} "
        "-o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
    }
    if login.key is not None:
        key = _secret(place / f"{login.hostname}.key", login.key.rstrip("\n") + "\n")
        reached["ansible_ssh_private_key_file"] = str(key)
    if login.password is not None:
        reached["ansible_password"] = login.password
    return reached


def _known(place: Path, login: Login) -> Path:
    """The pinned host key as OpenSSH reads it; without one no server is trusted."""
    return _secret(place / f"{login.hostname}.known", _pinned(login))


def _pinned(login: Login) -> str:
    name = login.address if login.port == SSH_PORT else f"[{login.address}]:{login.port}"
    pinned = login.host_key
    return f"{name} {pinned.algorithm} {pinned.public_key}\n" if pinned else ""


def _secret(path: Path, text: str) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return path
