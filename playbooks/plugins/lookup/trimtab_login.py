"""Ansible lookup: a part of this host's login, for playbooks whose modules sign in themselves.

`lookup('trimtab_login', 'password')`; beside `password` there are `enable` and `key`. It is read
from the sealed file of the run: the inventory holds no secret of a device.
"""

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from inventory.drivers.sealed import login_of

PARTS = ("password", "enable", "key")


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **_options):
        wrong = [term for term in terms if term not in PARTS]
        if wrong:
            raise AnsibleError(f"A login has {', '.join(PARTS)}, and no {wrong[0]!r}.")
        login = login_of(variables["inventory_hostname"])
        return [getattr(login, term) or "" for term in terms]
