"""The exec commands for files on both platforms: dir, more, copy, delete."""

import re
from dataclasses import dataclass
from functools import partial

from lab import files
from lab.files import RUNNING, FileRefused, full_name
from lab.shell import Answer, Shell

ERROR = {"cisco_ios": "%Error", "arista_eos": "% Error"}


@dataclass(slots=True)
class FileCommands:
    """IOS asks before it copies and deletes, unless `file prompt quiet` is configured."""

    shell: Shell

    def table(self) -> dict[str, Answer]:
        return {
            r"dir(?: (\S+))?": self.listing,
            r"more (\S+)": self.more,
            r"copy (\S+) (\S+)": self.copy,
            r"delete( /force)? (\S+)": self.delete,
        }

    def refusal(self, doing: str, name: str, reason: FileRefused) -> str:
        return f"{ERROR[self.shell.device.platform]} {doing} {name} ({reason})\n"

    def listing(self, found: re.Match[str]) -> str:
        typed = found.group(1) or "flash:"
        device = self.shell.device
        try:
            shown = files.sizes(device, typed)
        except FileRefused as reason:
            return self.refusal("opening", full_name(typed), reason)
        when = device.changed_at.strftime("%b %d %Y %H:%M:%S +00:00")
        rows = [f"{number:5}  -rw-  {size:10}  {when}  {name}"
                for number, (name, size) in enumerate(shown.items(), start=1)]  # fmt: skip
        total = f"{files.FLASH_BYTES} bytes total ({files.free(device)} bytes free)"
        return "\n".join([f"Directory of {full_name(typed)}", "", *rows, "", total, ""])

    def more(self, found: re.Match[str]) -> str:
        try:
            return files.read(self.shell.device, found.group(1))
        except FileRefused as reason:
            return self.refusal("opening", full_name(found.group(1)), reason)

    def copy(self, found: re.Match[str]) -> str:
        source, target = found.group(1), found.group(2)
        if not self.asks():
            return self._copied(source, target, "")
        shown = full_name(target).partition("/")[2] or full_name(source).partition("/")[2]
        return self.shell.ask(
            f"Destination filename [{shown}]? ", partial(self._copied, source, target)
        )

    def _copied(self, source: str, target: str, typed: str) -> str:
        """Copy, or merge into the running configuration; `typed` is another name for the copy."""
        disk = full_name(target).partition("/")[0]
        target = f"{disk}{typed}" if typed else target
        if target.endswith(":"):
            target += full_name(source).partition("/")[2]
        device = self.shell.device
        try:
            text = files.read(device, source)
        except FileRefused as reason:
            return self.refusal("opening", full_name(source), reason)
        said = ""
        if full_name(target) == RUNNING:
            said = self.shell.merge(text)
        else:
            try:
                files.write(device, target, text)
            except FileRefused as reason:
                return self.refusal("copying", full_name(source), reason)
        if device.platform == "arista_eos":
            return f"{said}Copy completed successfully.\n"
        return f"{said}{len(text.encode())} bytes copied in 0.520 secs\n"

    def delete(self, found: re.Match[str]) -> str:
        name = full_name(found.group(2))
        if found.group(1) or not self.asks():
            return self._deleted(name, "")
        return self.shell.ask(f"Delete {name}? [confirm]", partial(self._deleted, name))

    def _deleted(self, name: str, typed: str) -> str:
        if typed.lower().startswith("n"):
            return ""
        try:
            files.delete(self.shell.device, name)
        except FileRefused as reason:
            return self.refusal("deleting", name, reason)
        return ""

    def asks(self) -> bool:
        device = self.shell.device
        return device.platform == "cisco_ios" and device.root.find("file prompt quiet") is None
