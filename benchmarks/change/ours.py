"""Trimtab's playbook correct_drift on devices of the lab, as one wave of a change runs it.

A process of its own; hosts come as JSON on standard input, the last line is JSON.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.change.usage import measured
from benchmarks.collect.fleet import Host
from changes import ansible, run_folder
from changes.ansible import Told
from changes.playbooks import playbook
from inventory.drivers.login import Login


def main() -> None:
    """How many forks."""
    forks = int(sys.argv[1])
    hosts = [Host(**row) for row in json.load(sys.stdin)]
    with tempfile.TemporaryDirectory(prefix="trimtab-bench-") as home:
        corrected(hosts[:1], Path(home), forks)  # what an installation compiles and imports once
        cost = measured(lambda: corrected(hosts, Path(home), forks))
    sys.stdout.write(json.dumps(cost) + "\n")


def corrected(hosts: Sequence[Host], home: Path, forks: int) -> bool:
    """Type one line below a section on each device and save it; whether all did."""
    heard: list[Told] = []
    lines = ["interface Loopback0", f" description corrected {time.time_ns()}"]
    result = ansible.run(
        playbook("correct_drift"),
        [
            run_folder.Host(
                login=_login(host), variables={"trimtab_lines": lines, "trimtab_files": []}
            )
            for host in hosts
        ],
        runs=home / "runs", forks=forks, seconds=900, tell=heard.append, go_on=lambda: True,
    )  # fmt: skip
    saved = sum("saved" in one.text for one in heard if one.status == "ok")
    return result.status == "successful" and saved == len(hosts)


def _login(host: Host) -> Login:
    return Login(
        hostname=host.hostname, address=host.address, port=host.port, platform=host.platform,
        username=host.username, password=host.password, enable=host.secret or None,
    )  # fmt: skip


if __name__ == "__main__":
    main()
