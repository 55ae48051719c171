"""The steps of a path lead where the path leads, and say what they join."""

from hypothesis import given
from hypothesis import strategies as st

from core.evidence.steps import steps
from core.evidence.tree import inclusion, leaf_hash, node_hash, root_of_inclusion


def tree(size):
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]

    def nodes(level, index):
        row = leaves
        for _ in range(level):
            row = [node_hash(*row[at : at + 2]) for at in range(0, len(row) - 1, 2)]
        return row[index]

    return leaves, nodes


@given(st.integers(1, 200).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_the_last_step_is_the_root_and_covers_every_leaf_once(place):
    index, size = place
    leaves, nodes = tree(size)
    path = inclusion(index, size, nodes)
    made = steps(leaves[index], index, size, path)
    root = made[-1].joined if made else leaves[index]
    assert root == root_of_inclusion(leaves[index], index, size, path)
    covered = [at for one in made for at in range(one.first, one.first + one.count)]
    assert sorted([*covered, index]) == list(range(size))
    assert all((one.side == "left") == (one.first < index) for one in made)


@given(st.integers(2, 100).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_a_path_with_another_hash_leads_to_another_root(place):
    index, size = place
    leaves, nodes = tree(size)
    path = inclusion(index, size, nodes)
    other = steps(leaves[index], index, size, [bytes(32), *path[1:]])
    assert other[-1].joined != root_of_inclusion(leaves[index], index, size, path)


def test_what_cannot_be_a_path_has_no_steps():
    leaves, nodes = tree(5)
    assert steps(leaves[0], 0, 5, inclusion(0, 5, nodes)[:-1]) is None
    assert steps(leaves[0], 5, 5, []) is None
    assert steps(leaves[0], -1, 5, []) is None
