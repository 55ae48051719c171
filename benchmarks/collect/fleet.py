"""The lab as a process of its own, so that its work is not counted as the client's."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from lab.network import Fault, Lab


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """How to sign in to a device of the lab; `fault` is what is wrong with it, if anything."""

    hostname: str
    platform: str
    address: str
    port: int
    username: str
    password: str
    secret: str
    site: str
    fault: str = ""


@contextmanager
def fleet(
    *, devices: int, round_trip: float = 0.0, faulty: float = 0.0
) -> Iterator[Sequence[Host]]:
    """A lab that serves so many devices, a share of them faulty, each kind of fault in turn."""
    arguments = [str(devices), str(round_trip), str(faulty)]
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.collect.fleet", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        ready, hold = process.stdout, process.stdin
        if ready is None or hold is None:
            raise RuntimeError("pipes were asked for")
        try:
            yield [Host(**row) for row in json.loads(ready.readline())]
        finally:
            hold.close()


def main() -> None:
    """Serve until standard input ends."""
    devices, round_trip, faulty = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    with Lab(devices=devices, round_trip=round_trip) as lab:
        faults = tuple(Fault)
        step = round(1 / faulty) if faulty else devices + 1
        broken = {
            device.hostname: faults[number % len(faults)]
            for number, device in enumerate(lab.devices[step - 1 :: step])
        }
        for device in lab.devices:
            if device.hostname in broken:
                lab.set_fault(device, broken[device.hostname])
        hosts = [
            Host(
                hostname=device.hostname, platform=device.platform, address=device.address,
                port=device.port, username=device.username, password=device.password,
                secret=device.enable_secret or "", site=device.site,
                fault=broken[device.hostname].value if device.hostname in broken else "",
            )
            for device in lab.devices
        ]  # fmt: skip
        sys.stdout.write(json.dumps([asdict(host) for host in hosts]) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
