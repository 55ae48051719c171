"""Let Ansible itself read a users' playbook before it is planned with. Reaches no device."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from changes.errors import AnsibleUnavailable, PlaybookBroken
from changes.playbooks import PLUGINS, Playbook, playbook, shelve
from changes.prefork import client
from changes.run_folder import environment

SECONDS = 120
SAID = 2000  # characters kept of what Ansible says


def usable(name: str) -> Playbook:
    """The playbook, whose syntax Ansible accepts; PlaybookBroken with the place it names.

    Ours are checked by tests; one of the users' folder once for each content.
    """
    book = playbook(name)
    wrong = _wrong(name, book.digest) if book.own else ""
    if wrong:
        raise PlaybookBroken(f"Ansible cannot use the playbook {name}: {wrong}")
    return book


@cache
def _wrong(name: str, _digest: str) -> str:
    """What Ansible says against the playbook, nothing where it is right."""
    with tempfile.TemporaryDirectory(prefix="trimtab-syntax-") as folder:
        place = Path(folder)
        shelf = shelve(place)
        book = shelf / name / "playbook.yml"
        command = client.command(["--syntax-check", "-i", "localhost,", str(book)])
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=SECONDS,
                cwd=place, env=environment(place, plugins=shelf / PLUGINS) | {"NO_COLOR": "1"},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AnsibleUnavailable(f"Ansible could not read {name}: {error}") from error
        said = (done.stderr or done.stdout).replace(f"{shelf}/", "")
    if done.returncode == 0:
        return ""
    return " ".join((said.partition("[ERROR]: ")[2] or said).split())[:SAID]
