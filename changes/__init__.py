"""Change requests, approvals, execution, verification and attribution."""
