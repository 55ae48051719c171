"""How a claimed change runs: waves, gates, guards, the way back."""
