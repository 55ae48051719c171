"""The CMDB: sites, devices, relations, drivers, discovery and snapshots."""
