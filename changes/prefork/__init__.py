"""Ansible imported once for many runs: a server that forks each run of ansible-playbook.

`client` starts the server, `launch` is what ansible-runner starts in place of ansible-playbook, and
`server` is the process that both speak to. Knows nothing of changes.
"""
