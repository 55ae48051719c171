"""Junos's shared candidate: load, compare, commit, commit confirmed, rollback. No session here."""

import copy
from dataclasses import dataclass, field
from difflib import unified_diff

from lab import junos_config
from lab.device import LabDevice
from lab.junos_config import Refused
from lab.tree import Node

KEPT = 50  # commits that can be gone back to


@dataclass(slots=True)
class Candidate:
    """The one candidate configuration of a device, which all its sessions share."""

    device: LabDevice
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.device.candidate or copy.deepcopy(self.device.root)

    def _keep(self, root: Node) -> None:
        self.root = self.device.candidate = root

    @property
    def changed(self) -> bool:
        return junos_config.braces(self.root) != self.device.running()

    def lock(self, session: int) -> None:
        holder = self.device.locked_by
        if holder not in {None, session}:
            raise Refused(f"configuration database locked by: session {holder}")
        self.device.locked_by = session

    def unlock(self, session: int) -> None:
        if self.device.locked_by == session:
            self.device.locked_by = None

    def release(self, session: int) -> None:
        """The session is over: what it had locked is free, and its edits are gone."""
        if self.device.locked_by == session:
            self.device.candidate = None
        self.unlock(session)

    def load(self, text: str, *, form: str, action: str) -> None:
        """Merge or override; nothing is taken where something is refused."""
        new = Node("") if action in {"override", "replace-all"} else copy.deepcopy(self.root)
        if form == "set":
            junos_config.load_set(new, text)
        else:
            junos_config.load_text(new, text)
        self._keep(new)

    def edit(self, line: str) -> None:
        """Take one line that begins with `set` or `delete`."""
        self.load(line, form="set", action="merge")

    def rollback(self, number: int) -> None:
        """Back to the running configuration, or the commit so many before it."""
        texts = [self.device.running(), *reversed(self.device.commits)]
        if number >= len(texts):
            raise Refused(f"rollback {number}: no such configuration")
        root = Node("")
        junos_config.load_text(root, texts[number])
        self._keep(root)

    def compare(self) -> str:
        before, after = (
            text.splitlines(keepends=True)
            for text in (self.device.running(), junos_config.braces(self.root))
        )
        return "".join(list(unified_diff(before, after, n=3))[2:])

    def commit(
        self, *, username: str, confirm_minutes: int | None = None, message: str = ""
    ) -> None:
        """Make the candidate the running configuration; with minutes, until it is taken back."""
        fault = junos_config.faults_of(self.root)
        if fault is not None:
            raise Refused(fault)
        before = self.device.running()
        self.device.commit_message = message
        self.device.candidate = None  # the next edit begins with what runs then
        if self.changed:
            self.device.commits = [*self.device.commits, before][-KEPT:]
            self.device.root.children[:] = copy.deepcopy(self.root).children
            self.device.touched(username)
        if confirm_minutes is None:
            self.device.disarm()
        else:
            self.device.arm(username=username, seconds=confirm_minutes * 60, before=before)
