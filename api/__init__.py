"""The web and REST door."""
