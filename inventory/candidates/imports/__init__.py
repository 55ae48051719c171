"""Candidates from other inventories: CSV, Ansible, NetBox, Nautobot. Contacts no device."""
