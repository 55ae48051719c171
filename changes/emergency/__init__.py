"""Emergencies: one person breaks the glass, two review it afterwards, debt blocks."""
