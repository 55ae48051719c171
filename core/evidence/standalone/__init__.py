"""The program that checks evidence offline, in parts; `core.evidence.bundle` makes one file.

Needs the standard library and `cryptography` (42 or newer) only, and shares no code with what it
checks. Its parts are written for Python 3.9 and newer.
"""
