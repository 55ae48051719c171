"""The snapshot store: texts as keyframes and deltas, their history, search, retention, export."""
