"""A simulated network over real SSH for demo, tests and benchmarks."""
