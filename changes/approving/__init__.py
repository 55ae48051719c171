"""Who has to approve a change, who stands in for whom, and what is said about its lines."""
