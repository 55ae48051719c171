"""The machine of a change's states: what may follow what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.states import FINAL, NEXT, State, allowed

CARRIED_OUT = {State.RUNNING, State.SUCCEEDED, State.FAILED, State.ROLLED_BACK, State.INTERRUPTED}


@st.composite
def walks(draw):
    """A way through the machine from the start, as long as it goes."""
    walk = [State.PROPOSED]
    while walk[-1] not in FINAL and len(walk) < 30:
        walk.append(draw(st.sampled_from(sorted(NEXT[walk[-1]]))))
    return walk


@given(walks())
def test_nothing_runs_and_nothing_ends_as_carried_out_without_an_approval_before(walk):
    done = next((step for step, state in enumerate(walk) if state in CARRIED_OUT), None)
    assert done is None or walk[done - 1] is State.APPROVED


@given(walks())
def test_nothing_fails_rolls_back_or_breaks_off_without_having_run(walk):
    for state in (State.FAILED, State.ROLLED_BACK, State.INTERRUPTED):
        if state in walk:
            assert State.RUNNING in walk[: walk.index(state)]


@given(walks())
def test_after_an_interruption_nothing_runs_any_more(walk):
    if State.INTERRUPTED in walk:
        assert State.RUNNING not in walk[walk.index(State.INTERRUPTED) :]


def test_the_final_states_are_these():
    assert {
        State.SUCCEEDED, State.FAILED, State.ROLLED_BACK, State.REJECTED, State.CANCELLED,
    } == FINAL  # fmt: skip


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_an_open_state_can_still_come_to_an_end(state):
    reached, waiting = set(), [state]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += NEXT[here]
    assert reached & FINAL


def test_every_state_but_the_first_is_reached_from_another():
    assert set().union(*NEXT.values()) == set(State)


@given(st.sampled_from(State), st.sampled_from(State))
def test_a_step_is_allowed_exactly_where_the_machine_has_it(before, after):
    assert allowed(before.value, after.value) == (after in NEXT[before])


def test_a_state_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="approvedd"):
        allowed("proposed", "approvedd")
