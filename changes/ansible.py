"""Run a playbook with ansible-runner. The only file that imports it; knows nothing of approvals."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import ansible_runner
import pexpect
from ansible_runner.exceptions import AnsibleRunnerException

from changes.errors import AnsibleUnavailable
from changes.playbooks import PLUGINS, Playbook, check_variables
from changes.prefork import client
from changes.run_folder import Host, environment, furnish, private_folder
from inventory.drivers import telling

KEPT_EVENTS = {
    "playbook_on_task_start": "task",
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
    "playbook_on_stats": "recap",
}
MODES: Mapping[str, str | None] = {"run": None, "check": "--check --diff"}
ASKED_SECONDS = 0.2
"""How soon a run notices that it may not go on."""
LONGEST = 20_000  # characters kept of one event

Mode = Literal["run", "check"]
Event = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diffed:
    """What a task would change: a place's texts before and after, or a text made for people."""

    place: str = ""
    before: str = ""
    after: str = ""
    prepared: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that Ansible told, as it comes.

    In check mode `refused` are lines that the device would not take, and `how` is what judged them
    (a config session, a candidate compare, or computed). `diffs` may hold secrets: they are for no
    log. `sessions` are those that the task held with devices itself, not yet redacted.
    """

    kind: str
    host: str
    task: str
    status: str
    text: str
    diffs: tuple[Diffed, ...] = ()
    refused: tuple[str, ...] = ()
    how: str = ""
    sessions: tuple[telling.HeldFor, ...] = ()


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

    try:
        with private_folder(runs) as place:
            inventory = furnish(place, hosts)
            ours = environment(place, plugins=book.path.parents[1] / PLUGINS)
            runner = ansible_runner.interface.init_runner(
                private_data_dir=str(place), playbook=str(book.path), inventory=str(inventory),
                envvars=ours, forks=forks, timeout=seconds, cmdline=MODES[mode],
                quiet=True, event_handler=hear, cancel_callback=lambda: not go_on(),
                suppress_env_files=True,
            )  # fmt: skip
            runner.config.env = _stripped(runner.config.env, ours)
            runner.config.pexpect_timeout = ASKED_SECONDS  # its settings count from a file only
            runner.config.command = client.command(runner.config.command[1:])
            with suppress(pexpect.TIMEOUT):  # it was killed, and what it forked still lives
                runner.run()
    except (AnsibleRunnerException, OSError) as error:
        raise AnsibleUnavailable(f"Ansible could not do its work: {error}") from error
    return Result(status=_ended(str(runner.status)), failed=frozenset(failed))


def _ended(status: str) -> str:
    """How a run ended; one that ansible-runner lost sight of was killed by somebody."""
    return "failed" if status == "running" else status


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
    refused = result.get("refused")
    return Told(
        kind=kind, host=_plain(facts.get("host")), task=_plain(facts.get("task")),
        status=KEPT_EVENTS[kind], text=_text(event, result), diffs=tuple(_diffs(result)),
        refused=tuple(map(_plain, refused)) if isinstance(refused, list) else (),
        how=_plain(result.get("how")),
        sessions=tuple(telling.told_from(result)) if _is_ours(facts) else (),
    )  # fmt: skip


def _is_ours(facts: Mapping[str, object]) -> bool:
    """Whether an action of ours made the result: what a server's module returns proves nothing."""
    return str(facts.get("task_action", "")).startswith("trimtab_")


def _text(event: Event, result: Mapping[str, object]) -> str:
    """What a person wants to read: the device's own words where there are some."""
    told = "\n".join(str(result[name]) for name in ("msg", "stdout") if result.get(name))
    return _plain(told or event.get("stdout"))


def _diffs(result: Mapping[str, object]) -> Iterator[Diffed]:
    """Ansible's several shapes of a difference, those of a loop's items too."""
    found = result.get("diff")
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, Mapping):
            yield Diffed(
                place=_plain(one.get("before_header") or one.get("after_header")),
                before=_whole(one.get("before")), after=_whole(one.get("after")),
                prepared=_whole(one.get("prepared")),
            )  # fmt: skip
    items = result.get("results")
    for item in items if isinstance(items, list) else []:
        yield from _diffs(item) if isinstance(item, Mapping) else ()


def _whole(text: object) -> str:
    return text.replace("\x00", "") if isinstance(text, str) else ""


def _plain(text: object) -> str:
    """Text that a database takes; a device may send anything."""
    plain = str(text or "").replace("\x00", "")
    return plain.encode(errors="replace").decode()[:LONGEST]
