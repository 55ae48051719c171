"""Run a playbook on devices, and hear what Ansible tells of it."""

from changes import ansible
from changes.playbooks import playbook
from changes.run_folder import Host


def play(tmp_path, name, logins, mode="run", **variables):
    """The result, and what was told of each task that was not skipped."""
    heard = []
    result = ansible.run(
        playbook(name), [Host(login=one, variables=variables) for one in logins],
        runs=tmp_path, forks=2, seconds=120, tell=heard.append, go_on=lambda: True, mode=mode,
    )  # fmt: skip
    return result, [one for one in heard if one.host and one.status != "skipped"]
