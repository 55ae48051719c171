"""The picture of the states is made from the machine, and is current."""

from pathlib import Path

import pytest

from changes.states import STEPS, State
from changes.states_picture import PLACES, drawn

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(drawn()))
def test_what_stands_in_the_docs_is_the_machine(name):
    assert (DOCS / name).read_text(encoding="utf-8") == drawn()[name], "run `make change-states`"


def test_every_state_has_a_place_of_its_own():
    assert set(PLACES) == set(State)
    assert len(set(PLACES.values())) == len(State)


def test_every_step_is_drawn_once_with_its_words():
    picture, table = drawn().values()
    for (before, after), words in STEPS.items():
        assert picture.count(f"<title>{before} to {after}: {words}</title>") == 1
        assert table.count(f"| {before} | {after} | {words} |") == 1
