"""The first and the last change of a device: commission and decommission."""
