"""Check playbooks on the devices of a plan, read-only. Changes no device.

Only playbooks that say of themselves that they change nothing (risk none) are run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from changes import ansible
from changes.ansible import Told
from changes.errors import AnsibleUnavailable, InvalidVariables
from changes.maintenance.options import HealthCheck
from changes.maintenance.seen import About, Contexts, Seen
from changes.playbooks import Playbook, playbook
from changes.run_folder import Host
from core.settings import Settings
from inventory import held_sessions
from inventory.drivers.telling import HeldFor
from inventory.logins import login_for
from inventory.models import Device

SECONDS = 900


@dataclass(slots=True, kw_only=True)
class Doctor:
    """What a health check works with."""

    contexts: Contexts
    settings: Settings
    go_on: Callable[[], bool]
    wrong: dict[str, str] = field(default_factory=dict)
    held: list[HeldFor] = field(default_factory=list)

    def look(self, devices: Sequence[About], checks: Sequence[HealthCheck]) -> list[Seen]:
        """Each check on the devices whose platform it knows."""
        return [one for check in checks for one in self._checked(devices, check)]

    def _checked(self, devices: Sequence[About], check: HealthCheck) -> list[Seen]:
        book = playbook(check.playbook)
        if book.risk != "none":
            words = f"The playbook {book.name} is not one that only looks any more."
            return [one.seen("failed", words, what=check.called) for one in devices]
        known = [one for one in devices if one.platform in book.platforms]
        trouble = self._run(book, known, check) if known else ""
        return [
            one.seen("failed", said, what=check.called)
            if (said := self.wrong.get(one.hostname) or trouble)
            else one.seen("passed", book.title, what=check.called)
            for one in known
        ]

    def _run(self, book: Playbook, devices: Sequence[About], check: HealthCheck) -> str:
        """What is wrong with the run as a whole, nothing where it ended in order."""
        with self.contexts() as ctx:
            hosts = [
                Host(
                    login=login_for(ctx, ctx.get(Device, one.device_id)), variables=check.variables
                )
                for one in devices
            ]
        self.wrong = {}
        try:
            result = ansible.run(
                book, hosts, runs=self.settings.home / "runs", forks=self.settings.ansible_forks,
                seconds=SECONDS, tell=self._hear, go_on=self.go_on,
            )  # fmt: skip
        except (AnsibleUnavailable, InvalidVariables) as error:
            return error.message
        finally:
            self._record()
        ended = result.status == "successful" or bool(result.failed)
        return "" if ended else f"Ansible ended as {result.status}."

    def _record(self) -> None:
        """What was typed for it, however it ended."""
        if not self.held:
            return
        with self.contexts() as ctx:
            ctx.record_all(held_sessions.records_of(ctx, self.held))
        self.held = []

    def _hear(self, told: Told) -> None:
        self.held += told.sessions
        if told.status in {"failed", "unreachable"} and told.host:
            words = told.text.strip().splitlines()
            self.wrong[told.host] = words[0] if words else "Ansible reported a failure."
