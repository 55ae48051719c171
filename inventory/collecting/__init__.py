"""Collect many devices: which may be asked when, their sessions, and what is kept of them."""
