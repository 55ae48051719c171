"""Old records in signed files: written, verified, read in place of their rows, brought back."""
