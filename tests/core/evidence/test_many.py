"""Many proofs at once are those that are made one by one."""

import pytest

from core.evidence.many import paths
from core.evidence.nodes import LogBroken, asked
from core.evidence.tree import inclusion
from tests.core.evidence.rows import grow, sql, unguarded
from tests.factories import make_unit


@pytest.fixture
def log(ctx):
    make_unit(ctx)
    grow(ctx, 250, 1, 300, 800)
    return ctx


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 551, 1024, 1353])
def test_the_paths_are_those_of_single_proofs(log, size):
    positions = sorted({0, size - 1, size // 2, size // 3, *range(0, size, 37)})
    one_by_one = [
        asked(log.session, lambda nodes, at=at: inclusion(at, size, nodes)) for at in positions
    ]
    assert list(paths(log.session, positions, size)) == one_by_one


def test_more_parts_than_are_held_at_a_time_are_read_piece_by_piece(log, monkeypatch):
    monkeypatch.setattr("core.evidence.many.AT_A_TIME", 2)
    positions = list(range(1353))
    assert len(list(paths(log.session, positions, 1353))) == 1353
    assert next(paths(log.session, [1300], 1353)) == asked(
        log.session, lambda nodes: inclusion(1300, 1353, nodes)
    )


def test_no_records_have_no_paths(log):
    assert list(paths(log.session, [], 1353)) == []


@pytest.mark.parametrize("table", ["audit_leaf WHERE position = 700", "audit_node WHERE level = 8"])
def test_a_tree_with_rows_missing_is_told(log, table):
    unguarded(log)
    sql(log, f"DELETE FROM {table}")  # noqa: S608 - one of the two above
    with pytest.raises(LogBroken, match="are missing"):
        list(paths(log.session, [600, 700], 1353))
