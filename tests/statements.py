"""What a context sends to the database meanwhile."""

from contextlib import contextmanager

from sqlalchemy import event

from tests.names import NAMES


@contextmanager
def statements(ctx):
    """The SQL statements that the body sends, in order."""
    sent, engine = [], ctx.session.get_bind().engine

    def noted(_connection, _cursor, statement, *_):
        if statement != NAMES.text:  # which only the tests ask for
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", noted)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", noted)
