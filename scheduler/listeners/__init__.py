"""Listeners: what devices send by themselves. Each is a service beside the clock and the worker."""
