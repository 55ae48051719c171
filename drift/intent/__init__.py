"""Intended configurations: where they come from, and which of their sections are managed."""
