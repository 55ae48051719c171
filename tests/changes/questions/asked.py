"""How the tests ask: as the office's auditor, and what they look at."""

from changes.questions import asking


def answer(office, name, *, by="auditor", **given):
    with office.acting(by) as ctx:
        return asking.ask(ctx, name, {key: str(value) for key, value in given.items()})


def column(told, name):
    return [row.cells[told.columns.index(name)] for row in told.rows]
