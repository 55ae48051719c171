"""Plain netmiko and nornir-netmiko on the same devices, asking the same, printing what they got.

A process of its own each; the last line is JSON: seconds, CPU seconds, devices that answered.
"""

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from netmiko import ConnectHandler
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Hosts, Inventory
from nornir.core.inventory import Host as NornirHost
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.tasks import netmiko_send_command

from benchmarks.collect.fleet import Host
from inventory.platforms import platform_of

SINK = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process


def commands(host: Host) -> list[str]:
    """What our own driver asks, so that all ask the same."""
    asked = platform_of(host.platform).commands
    every = (asked.running, asked.startup, asked.version, asked.lldp)
    return [one for one in every if one is not None]


def netmiko(hosts: Sequence[Host], threads: int) -> int:
    """Netmiko with a thread pool."""

    def collect(host: Host) -> bool:
        try:
            with ConnectHandler(
                device_type=host.platform, host=host.address, port=host.port,
                username=host.username, password=host.password, secret=host.secret,
            ) as connection:  # fmt: skip
                if host.secret:
                    connection.enable()
                SINK.writelines(str(connection.send_command(one)) for one in commands(host))
        except Exception as error:  # noqa: BLE001 - whatever it meets, the others go on
            sys.stderr.write(f"{host.hostname}: {error!r}\n")
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(collect, hosts))


def nornir(hosts: Sequence[Host], threads: int) -> int:
    """Nornir with its threaded runner and nornir-netmiko."""
    logging.getLogger("nornir").disabled = True
    ConnectionPluginRegister.auto_register()
    known = {host.hostname: host for host in hosts}
    inventory = Inventory(
        hosts=Hosts({
            host.hostname: NornirHost(
                name=host.hostname, hostname=host.address, port=host.port,
                username=host.username, password=host.password, platform=host.platform,
                connection_options={
                    "netmiko": ConnectionOptions(extras={"secret": host.secret})
                },
            )
            for host in hosts
        }),
        groups=Groups(), defaults=Defaults(),
    )  # fmt: skip

    def collect(task: Task) -> Result:
        host = known[task.host.name]
        for command in commands(host):
            got = task.run(netmiko_send_command, command_string=command, enable=bool(host.secret))
            SINK.write(str(got[0].result))
        task.host.close_connections()
        return Result(host=task.host)

    results = Nornir(inventory=inventory, runner=ThreadedRunner(num_workers=threads)).run(collect)
    for name, one in results.items():
        if one.failed:
            sys.stderr.write(f"{name}: {one[-1].exception!r}\n")
    return sum(not one.failed for one in results.values())


RIVALS: dict[str, Callable[[Sequence[Host], int], int]] = {"netmiko": netmiko, "nornir": nornir}


def main() -> None:
    name, threads = sys.argv[1], int(sys.argv[2])
    hosts = [Host(**row) for row in json.load(sys.stdin)]
    before, begun = _cpu(), time.perf_counter()
    answered = RIVALS[name](hosts, threads)
    figures = {
        "seconds": time.perf_counter() - begun, "cpu": _cpu() - before, "answered": answered,
    }  # fmt: skip
    sys.stdout.write(json.dumps(figures) + "\n")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
