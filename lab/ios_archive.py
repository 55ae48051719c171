"""IOS's configuration archive: differences, replacement, and changes that take themselves back.

Needs `archive` with a `path` in the configuration where IOS needs it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lab import archive, files
from lab.device import Guard, LabDevice
from lab.files import FileRefused, full_name
from lab.shell import Answer, Shell
from lab.tree import parse

NO_ARCHIVE = "%Please turn config archive on before using config rollback confirmed change\n"
NOT_PENDING = "%No Rollback Confirmed Change pending\n"
PENDING = "%Rollback Confirmed Change is already pending\n"
NO_CHANGES = "!No changes were found\n"
ROLLED = "\nTotal number of passes: 1\nRollback Done\n\n"
ABORTED = (
    "Rollback aborted after 5 passes\n"
    "The following commands are failed to apply to the IOS image.\n"
    "********\n{lines}\n********\n"
)
RESTORED = "The original configuration has been successfully restored.\n"
SURE = (
    "This will apply all necessary additions and deletions\n"
    "to replace the current running configuration with the\n"
    "contents of the specified configuration file, which is\n"
    "assumed to be a complete configuration, not a partial\n"
    "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
)


@dataclass(slots=True)
class IosArchive:
    shell: Shell

    def table(self) -> dict[str, Answer]:
        return {
            r"show archive": lambda _: self.summary(),
            r"show archive config differences (\S+) (\S+)": self.differences,
            r"show archive config incremental-diffs (\S+)( ignorecase)?": self.incremental,
            r"show archive config rollback timer": lambda _: _timer(self.device.guard),
            r"configure replace (\S+)(?P<force> force)?(?P<error> revert trigger error)?"
            r"(?:(?: revert)? (?:timer|time) (?P<minutes>\d+))?": self.replace,
            r"configure terminal revert timer (?:idle )?(\d+)": self.configure_guarded,
            r"configure revert timer (\d+)": self.extend,
            r"configure revert now": lambda _: self.revert(),
            r"configure confirm": lambda _: self.confirm(),
        }

    @property
    def device(self) -> LabDevice:
        return self.shell.device

    def path(self) -> str | None:
        """Where the archive is kept, None where it is off."""
        section = self.device.root.find("archive")
        lines = [node.line for node in section.children] if section else []
        return next((line.split()[1] for line in lines if line.startswith("path ")), None)

    def summary(self) -> str:
        path = self.path()
        if path is None:
            return "Archive feature not enabled\n"
        return (
            "The maximum archive configurations allowed is 10.\n"
            f"The next archive file will be named {path}-1\n"
            " Archive #  Name\n   1\n"
        )

    def _with(self, name: str, then: Callable[[str], str]) -> str:
        try:
            return then(files.read(self.device, name))
        except FileRefused as reason:
            return f"%Error opening {full_name(name)} ({reason})\n"

    def differences(self, found: re.Match[str]) -> str:
        return self._with(found[1], lambda old: self._with(found[2], partial(_contextual, old)))

    def incremental(self, found: re.Match[str]) -> str:
        return self._with(found[1], self._incremental)

    def _incremental(self, text: str) -> str:
        lines = archive.incremental(self.device.root, text)
        commands = "".join(f"{line}\n" for line in lines)
        return f"!List of Commands:\n{commands}end\n{'' if lines else NO_CHANGES}"

    def replace(self, found: re.Match[str]) -> str:
        if (found["error"] or found["minutes"]) and self.path() is None:
            return NO_ARCHIVE
        if found["minutes"] and self.device.guard is not None:
            return PENDING
        if found["force"]:
            return self._with(found[1], partial(self._replace, found))
        return self.shell.ask(SURE, partial(self._sure, found))

    def _sure(self, found: re.Match[str], typed: str) -> str:
        if not typed.lower().startswith("y"):
            return ""
        return self._with(found[1], partial(self._replace, found))

    def _replace(self, found: re.Match[str], text: str) -> str:
        if not text.rstrip().endswith("end"):
            return "%The input file is not a valid config file.\n"
        unknown = archive.unknown_lines(text)
        if unknown:
            return ABORTED.format(lines="\n".join(unknown)) + (RESTORED if found["error"] else "")
        before = self.device.running()
        self.device.replace(text, username=self.shell.username)
        if found["minutes"]:
            self._arm(int(found["minutes"]), before)
        return ROLLED

    def _arm(self, minutes: int, before: str) -> None:
        self.device.arm(username=self.shell.username, seconds=minutes * 60, before=before)

    def configure_guarded(self, found: re.Match[str]) -> str:
        if self.path() is None:
            return NO_ARCHIVE
        if self.device.guard is not None:
            return PENDING
        self._arm(int(found[1]), self.device.running())
        return (
            "Rollback Confirmed Change: Backing up current running config to "
            f"{self.path()}-1\n\n{self.shell.configure()}"
        )

    def extend(self, found: re.Match[str]) -> str:
        guard = self.device.guard
        if guard is None:
            return NOT_PENDING
        self._arm(int(found[1]), guard.before)
        return ""

    def revert(self) -> str:
        if self.device.guard is None:
            return NOT_PENDING
        self.device.take_back()
        return f"Rollback Confirmed Change: Rolling to: {self.path()}-1\n{ROLLED}"

    def confirm(self) -> str:
        if self.device.guard is None:
            return NOT_PENDING
        self.device.disarm()
        return ""


def _contextual(old: str, new: str) -> str:
    lines = "".join(f"{line}\n" for line in archive.differences(parse(old), parse(new)))
    return f"!Contextual Config Diffs:\n{lines or NO_CHANGES}"


def _timer(guard: Guard | None) -> str:
    if guard is None:
        return NOT_PENDING
    return (
        f"Time configured(HH:MM:SS): {guard.armed_at:%H:%M:%S UTC %a %b %d %Y}\n"
        "Timer type: absolute timer\n"
        f"Timer value: {guard.seconds / 60:.0f} min\n"
        f"User: {guard.username}\n"
    )
