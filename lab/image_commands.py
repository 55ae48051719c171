"""The exec commands around images: copied from a server, verified, booted. IOS, EOS and NX-OS.

The server is the lab's own: whatever host an address names, it has what `lab.images` lists.
"""

import re
from dataclasses import dataclass, replace
from functools import partial

from lab import booting, files
from lab.device import Fault, LabDevice
from lab.files import FileRefused, full_name
from lab.images import SERVED, Image
from lab.shell import Answer, SessionEnded, Shell

BYTES_A_SECOND = 20_000_000  # of a copy, and of a checksum, on the device's own timers
ASKS_TO_SAVE = {
    "cisco_ios": "System configuration has been modified. Save? [yes/no]: ",
    "arista_eos": "System configuration has been modified. Save? [yes/no/cancel/diff]:",
}
PROCEED = "Proceed with reload? [confirm]"
NXOS_PROCEED = "WARNING: This command will reboot the system\nDo you want to continue? (y/n) [n] "
NXOS_VRF = "Enter vrf (If no input, current vrf 'default' is considered): "
NXOS_OVERWRITE = (
    "Warning: There is already a file existing with this name. Do you want to\noverwrite (y/n)?[n] "
)
WARNING = "%Warning:There is a file already existing with this name\n"


@dataclass(slots=True)
class ImageCommands:
    shell: Shell

    def table(self) -> dict[str, Answer]:
        mine: dict[str, Answer] = {
            r"copy ((?:https?|t?ftp)://\S+) (\S+?)( vrf \S+)?": self.copy,
            r"verify /(md5|sha512) (\S+)": self.verify,
            r"reload": lambda _: self.reload(),
            r"show boot(?:-config|var)?": lambda _: self.boot(),
        }
        if self.device.platform == "cisco_nxos":
            mine[r"dir(?: (\S+))?"] = self.listing
            mine[r"show file (\S+) (md5|sha512)sum"] = self.checksum
            mine[r"delete (\S+) no-prompt"] = self.delete
        return mine

    @property
    def device(self) -> LabDevice:
        return self.shell.device

    def copy(self, found: re.Match[str]) -> str:
        source, target = found[1], found[2]
        if target.endswith(":"):
            target += source.rpartition("/")[2]
        go_on = partial(self._chosen, source, target)
        if self.device.platform == "cisco_nxos":
            return go_on("") if found[3] else self.shell.ask(NXOS_VRF, go_on)
        quiet = self.device.root.find("file prompt quiet") is not None
        if self.device.platform == "arista_eos" or quiet:
            return self._copied(source, target)
        shown = full_name(target).partition("/")[2]
        return self.shell.ask(f"Destination filename [{shown}]? ", go_on)

    def _chosen(self, source: str, target: str, typed: str) -> str:
        """The name is known, or the VRF; one that is there already is asked about."""
        nxos = self.device.platform == "cisco_nxos"
        if typed and not nxos:
            target = f"{full_name(target).partition('/')[0]}{typed}"
        if full_name(target) not in self.device.store:
            return self._copied(source, target)
        sure = partial(self._sure, source, target)
        if nxos:
            return self.shell.ask(NXOS_OVERWRITE, sure)
        self.shell.ask("Do you want to over write? [confirm]", sure)
        return WARNING

    def _sure(self, source: str, target: str, typed: str) -> str:
        yes = ("y",) if self.device.platform == "cisco_nxos" else ("", "y", "yes")
        return self._copied(source, target) if typed.lower() in yes else ""

    def _copied(self, source: str, target: str) -> str:
        name, there = full_name(target), SERVED.get(source.rpartition("/")[2])
        if there is None:
            return self._refused(source, "No such file or directory")
        self.device.store.pop(name, None)
        full = Fault.FLASH_FULL in self.device.faults or there.size > files.free(self.device)
        if full:
            return self._refused(source, "No space left on device")
        sound = Fault.CORRUPT_COPY not in self.device.faults
        self.device.store[name] = replace(there, sound=sound)
        self._take(there)
        return self._done(source, there)

    def _take(self, image: Image) -> None:
        """The time that it takes to go through an image's bytes."""
        self.shell.busy = image.size / BYTES_A_SECOND

    def _refused(self, source: str, why: str) -> str:
        match self.device.platform:
            case "cisco_nxos":
                return f"{why}\n"
            case "arista_eos":
                return f"% Error copying {source} ({why})\n"
            case _:
                return f"%Error copying {source} ({why})\n"

    def _done(self, source: str, image: Image) -> str:
        match self.device.platform:
            case "cisco_nxos":
                return "Copy complete, now saving to disk (please wait)...\nCopy complete.\n"
            case "arista_eos":
                return "Copy completed successfully.\n"
            case _:
                return (
                    f"Accessing {source}...\nLoading {source} {'!' * 40}\n"
                    f"[OK - {image.size} bytes]\n\n{image.size} bytes copied in 12.300 secs\n"
                )

    def verify(self, found: re.Match[str]) -> str:
        algorithm, name = found[1], full_name(found[2])
        try:
            digest = self._digest(name, algorithm)
        except FileRefused as reason:
            sign = "% Error" if self.device.platform == "arista_eos" else "%Error"
            return f"{sign} opening {name} ({reason})\n"
        return f"....Done!\nverify /{algorithm} ({name}) = {digest}\n"

    def checksum(self, found: re.Match[str]) -> str:
        try:
            return f"{self._digest(full_name(found[1]), found[2])}\n"
        except FileRefused:
            return f"{full_name(found[1])}: No such file or directory\n"

    def delete(self, found: re.Match[str]) -> str:
        try:
            files.delete(self.device, found[1])
        except FileRefused as reason:
            return f"{full_name(found[1])}: {reason}\n"
        return ""

    def _digest(self, name: str, algorithm: str) -> str:
        image = self.device.store.get(name)
        if image is not None:
            self._take(image)
        return files.checksum(self.device, name, algorithm)

    def listing(self, _: re.Match[str]) -> str:
        """NX-OS's own table; IOS and EOS have another one."""
        when = self.device.changed_at.strftime("%b %d %H:%M:%S %Y")
        rows = [f"{size:12}    {when}  {name}"
                for name, size in files.sizes(self.device, "bootflash:/").items()]  # fmt: skip
        left = files.free(self.device)
        return "\n".join([
            *rows, "", "Usage for bootflash://sup-local",
            f"{files.FLASH_BYTES - left:12} bytes used",
            f"{left:12} bytes free", f"{files.FLASH_BYTES:12} bytes total", "",
        ])  # fmt: skip

    def boot(self) -> str:
        told = booting.configured(self.device)
        match self.device.platform:
            case "arista_eos":
                return f"Software image: {told[0]}\nConsole speed: (not set)\n"
            case "cisco_nxos":
                return f"Current Boot Variables:\n\nNXOS variable = {';'.join(told)}\n"
            case _:
                return f"BOOT variable = {';'.join(told)}\nConfig file = nvram:startup-config\n"

    def reload(self) -> str:
        unsaved = self.device.running() != self.device.startup
        if self.device.platform == "cisco_nxos":
            self.shell.ask(NXOS_PROCEED, lambda typed: self._down(sure=typed.lower() == "y"))
            return "WARNING: There is unsaved configuration!!!\n" if unsaved else ""
        if unsaved:
            return self.shell.ask(ASKS_TO_SAVE[self.device.platform], self._saved)
        return self._proceed()

    def _saved(self, typed: str) -> str:
        if typed.lower() not in {"y", "yes", "n", "no"}:
            return ""
        said = self.shell.save() if typed.lower().startswith("y") else ""
        self._proceed()
        return said

    def _proceed(self) -> str:
        return self.shell.ask(PROCEED, lambda typed: self._down(sure=typed.lower() in {"", "y"}))

    def _down(self, *, sure: bool) -> str:
        if not sure:
            return ""
        booting.go_down(self.device)
        raise SessionEnded
