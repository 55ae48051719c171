"""Trimtab on the same devices: a scan from and into a database of its own.

A process of its own; hosts come as JSON on standard input, the last line is JSON.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial

import psutil

from benchmarks.collect.fleet import Host
from benchmarks.fleet import ALL, database
from core.actor import Origin
from core.runtime import Runtime
from drift.attribution import unexplained
from drift.scan import Manner, scan
from inventory.credentials import create_credential
from inventory.models import Device
from inventory.sites import create_site
from organization.bootstrap import bootstrap
from organization.units import by_code

JOB = Origin(door="job")


def main() -> None:
    """How many sessions at a time, and how many scans one after another."""
    threads, rounds = int(sys.argv[1]), int(sys.argv[2])
    hosts = [Host(**row) for row in json.load(sys.stdin)]
    with database() as (runtime, server):
        ids = prepared(runtime, hosts)
        measured(runtime, server, ids[:4], threads)  # what is loaded once costs no fleet anything
        for _ in range(rounds):
            sys.stdout.write(json.dumps(measured(runtime, server, ids, threads)) + "\n")
            sys.stdout.flush()


def prepared(runtime: Runtime, hosts: Sequence[Host]) -> list[int]:
    """The hosts as devices of the CMDB, each site in one unit."""
    os.environ.update({"BENCH_PASSWORD": hosts[0].password, "BENCH_ENABLE": _enable(hosts)})
    with runtime.context(ALL, JOB) as ctx:
        bootstrap(ctx, unit_name="Bench", username="admin", password="bench-password")  # noqa: S106
        unit = by_code(ctx, "root")
        sites = {
            code: create_site(ctx, code=code, name=code, unit=unit).id
            for code in dict.fromkeys(host.site for host in hosts)
        }
        credentials = {
            secret: create_credential(
                ctx, name=f"bench{bool(secret)}", username=hosts[0].username,
                password_ref="env:BENCH_PASSWORD",  # noqa: S106 - a name, not a password
                enable_ref="env:BENCH_ENABLE" if secret else None, key_ref=None, unit=unit,
            ).id
            for secret in dict.fromkeys(bool(host.secret) for host in hosts)
        }  # fmt: skip
        devices = [
            Device(
                hostname=host.hostname, site_id=sites[host.site], platform=host.platform,
                driver="netmiko", address=host.address, port=host.port,
                credential_id=credentials[bool(host.secret)], created_at=ctx.now(),
            )
            for host in hosts
        ]  # fmt: skip
        ctx.session.add_all(devices)
        ctx.session.flush()
        ctx.record("benchmark.prepared", devices[0])
        return [device.id for device in devices]


def _enable(hosts: Sequence[Host]) -> str:
    return next((host.secret for host in hosts if host.secret), "")


def measured(
    runtime: Runtime, server: psutil.Process, ids: Sequence[int], threads: int
) -> Mapping[str, object]:
    """One scan of all devices: seconds, CPU seconds of this process and of the database."""
    contexts = partial(runtime.context, ALL, JOB)
    client, database_, begun = _cpu(), _server(server), time.perf_counter()
    memory: list[int] = []
    own = psutil.Process()
    summary = scan(
        contexts, ids, attribute=unexplained,
        manner=Manner(threads=threads, progress=lambda _: memory.append(own.memory_info().rss)),
    )  # fmt: skip
    return {
        "seconds": time.perf_counter() - begun, "cpu": _cpu() - client,
        "database_cpu": _server(server) - database_,
        "answered": sum(seen.outcome == "no_baseline" for seen in summary.observations),
        "devices": {seen.hostname: seen.outcome for seen in summary.observations},
        "memory": _growth(memory),
    }  # fmt: skip


def _growth(memory: Sequence[int]) -> float:
    """Memory at the end to that after a tenth of the devices."""
    return memory[-1] / memory[len(memory) // 10] if memory else 1.0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _server(server: psutil.Process) -> float:
    times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


if __name__ == "__main__":
    main()
