"""Which addresses are devices, read anew every few seconds. Changes no device."""

import logging
import socket
import time
from collections import defaultdict
from collections.abc import Iterable
from threading import Event, Thread

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor, Origin
from core.context import Context
from core.runtime import Runtime
from inventory.models import Device, Relation
from operations.syslog.senders import Directory, Known, is_address

log = logging.getLogger(__name__)

READER = Actor(name="trimtab syslog", granted=frozenset({"device.read"}))
ORIGIN = Origin(door="job")
REFRESH_SECONDS = 5.0
NAME_SECONDS = 600.0  # how long an answer of the name service is believed


class DirectoryKeeper:
    """Holds the directory of this moment; names are looked up in a thread of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._names: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._ending = Event()
        self._thread = Thread(target=self._keep, name="syslog directory", daemon=True)
        self.current = Directory()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Know the devices by their addresses; those with names follow at once."""
        self.current = Directory.of(self._read())
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(REFRESH_SECONDS)  # a name service may keep it longer

    def refresh(self) -> None:
        """Read the devices, and look up the names that are new or old."""
        found = self._read()
        for name in sorted({one for device in found for one in device.addresses}):
            if not is_address(name) and not self._ending.is_set():
                self._look_up(name)
        self.current = Directory.of(self._read())

    def _keep(self) -> None:
        while not self._ending.is_set():
            try:
                self.refresh()
            except SQLAlchemyError as error:
                log.warning("the devices cannot be read: %s", str(error).partition("\n")[0])
            self._ending.wait(REFRESH_SECONDS)

    def _read(self) -> list[Known]:
        with self._runtime.context(READER, ORIGIN) as ctx:
            ctx.require("device.read")
            return [
                Known(
                    id=one.id, hostname=one.hostname, platform=one.platform, active=one.active,
                    addresses=tuple(self._known(one.addresses)),
                )
                for one in devices(ctx)
            ]  # fmt: skip

    def _known(self, addresses: Iterable[str]) -> Iterable[str]:
        for address in addresses:
            yield address
            yield from self._names.get(address, (0.0, ()))[1]

    def _look_up(self, name: str) -> None:
        now = time.monotonic()
        if now - self._names.get(name, (-NAME_SECONDS, ()))[0] < NAME_SECONDS:
            return
        try:
            found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_UDP)
        except (OSError, UnicodeError):
            found = []
        self._names[name] = (now, tuple(dict.fromkeys(str(one[4][0]) for one in found)))


def devices(ctx: Context) -> list[Known]:
    """Every device with its own address and those at which its neighbours see it."""
    seen = defaultdict[int, list[str]](list)
    peers = select(Relation.peer_id, Relation.peer_address)
    for device_id, address in ctx.session.execute(peers.distinct()):
        if device_id is not None and address is not None:
            seen[device_id].append(address)
    rows = select(Device.id, Device.hostname, Device.platform, Device.state, Device.address)
    return [
        Known(
            id=key, hostname=hostname, platform=platform, active=state == "active",
            addresses=(address, *seen[key]),
        )
        for key, hostname, platform, state, address in ctx.session.execute(rows)
    ]  # fmt: skip
