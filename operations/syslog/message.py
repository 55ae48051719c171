"""One syslog message taken apart (RFC 5424, RFC 3164 and what vendors make of it). Never raises.

Every pattern is anchored and bounded, so that hostile bytes cost no more than honest ones.
"""

import re
from dataclasses import dataclass

LONGEST = 8192  # bytes of a message that are looked at; RFC 5424 asks for 2048 at least
UNMARKED = 13  # user.notice, for a message without a priority (RFC 3164, section 4.3.3)
HEAD = 400  # characters in which a vendor's message id has to stand
ERROR = 3  # severities count down: 0 is an emergency, 3 an error

PRIORITY = re.compile(r"<(\d{1,3})>")
STRUCTURED = re.compile(
    r"1 (?P<stamp>\S{1,64}) (?P<hostname>\S{1,255}) (?P<app>\S{1,48}) (?P<process>\S{1,128}) "
    r"(?P<msgid>\S{1,32}) ?"
)
ELEMENT = re.compile(r'\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\]')
NUMBERS = re.compile(r"(?:: ?)?(?:\d{1,12}:(?: |(?=[*.%A-Z]))){0,2}")
_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_STAMP = (
    rf"[*.]?(?:{_MONTH} +\d{{1,2}} (?:\d{{4}} )?{_CLOCK}(?: \d{{4}}(?=:? ))?"
    rf"|\d{{4}} {_MONTH} +\d{{1,2}} {_CLOCK}"
    r"|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?"
    rf"|{_CLOCK}(?=: )|\d{{1,4}}[wdy]\d{{1,2}}[dhw](?=: ))"
    r"(?: [A-Z]{2,5}(?=[: ]))?"
)
STAMPED = re.compile(
    r"(?:(?!\d{4} )(?P<before>[\w.:-]{1,255}?):? )?(?:[A-Z0-9]{1,8}/[\w/]{1,30}:)?"
    rf"(?P<stamp>{_STAMP})(?P<colon>(?: ?:)?) ?"
)
HOSTNAME = re.compile(r"(?P<hostname>[\w.:-]{0,254}[\w.-])(?P<colon>:)? (?=[^ ])")
TAG = re.compile(r"(?P<app>[\w./()-]{1,64}?)(?:\[(?P<process>\d{1,10})\])?:(?: |$)")
VENDOR = re.compile(
    r"%(?P<msgid>[A-Z][A-Z0-9_]{0,40}(?:-[A-Z][A-Z0-9_]{0,40}){0,3}-[0-7]-[A-Z0-9_]{1,80}) ?: ?"
)
EVENT_TAG = re.compile(r"(?P<msgid>[A-Z][A-Z0-9]{1,30}_[A-Z0-9_]{1,60}): ")
UNIQUE = re.compile(r"\[[A-Z0-9]{5}-[A-Z0-9]{5}\](?:\[EC \d{1,10}\])? ")  # FRR's message numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a message says; what it does not say is empty.

    `stamp` is the time as the device wrote it, `data` RFC 5424's structured data. `marked` tells
    whether there was a valid priority. All texts are printable.
    """

    facility: int
    severity: int
    marked: bool
    stamp: str = ""
    hostname: str = ""
    app: str = ""
    process: str = ""
    msgid: str = ""
    data: str = ""
    text: str = ""

    @property
    def told(self) -> str:
        """The message behind what names it: `SYS-5-CONFIG_I: Configured from ...`."""
        name = self.msgid or self.app
        return f"{name}: {self.text}" if name else self.text


def parse(raw: bytes) -> Message:
    """The message in these bytes; whatever they are, there is one."""
    line = _shown(raw)
    found = PRIORITY.match(line)
    valid = found is not None and int(found[1]) <= 191  # facility 23, severity 7
    facility, severity = divmod(int(found[1]) if found and valid else UNMARKED, 8)
    rest = line[found.end() :] if found and valid else line
    structured = STRUCTURED.match(rest) if valid else None
    if structured is not None:
        return _structured(structured, rest[structured.end() :], facility, severity)
    return _plain(rest, facility, severity, marked=valid)


def _shown(raw: bytes) -> str:
    """The bytes as printable text: no control characters, no direction marks, no line ends."""
    text = raw[:LONGEST].decode("utf-8", "replace").replace("\ufeff", "")
    text = text.rstrip("\r\n\0 ").replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _structured(head: re.Match[str], rest: str, facility: int, severity: int) -> Message:
    said = {key: "" if value == "-" else value for key, value in head.groupdict().items()}
    data, text = _data(rest)
    vendor = VENDOR.match(text)
    if vendor is not None and not said["msgid"]:
        said["msgid"], text = vendor["msgid"], text[vendor.end() :]
    return Message(facility=facility, severity=severity, marked=True, data=data, text=text, **said)


def _data(rest: str) -> tuple[str, str]:
    """Structured data and the message after it."""
    if rest.startswith("-"):
        return "", rest[1:].lstrip(" ")
    end = 0
    while (element := ELEMENT.match(rest, end)) is not None:
        end = element.end()
    return rest[:end], rest[end:].lstrip(" ")


def _plain(rest: str, facility: int, severity: int, *, marked: bool) -> Message:
    numbers = NUMBERS.match(rest)
    numbered = bool(numbers and numbers.end())
    rest = rest[numbers.end() if numbers else 0 :]
    stamp = hostname = ""
    found = STAMPED.match(rest)
    if found is not None:
        stamp, hostname = found["stamp"], found["before"] or ""
        rest = rest[found.end() :]
    if found is not None and not hostname and not found["colon"]:
        hostname, rest = _hostname(rest)
    elif found is None and numbered:
        hostname, rest = _named(rest)
    app, process, msgid, text = _tagged(rest)
    return Message(
        facility=facility, severity=severity, marked=marked, stamp=stamp, hostname=hostname,
        app=app, process=process, msgid=msgid, text=text,
    )  # fmt: skip


def _hostname(rest: str) -> tuple[str, str]:
    """The word after the time, unless it is a program's tag."""
    found = HOSTNAME.match(rest)
    if found is None or (found["colon"] and not VENDOR.match(rest, found.end())):
        return "", rest
    return found["hostname"], rest[found.end() :]


def _named(rest: str) -> tuple[str, str]:
    """Cisco's origin-id between the number and a message id, where no time is sent."""
    found = HOSTNAME.match(rest)
    if found is not None and found["colon"] and VENDOR.match(rest, found.end()):
        return found["hostname"], rest[found.end() :]
    return "", rest


def _tagged(rest: str) -> tuple[str, str, str, str]:
    """Program, process, message id and text."""
    app = process = ""
    tag = TAG.match(rest)
    if tag is not None:
        app, process = tag["app"], tag["process"] or ""
        if not process and EVENT_TAG.match(rest):
            app = ""
        else:
            rest = rest[tag.end() :]
    vendor = VENDOR.search(rest, 0, HEAD)
    named = vendor or EVENT_TAG.match(rest)
    if named is not None:
        return app, process, named["msgid"], rest[named.end() :]
    return app, process, "", UNIQUE.sub("", rest, count=1)
