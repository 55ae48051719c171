"""NETCONF (RFC 6241, 6242) of a simulated Junos device: framing, hello, one RPC at a time."""

import re
from collections.abc import Iterator
from itertools import count
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from lab.device import LabDevice
from lab.junos_candidate import Candidate
from lab.junos_config import Refused
from lab.junos_rpcs import RPCS, Asked

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
JUNOS = "http://xml.juniper.net/junos/21.4R0/junos"
END = "]]>]]>"  # framing 1.0
END_OF_CHUNKS = "\n##\n"  # framing 1.1
CHUNK = re.compile(r"\n#(\d+)\n")
CAPABILITIES = (
    "urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1",
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
    "urn:ietf:params:netconf:capability:validate:1.0", "http://xml.juniper.net/netconf/junos/1.0",
    "http://xml.juniper.net/dmi/system/1.0",
)  # fmt: skip
_sessions = count(10_000)


class Netconf:
    """One session's framing and answers; whoever holds the channel carries both."""

    def __init__(self, device: LabDevice, username: str) -> None:
        self.device = device
        self.username = username
        self.number = next(_sessions)
        self.heard = ""
        self.chunked = False
        self.greeted = False

    def hello(self) -> str:
        told = "".join(f"<capability>{one}</capability>" for one in CAPABILITIES)
        return (
            f'<hello xmlns="{BASE}"><capabilities>{told}</capabilities>'
            f"<session-id>{self.number}</session-id></hello>{END}"
        )

    def messages(self, data: str) -> Iterator[str]:
        """The RPCs that are whole now; the client's hello tells how the rest is framed."""
        self.heard += data
        while (message := self.next_message()) is not None:
            if self.greeted:
                yield message
                continue
            self.greeted = True
            self.chunked = CAPABILITIES[1] in message

    def next_message(self) -> str | None:
        """A whole message of what was heard, None before its end came."""
        end = END_OF_CHUNKS if self.chunked else END
        message, found, rest = self.heard.partition(end)
        if not found:
            return None
        self.heard = rest
        return CHUNK.sub("", message) if self.chunked else message

    def answer(self, message: str) -> str:
        rpc = ET.fromstring(message.strip())  # noqa: S314 - what the tests' own client says
        asked = Asked(
            device=self.device, username=self.username, session=self.number, rpc=rpc[0]
        )  # fmt: skip
        name = asked.name
        self.device.note(session=self.number, username=self.username, mode="netconf", line=name)
        call = RPCS.get(name)
        try:
            told = call(asked) if call else _error(f"syntax error, expecting <command>: {name}")
        except Refused as refused:
            told = _error(str(refused))
        number = escape(rpc.get("message-id") or "")
        return self.framed(
            f'<rpc-reply xmlns="{BASE}" xmlns:junos="{JUNOS}" message-id="{number}">{told}'
            "</rpc-reply>"
        )

    def framed(self, text: str) -> str:
        return f"\n#{len(text.encode())}\n{text}{END_OF_CHUNKS}" if self.chunked else text + END

    def end(self) -> None:
        """The session is over; what it had locked is not."""
        Candidate(self.device).release(self.number)


def _error(message: str) -> str:
    return (
        "<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag>"
        f"<error-severity>error</error-severity><error-message>{escape(message)}</error-message>"
        "</rpc-error>"
    )
