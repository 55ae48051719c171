"""Run a playbook with ansible-runner. The only file that imports it; knows nothing of approvals."""

import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import ansible_runner
from ansible_runner.exceptions import AnsibleRunnerException

from changes.errors import AnsibleUnavailable
from changes.playbooks import Playbook, check_variables
from changes.run_folder import Host, environment, furnish, private_folder

KEPT_EVENTS = {
    "playbook_on_task_start": "task",
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
    "playbook_on_stats": "recap",
}
MODES: Mapping[str, str | None] = {"run": None, "check": "--check --diff"}
LONGEST = 20_000  # characters kept of one event

Mode = Literal["run", "check"]
Event = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that Ansible told, as it comes. `diff` is what a task changed or would change."""

    kind: str
    host: str
    task: str
    status: str
    text: str
    diff: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended: "successful", "failed", "canceled" or "timeout", and the failed hosts."""

    status: str
    failed: frozenset[str]


def run(
    book: Playbook, hosts: Sequence[Host], *, runs: Path, forks: int, seconds: int,
    tell: Callable[[Told], None], go_on: Callable[[], bool], mode: Mode = "run",
) -> Result:  # fmt: skip
    """Run a playbook on hosts; blocks. `go_on` is asked all the time: False kills the run.

    Raises InvalidVariables before anything starts, AnsibleUnavailable when Ansible cannot start.
    """
    for host in hosts:
        check_variables(book, host.variables)
    failed: set[str] = set()

    def hear(event: Event) -> bool:
        told = _told(event)
        if told is not None:
            if told.status in {"failed", "unreachable"}:
                failed.add(told.host)
            tell(told)
        return True

    with private_folder(runs) as place:
        inventory = furnish(place, hosts)
        runner = ansible_runner.interface.init_runner(
            private_data_dir=str(place), playbook=str(book.path), inventory=str(inventory),
            envvars=environment(place), forks=forks, timeout=seconds, cmdline=MODES[mode],
            quiet=True, event_handler=hear, cancel_callback=lambda: not go_on(),
            settings={"pexpect_timeout": 0.5}, suppress_env_files=True,
        )  # fmt: skip
        runner.config.env = _stripped(runner.config.env, environment(place))
        try:
            runner.run()
        except (AnsibleRunnerException, OSError) as error:
            raise AnsibleUnavailable(f"Ansible could not do its work: {error}") from error
        return Result(status=str(runner.status), failed=frozenset(failed))


def _stripped(env: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """ansible-runner hands on this process's whole environment: only ours and its own may stay."""
    return {
        name: value for name, value in env.items() if name in ours or os.environ.get(name) != value
    }


def _told(event: Event) -> Told | None:
    kind = str(event.get("event", ""))
    if kind not in KEPT_EVENTS:
        return None
    data = event.get("event_data")
    facts = data if isinstance(data, Mapping) else {}
    found = facts.get("res")
    result = found if isinstance(found, Mapping) else {}
    return Told(
        kind=kind, host=_plain(facts.get("host")), task=_plain(facts.get("task")),
        status=KEPT_EVENTS[kind], text=_text(event, result), diff=_plain(_diff(result.get("diff"))),
    )  # fmt: skip


def _text(event: Event, result: Mapping[str, object]) -> str:
    """What a person wants to read: the device's own words where there are some."""
    parts = [str(result.get(name) or "") for name in ("msg", "stdout")]
    told = "\n".join(part for part in [*parts, _diff(result.get("diff"))] if part)
    return _plain(told or event.get("stdout"))


def _diff(found: object) -> str:
    """Ansible's several shapes of a difference as one unified text."""
    shapes = found if isinstance(found, list) else [found]
    return "\n".join(
        text for one in shapes if isinstance(one, Mapping) for text in _unified(one) if text
    )


def _unified(one: Mapping[str, object]) -> Iterator[str]:
    yield str(one.get("prepared") or "")
    before, after = one.get("before"), one.get("after")
    if isinstance(before, str) and isinstance(after, str):
        lines = difflib.unified_diff(
            before.splitlines(), after.splitlines(), lineterm="",
            fromfile=str(one.get("before_header") or "before"),
            tofile=str(one.get("after_header") or "after"),
        )  # fmt: skip
        yield "\n".join(lines)


def _plain(text: object) -> str:
    """Text that a database takes; a device may send anything."""
    return str(text or "").replace("\x00", "")[:LONGEST]
