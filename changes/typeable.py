"""Are lines what they look like, and configuration at all? Pure: reads and types nothing.

Approvers sign what they read. A carriage return is Enter on a device, a direction mark turns a text
round on a screen, and `do` in front of it makes any command of a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import category

from changes.errors import NoSafeCommands
from inventory.drivers.blocks import blocks
from inventory.platforms import platform_of

PLAIN = frozenset("\t\x03")  # ETX delimits banners, as some devices show them
COMMANDS = frozenset({"do", "run", "bash", "reload", "copy", "delete", "erase", "write"})
"""First words of lines on the outmost level that do something at once, and configure nothing."""
ANYWHERE = frozenset({"do"})
STATEMENTS: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("juniper_junos", "juniper", "juniper_screenos", "vyos", "vyatta_vyos", "brocade_vyos",
     "ubiquiti_edgerouter", "nokia_srl", "nokia_sros", "alcatel_sros", "paloalto_panos",
     "fortinet"),
    frozenset({"copy", "delete"}),
)  # fmt: skip
"""Platforms on which these words are statements that edit the configuration."""


def require_typeable(hostname: str, lines: Sequence[str], *, platform: str) -> None:
    """Raise NoSafeCommands for lines that show less than they do, or that configure nothing.

    Texts such as those of banners are read for the former only.
    """
    require_seen(hostname, lines)
    typed = blocks(lines, platform_of(platform))
    acting = COMMANDS - STATEMENTS.get(platform, frozenset())
    for number, block in enumerate(typed, start=1):
        word, _, rest = block.command.partition(" ")
        outmost = block.indent == 0 and word in acting
        leaves = block.command == "end" and number < len(typed)
        if outmost or leaves or (word in ANYWHERE and rest):
            raise NoSafeCommands(
                f"{block.command!r} for {hostname} is no configuration but a command that acts at "
                "once; nothing could verify it or take it back. Leave it out.",
                hostname=hostname,
            )


def require_inert(hostname: str, lines: Iterable[str]) -> None:
    """Raise NoSafeCommands for a computed line with a character that acts when it is typed.

    What a device shows may hold characters that nobody sees, and has to be put right all the same;
    the pages show them by their code points.
    """
    for line in lines:
        odd = next((one for one in line if category(one) == "Cc" and one not in PLAIN), None)
        if odd is not None:
            raise NoSafeCommands(
                f"A line for {hostname} holds a control character: {line!r}. Put it right by hand.",
                hostname=hostname,
            )


def require_seen(hostname: str, lines: Iterable[str]) -> None:
    """Raise NoSafeCommands for a line with a character that does not print."""
    for line in lines:
        odd = next((one for one in line if not one.isprintable() and one not in PLAIN), None)
        if odd is not None:
            raise NoSafeCommands(
                f"A line for {hostname} holds a character that nobody sees: {line!r}. Write it "
                "without, one line each.",
                hostname=hostname,
            )
