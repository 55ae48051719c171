"""The audit log at the mercy of its database's owner: each manipulation has to be told."""
