"""Signed heads laid down outside the database, and what comes back for them."""
