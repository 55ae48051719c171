"""`make bench-change`: correcting drift beside plain ansible-runner with network_cli."""
