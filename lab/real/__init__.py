"""Real devices on this machine: FRR routers and Linux servers in namespaces. Simulates nothing."""

from lab.real.convergence import neighbours_up, routes
from lab.real.device import RealDevice
from lab.real.fleet import Tried, try_up, up
from lab.real.possible import available

__all__ = ["RealDevice", "Tried", "available", "neighbours_up", "routes", "try_up", "up"]
