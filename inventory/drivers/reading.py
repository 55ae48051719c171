"""Make sense of what a command line printed. Pure: no device, no database."""

import re

from inventory.drivers.protocol import Facts, Neighbour
from inventory.platforms import Platform

PROMPT = re.compile(r"^[<\[(]*(?:\S+@)?(?P<hostname>[^\s@>#$:()\]]+)")
CUT_PROMPT = 20  # IOS shows no more of a hostname in some prompts


def facts(platform: Platform, shown: str) -> Facts:
    """The facts that the platform's patterns find in the answer to its version command."""
    found = {name: _value(pattern, shown) for name, pattern in platform.facts.items()}
    return Facts(**found)


def _value(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match["value"] if match else None


def neighbours(platform: Platform, shown: str) -> tuple[Neighbour, ...]:
    """LLDP neighbours, without domain names, in the order shown, each once."""
    if platform.neighbour is None:
        return ()
    found = {
        (match["interface"], match["peer_name"]): Neighbour(
            interface=match["interface"],
            peer_name=short_name(match["peer_name"]),
            peer_interface=match["peer_interface"],
            peer_address=match.groupdict().get("peer_address"),
        )
        for match in platform.neighbour.finditer(shown)
    }
    return tuple(found.values())


def hostname(
    platform: Platform, *, running: str, prompt: str, expected: str, expected_prompt: str = ""
) -> str:
    """The name the device goes by: the expected one only where nothing speaks against it.

    The configuration may hold several names (FRR shows one per daemon): the expected one counts.
    The prompt must show it too (or `expected_prompt`), as a relay in between would show its own.
    """
    shown = PROMPT.match(prompt.strip())
    prompted = shown["hostname"] if shown else ""
    if prompted and not _prompt_of(expected_prompt or expected, prompted, prompt):
        return prompted
    names = [match["hostname"] for match in platform.hostname.finditer(running)] if (
        platform.hostname is not None
    ) else []  # fmt: skip
    matching = [name for name in names if same_host(name, expected)]
    return next(iter(matching or names), prompted and expected)


def _prompt_of(expected: str, prompted: str, prompt: str) -> bool:
    """Long names are shown cut, some platforms put signs or words around theirs."""
    cut = len(prompted) >= CUT_PROMPT and short_name(expected).startswith(prompted)
    return (
        cut or same_host(prompted, expected) or short_name(expected) in re.split(r"[^\w-]", prompt)
    )


def same_host(first: str, second: str) -> bool:
    """Whether two names are one host's: case and domain do not matter."""
    return short_name(first).lower() == short_name(second).lower()


def short_name(name: str) -> str:
    return name if name.replace(".", "").isdigit() else name.split(".", maxsplit=1)[0]
