"""Units, posts, people, permissions and policies."""
