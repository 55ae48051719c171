"""Numbers with their words."""

import pytest

from core.counting import counted


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((0, "change"), "0 changes"), ((1, "change"), "1 change"), ((2, "change"), "2 changes"),
        ((1, "day is", "days are"), "1 day is"), ((5, "day is", "days are"), "5 days are"),
    ],
)  # fmt: skip
def test_one_is_told_otherwise_than_none_and_several(told, words):
    assert counted(*told) == words
