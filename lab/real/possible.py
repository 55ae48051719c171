"""Whether this machine can hold real devices, and why not. Changes nothing that lasts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = "apt-get install --no-install-recommends frr frr-pythontools openssh-server iproute2"
DAEMONS = Path("/usr/lib/frr")
PROGRAMS = ("unshare", "setpriv", "ip", "useradd")
SYSTEM = os.pathsep.join(("/usr/sbin", "/usr/bin", "/sbin", "/bin"))
TRIAL = (
    "ip link set lo up && mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/t &&"
    " mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w none /mnt/t"
)


def available() -> str | None:
    """None where real devices are possible, otherwise the reason in one sentence."""
    if sys.platform != "linux":
        return "Real devices need network namespaces, which only Linux has."
    if os.geteuid() != 0:
        return f"Real devices need root for network namespaces, and once as root: {PACKAGES}."
    missing = _missing()
    if missing:
        return f"Real devices need {', '.join(missing)}: {PACKAGES}."
    return _forbidden()


def _missing() -> list[str]:
    needed = {"sshd (openssh-server)": shutil.which("sshd", path=SYSTEM),
              "vtysh (frr)": shutil.which("vtysh", path=SYSTEM),
              "bgpd (frr)": shutil.which("bgpd", path=str(DAEMONS))}  # fmt: skip
    needed |= {name: shutil.which(name, path=SYSTEM) for name in PROGRAMS}
    return [name for name, found in needed.items() if found is None]


def _forbidden() -> str | None:
    """Containers may keep namespaces or overlays even from root: try, in namespaces that end."""
    tried = subprocess.run(
        ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "sh", "-c", TRIAL],  # noqa: S607
        capture_output=True, text=True, check=False, env={"PATH": SYSTEM},
    )  # fmt: skip
    if tried.returncode == 0:
        return None
    words = tried.stderr.strip().splitlines() or ["no reason given"]
    return f"Real devices need namespaces and overlays, which this machine forbids ({words[-1]})."
