"""Noise: lines that devices change by themselves; learned, back-tested, approved by two persons."""
