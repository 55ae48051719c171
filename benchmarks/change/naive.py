"""The same correction as most people write it: ansible-runner, network_cli, one ios_config task.

Ansible's defaults but for the forks and the host keys, which the lab makes anew. Unlike ours it
does not save. A process of its own; hosts come as JSON on standard input, the last line is JSON.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import ansible_runner

from benchmarks.change.usage import measured
from benchmarks.collect.fleet import Host


def main() -> None:
    """How many forks."""
    forks = int(sys.argv[1])
    hosts = [Host(**row) for row in json.load(sys.stdin)]
    corrected(hosts[:1], forks)  # what Python compiles once
    sys.stdout.write(json.dumps(measured(lambda: corrected(hosts, forks))) + "\n")


def corrected(hosts: Sequence[Host], forks: int) -> bool:
    """Type one line below a section on each device; whether all did."""
    line = f"description corrected {time.time_ns()}"
    task = {"cisco.ios.ios_config": {"parents": ["interface Loopback0"], "lines": [line]}}
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="naive-") as place:
        run = ansible_runner.run(
            private_data_dir=place, forks=forks, quiet=True,
            inventory={"all": {"hosts": {host.hostname: _reached(host) for host in hosts}}},
            playbook=[{"hosts": "all", "gather_facts": False, "tasks": [task]}],
            envvars={"ANSIBLE_HOST_KEY_CHECKING": "False", "HOME": place, "PATH": programs},
        )  # fmt: skip
        return bool(run.status == "successful" and len(run.stats["changed"]) == len(hosts))


def _reached(host: Host) -> dict[str, object]:
    enabled = {
        "ansible_become": True, "ansible_become_method": "enable",
        "ansible_become_password": host.secret,
    }  # fmt: skip
    return {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_host": host.address,
        "ansible_port": host.port,
        "ansible_user": host.username,
        "ansible_password": host.password,
        **(enabled if host.secret else {}),
    }


if __name__ == "__main__":
    main()
