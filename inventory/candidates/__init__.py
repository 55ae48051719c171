"""Discovery: what may become a device, from allowed ranges, neighbours and other inventories."""
