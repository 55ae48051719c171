"""Syslog as it comes from devices, in pure functions. Opens no socket and reads no database."""

from operations.syslog.changed import Report, report_of
from operations.syslog.framing import Frames
from operations.syslog.message import Message, parse

__all__ = ["Frames", "Message", "Report", "parse", "report_of"]
