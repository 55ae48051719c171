"""The demonstration: the platform's whole story on a simulated network, told as it happens."""
