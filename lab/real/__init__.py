"""Real devices on this machine: FRR routers and Linux servers in namespaces. Simulates nothing."""

from lab.real.device import RealDevice
from lab.real.fleet import neighbours_up, try_up, up
from lab.real.possible import available

__all__ = ["RealDevice", "available", "neighbours_up", "try_up", "up"]
