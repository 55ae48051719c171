"""`make bench-collect`: collecting a fleet beside plain netmiko and nornir-netmiko."""
