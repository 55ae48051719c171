"""The simulated network: makes the devices and serves them from a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from lab import generate, junos_config, more
from lab.device import Fault, LabDevice, Neighbour
from lab.eapi import serve_eapi
from lab.editor import Editor
from lab.server import serve
from lab.tree import Node, parse

__all__ = ["Fault", "Lab", "LabDevice"]

DEVICES_PER_NET = 250


class Lab:
    """`with Lab(devices=20) as lab:` - a fleet over real SSH on loopback addresses.

    Needs the whole 127.0.0.0/8 on the loopback interface, as Linux has it. Port 0 picks free ports,
    so that several labs can run side by side. `round_trip` is how far away the SSH devices are, in
    seconds. `platforms` adds a device each of cisco_nxos, cisco_xr or juniper_junos.
    """

    def __init__(
        self,
        *,
        devices: int = 20,
        seed: int = 1,
        port: int = 0,
        eapi_port: int = 0,
        round_trip: float = 0.0,
        platforms: Sequence[str] = (),
    ) -> None:
        self._ssh = _listen(port)
        self._eapi = _listen(eapi_port)
        self.devices = _make(
            devices, seed=seed, port=self._ssh.getsockname()[1],
            eapi_port=self._eapi.getsockname()[1],
        ) + _more(platforms, after=devices, port=self._ssh.getsockname()[1])  # fmt: skip
        self._round_trip = round_trip
        self._by_address = {device.address: device for device in self.devices}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="lab", daemon=True)
        self._main: asyncio.Task[None] | None = None
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._main is not None:
            self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join()
        self._ssh.close()
        self._eapi.close()

    def device(self, hostname: str) -> LabDevice:
        return next(device for device in self.devices if device.hostname == hostname)

    def set_fault(self, device: LabDevice, fault: Fault) -> None:
        device.faults.add(fault)

    def clear_fault(self, device: LabDevice, fault: Fault) -> None:
        device.faults.discard(fault)

    def apply(self, device: LabDevice, lines: list[str], *, username: str = "console") -> None:
        """Type lines at the device's console; raises ValueError at the first refused one."""
        if device.platform == "juniper_junos":
            junos_config.load_set(device.root, "\n".join(lines))
            device.touched(username)
            return
        editor = Editor(device.root)
        for line in lines:
            answer = editor.type_line(line)
            if answer:
                raise ValueError(f"{device.hostname} refused {line!r}: {answer}")
        device.touched(username)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._main = asyncio.current_task()
        self._ready.set()
        find = self._by_address.get
        both = [asyncio.create_task(serve(self._ssh, find, round_trip=self._round_trip)),
                asyncio.create_task(serve_eapi(self._eapi, find))]  # fmt: skip
        try:
            await asyncio.gather(*both)
        except asyncio.CancelledError:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*rest, return_exceptions=True)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", port))  # noqa: S104 - connections beyond 127/8 are closed unread
    listener.listen(1024)
    listener.setblocking(False)
    return listener


def _address(index: int) -> str:
    return f"127.77.{index // DEVICES_PER_NET}.{index % DEVICES_PER_NET + 1}"


def _make(count: int, *, seed: int, port: int, eapi_port: int) -> tuple[LabDevice, ...]:
    links = generate.topology(count)
    near: dict[int, list[Neighbour]] = {index: [] for index in range(count)}
    for link in links:
        for own, own_if, peer, peer_if in (
            (link.a, link.a_interface, link.b, link.b_interface),
            (link.b, link.b_interface, link.a, link.a_interface),
        ):
            near[own].append(
                Neighbour(
                    interface=own_if,
                    peer=generate.hostname_of(peer),
                    peer_interface=peer_if,
                    peer_address=_address(peer),
                    speaks_cdp=generate.platform_of(peer).startswith("cisco_"),
                )
            )
    made = []
    for index in range(count):
        device = LabDevice(
            hostname=generate.hostname_of(index), platform=generate.platform_of(index),
            address=_address(index), port=port, eapi_port=eapi_port,
            site=generate.site_of(index), username="admin",
            password=generate.PASSWORD, serial=f"LAB{index:08d}",
            enable_secret=generate.ENABLE if index % 4 == 0 else None,
            neighbours=tuple(near[index]),
            root=parse(generate.configuration(index, count, seed=seed)),
        )  # fmt: skip
        device.save()
        made.append(device)
    return tuple(made)


def _more(platforms: Sequence[str], *, after: int, port: int) -> tuple[LabDevice, ...]:
    """A device of each platform, cabled to the fleet's first one."""
    made = []
    for number, platform in enumerate(platforms, start=1):
        device = LabDevice(
            hostname=more.hostname_of(platform, number), platform=platform,
            address=_address(after + number - 1), port=port, site=generate.site_of(0),
            username="admin", password=generate.PASSWORD, enable_secret=None,
            serial=f"LAB{after + number - 1:08d}", root=Node(""),
            neighbours=(
                Neighbour(
                    interface=more.UPLINK[platform], peer=generate.hostname_of(0),
                    peer_interface=f"GigabitEthernet0/{40 + number}", peer_address=_address(0),
                ),
            ),
        )  # fmt: skip
        device.root = device.read(more.configuration(platform, number))
        device.save()
        made.append(device)
    return tuple(made)
