"""Merkle trees as RFC 6962 has them, against an independent naive implementation."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence import tree

VECTORS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
}
"""Roots over the first leaves of the Certificate Transparency test data."""
CONTENTS = (b"", b"\x00", b"\x10")


def naive_root(leaves):
    """MTH of section 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m, leaves):
    """PATH of section 2.1.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m, leaves, b):
    """SUBPROOF of section 2.1.2, word by word."""
    if m == len(leaves):
        return [] if b else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], b), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(size):
    return [sha256(b"\x00" + str(number).encode()).digest() for number in range(size)]


def nodes_of(leaves):
    return lambda level, index: naive_root(leaves[index << level : index + 1 << level])


def grown(leaves):
    frontier = tree.Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier


sizes = st.integers(1, 130)


@pytest.mark.parametrize("size", VECTORS)
def test_the_first_roots_are_those_of_certificate_transparency(size):
    leaves = [tree.leaf_hash(content) for content in CONTENTS[:size]]
    assert grown(leaves).root.hex() == VECTORS[size]


@given(size=st.integers(0, 300))
def test_a_grown_tree_has_the_root_that_the_standard_defines(size):
    leaves = leaves_of(size)
    assert grown(leaves).root == naive_root(leaves)


@given(size=sizes, more=sizes)
def test_a_tree_grows_on_from_its_complete_subtrees(size, more):
    leaves = leaves_of(size + more)
    nodes = nodes_of(leaves)
    frontier = tree.Frontier(size, [nodes(*one) for one in tree.peaks(size)])
    for leaf in leaves[size:]:
        frontier.append(leaf)
    assert (frontier.size, frontier.root) == (size + more, naive_root(leaves))


@given(data=st.data(), level=st.integers(0, 5))
def test_a_complete_subtree_counts_like_its_leaves(data, level):
    begin = data.draw(st.integers(0, 9)) << level
    leaves = leaves_of(begin + (1 << level))
    frontier = grown(leaves[:begin])
    made = frontier.add_complete(level, tree.complete(leaves[begin:]))
    assert made == grown(leaves[:-1]).append(leaves[-1])[level:]
    assert (frontier.size, frontier.root) == (len(leaves), naive_root(leaves))


def test_a_subtree_begins_only_where_one_of_its_size_can():
    with pytest.raises(ValueError, match="begins at 3"):
        grown(leaves_of(3)).add_complete(1, b"x" * 32)


@given(size=sizes)
def test_a_leaf_tells_the_subtrees_that_it_completes(size):
    leaves = leaves_of(size)
    made = grown(leaves[:-1]).append(leaves[-1])
    assert made == [naive_root(leaves[size - (1 << level) :]) for level in range(len(made))]
    assert size % (1 << len(made) - 1) == 0
    assert size % (1 << len(made)) != 0


def test_a_tree_is_taken_up_with_all_its_subtrees_only():
    with pytest.raises(ValueError, match="2 complete subtrees"):
        tree.Frontier(3, [b"x" * 32])


@given(data=st.data(), size=sizes)
def test_an_audit_path_is_that_of_the_standard_and_leads_to_the_root(data, size):
    index, leaves = data.draw(st.integers(0, size - 1)), leaves_of(size)
    path = tree.inclusion(index, size, nodes_of(leaves))
    assert path == naive_path(index, leaves)
    assert tree.root_of_inclusion(leaves[index], index, size, path) == naive_root(leaves)


@given(data=st.data(), size=sizes)
def test_a_consistency_proof_is_that_of_the_standard_and_leads_to_both_roots(data, size):
    old, leaves = data.draw(st.integers(1, size)), leaves_of(size)
    path = tree.consistency(old, size, nodes_of(leaves))
    assert path == naive_subproof(old, leaves, True)
    roots = (naive_root(leaves[:old]), naive_root(leaves))
    assert tree.roots_of_consistency(old, size, roots[0], path) == roots


@given(data=st.data(), size=st.integers(2, 130))
def test_a_path_proves_no_other_leaf_and_no_other_place(data, size):
    index, leaves = data.draw(st.integers(0, size - 1)), leaves_of(size)
    path, root = tree.inclusion(index, size, nodes_of(leaves)), naive_root(leaves)
    other = data.draw(st.integers(0, 2 * size).filter(lambda one: one != index))
    assert tree.root_of_inclusion(leaves[index], other, size, path) != root
    assert tree.root_of_inclusion(tree.leaf_hash(b"other"), index, size, path) != root
    assert tree.root_of_inclusion(leaves[index], index, size, [*path, root]) != root
    assert tree.root_of_inclusion(leaves[index], index, size, path[:-1]) != root


@given(data=st.data(), size=st.integers(2, 130))
def test_a_rewritten_beginning_has_no_consistency_proof(data, size):
    old, leaves = data.draw(st.integers(1, size - 1)), leaves_of(size)
    before = naive_root(leaves[:old])
    leaves[data.draw(st.integers(0, old - 1))] = tree.leaf_hash(b"rewritten")
    path = tree.consistency(old, size, nodes_of(leaves))
    roots = tree.roots_of_consistency(old, size, before, path)
    assert roots != (before, naive_root(leaves))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_path(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion(index, size, nodes_of(leaves_of(size)))
    assert tree.root_of_inclusion(b"", index, size, []) is None


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_a_tree_begins_with_no_larger_one_and_with_no_empty_one(old, new):
    with pytest.raises(ValueError, match="begins with"):
        tree.consistency(old, new, nodes_of(leaves_of(new)))
    assert tree.roots_of_consistency(old, new, b"", []) is None
