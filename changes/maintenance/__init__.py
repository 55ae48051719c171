"""Proactive maintenance: recurring looks at devices, backups, certificates and logins."""
