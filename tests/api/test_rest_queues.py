"""Queues near the devices over REST."""

