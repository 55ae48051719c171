"""The machine of a change's states: what may follow what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.states import FINAL, NEXT, STEPS, UNTOUCHED, State, Target, allowed, ending

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
def test_what_was_paused_is_never_planned_or_approved_anew(walk):
    if State.PAUSED in walk:
        later = walk[walk.index(State.PAUSED) + 1 :]
        before = [State.RUNNING, *later]
        for step, state in enumerate(later):
            assert state is not State.APPROVED or before[step] is State.RUNNING
        assert State.RUNNING in walk[: walk.index(State.PAUSED)]


@given(walks())
def test_nothing_fails_rolls_back_or_breaks_off_without_having_run(walk):
    for state in (State.FAILED, State.ROLLED_BACK, State.INTERRUPTED, State.PAUSED):
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


def test_no_step_is_said_without_words_or_leads_to_itself():
    assert all(words and before is not after for (before, after), words in STEPS.items())


stands = st.lists(st.sampled_from(Target), min_size=1)


@given(stands)
def test_a_change_succeeded_exactly_when_every_device_is_as_declared(targets):
    assert (ending(targets) is State.SUCCEEDED) == (set(targets) == {Target.DONE})


@given(stands)
def test_a_device_in_doubt_leaves_the_change_to_a_person(targets):
    assert (ending(targets) is State.INTERRUPTED) == (Target.INTERRUPTED in targets)


@given(stands)
def test_a_change_is_cancelled_exactly_when_no_device_was_touched(targets):
    assert (ending(targets) is State.CANCELLED) == (set(targets) <= UNTOUCHED)


@given(stands)
def test_a_change_is_rolled_back_exactly_when_all_that_was_touched_is_back(targets):
    touched = set(targets) - UNTOUCHED
    assert (ending(targets) is State.ROLLED_BACK) == (touched == {Target.ROLLED_BACK})


@given(stands)
def test_a_change_ends_by_a_step_that_a_running_one_may_take(targets):
    assert allowed(State.RUNNING, ending(targets))


@given(stands.map(lambda found: [one for one in found if one is not Target.INTERRUPTED]))
def test_a_paused_change_ends_by_a_step_that_there_is(targets):
    waiting = [*targets, Target.WAITING]
    assert allowed(State.PAUSED, ending(waiting))
