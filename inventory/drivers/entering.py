"""Open a command line to change the device that is meant, and no other. Types no line of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from inventory.cleaning import clean
from inventory.drivers import reading, terminal
from inventory.drivers.errors import RedactedSecret, UnsupportedPlatform, WrongHost
from inventory.drivers.login import Login
from inventory.drivers.terminal import Terminal
from inventory.platforms import Platform, platform_of
from inventory.redaction import MARK


def refuse_marks(login: Login, lines: Sequence[str]) -> None:
    """A redacted secret typed as it stands would become the device's secret."""
    for line in lines:
        if MARK.search(line):
            raise RedactedSecret(
                f"{line.strip()!r} for {login.place} holds a redacted secret; nothing was typed. "
                "Set that secret by hand.",
                hostname=login.hostname,
            )


def writable(login: Login) -> Platform:
    """The platform of a device that lines can be typed on, or UnsupportedPlatform."""
    platform = platform_of(login.platform)
    changeable = platform.save is not None or platform.staged is not None or platform.netconf
    if not changeable or platform.commands.running is None:
        raise UnsupportedPlatform(
            f"Trimtab does not type configuration on {login.platform}; {login.hostname} is left "
            "as it is.",
            hostname=login.hostname,
        )
    return platform


@contextmanager
def opened(login: Login, platform: Platform) -> Iterator[tuple[Terminal, str]]:
    """A terminal on the recorded host, and its running configuration; or WrongHost."""
    asked = [str(platform.commands.running)]
    with terminal.opened(login, platform, first=asked) as (line, (answer,)):
        running = clean(answer, platform)
        require_meant(login, platform, running, prompt=line.conversation.prompt)
        yield line, running


def require_meant(login: Login, platform: Platform, running: str, *, prompt: str) -> None:
    """Raise WrongHost unless the device that shows this is the recorded one."""
    name = reading.hostname(
        platform, running=running, prompt=prompt, expected=login.hostname,
        expected_prompt=str(login.options.get("prompt", "")),
    )  # fmt: skip
    if not reading.same_host(name, login.hostname):
        raise WrongHost(
            f"{login.place} calls itself {name or 'nothing'}; nothing was typed there.",
            hostname=login.hostname,
            found=name,
        )
