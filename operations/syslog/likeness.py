"""What is alike in messages that differ only in their variable parts. Pure."""

import re

from operations.syslog.message import Message

LONGEST = 160
VARIABLE = re.compile(
    r"(?P<quoted>\"[^\"]{0,200}\"|'[^']{0,200}')"
    r"|(?P<word>[\w.:/@%-]{0,64}\d(?:[\w.:/@%-]{0,200}\w)?)"  # addresses, numbers, ports, times
)


def likeness(message: Message) -> str:
    """The message's id or program, and its text with every variable part as `#`."""
    name = message.msgid or message.app or "message"
    text = VARIABLE.sub("#", message.text[: 4 * LONGEST])
    return f"{name}: {' '.join(text.split())}"[:LONGEST].rstrip()
