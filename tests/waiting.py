"""Wait for another connection without guessing how long it takes."""

import time

from sqlalchemy import Engine, text

BLOCKED = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
""")


def wait_until_blocked(engine: Engine) -> None:
    """Return as soon as one connection of this database waits for another one's lock."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.scalar(BLOCKED):
                return
        time.sleep(0.01)
    raise TimeoutError("no connection waits for another one's lock")
