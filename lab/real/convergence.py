"""When the routers of a lab know each other: neighbours up, and each other's routes in use."""

import json
import time
from collections.abc import Sequence

from lab.real.device import RealDevice
from lab.real.plans import Machine

PATIENCE = 60.0  # seconds until everything is there; usually four
PAUSE = 0.2

Routes = frozenset[tuple[str, str]]  # prefix and the protocol that brought it


def wait(machines: Sequence[Machine], devices: Sequence[RealDevice]) -> None:
    """Until every router has all neighbours and uses a route to every other router.

    Raises RuntimeError with what is missing after a minute.
    """
    until = time.monotonic() + PATIENCE
    routers = [place for place, device in enumerate(devices) if device.platform == "frr"]
    for place in routers:
        links = (place > routers[0]) + (place < routers[-1])
        others = [machines[other] for other in routers if other != place]
        while missing := _missing(devices[place], links, _wanted(others)):
            if time.monotonic() > until:
                raise RuntimeError(
                    f"{devices[place].hostname} lacks after {PATIENCE:g} s: {', '.join(missing)}."
                )
            time.sleep(PAUSE)


def neighbours_up(router: RealDevice) -> tuple[int, int]:
    """How many BGP neighbours have sent routes, and how many OSPF neighbours are full."""
    bgp = json.loads(router.run("show bgp ipv4 unicast summary json"))
    ospf = json.loads(router.run("show ip ospf neighbor json"))
    near = [one for heard in ospf.get("neighbors", {}).values() for one in heard]
    return (
        sum(peer.get("pfxRcd", 0) > 0 for peer in bgp.get("peers", {}).values()),
        sum(one["nbrState"].startswith("Full") for one in near),
    )


def routes(router: RealDevice) -> Routes:
    """The routes that BGP and OSPF brought and the router forwards by."""
    table = json.loads(router.run("show ip route json"))
    return frozenset(
        (prefix, way["protocol"])
        for prefix, ways in table.items()
        for way in ways
        if way["protocol"] in {"bgp", "ospf"} and way.get("installed")
    )


def _wanted(others: Sequence[Machine]) -> Routes:
    networks = {(one.environment["NETWORK"], "bgp") for one in others}
    loopbacks = {(f"{one.environment['LOOPBACK']}/32", "ospf") for one in others}
    return frozenset(networks | loopbacks)


def _missing(router: RealDevice, links: int, wanted: Routes) -> list[str]:
    if not links:
        return []
    try:
        found, used = neighbours_up(router), routes(router)
    except json.JSONDecodeError as error:  # a daemon that starts answers in words
        return [f"an answer in JSON instead of {error.doc!r}"]
    if found != (links, links):
        return [f"BGP and OSPF neighbours ({found} of {links} each)"]
    return [f"the {protocol} route to {prefix}" for prefix, protocol in wanted - used]
