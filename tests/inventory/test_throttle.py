"""Which device is asked next: priorities, limits of sites, sites that are cut."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.collecting.throttle import Throttle, Wanted


def devices(site, count, *, first=0, priority=0):
    return [
        Wanted(device_id=first + number, site=site, priority=priority) for number in range(count)
    ]


def throttle(*wanted, limit=100, limits=()):
    made = Throttle(limit, dict(limits))
    made.add([one for group in wanted for one in group])
    return made


def drained(made):
    """All that is handed out when nothing is given back."""
    out = []
    while (one := made.next()) is not None:
        out.append(one)
    return out


def test_the_most_urgent_device_comes_first_whatever_its_site():
    made = throttle(devices("a", 3), devices("b", 1, first=10, priority=5))
    assert next(one.device_id for one in drained(made)) == 10


def test_devices_of_one_priority_keep_their_order():
    assert [one.device_id for one in drained(throttle(devices("a", 5)))] == [0, 1, 2, 3, 4]


def test_a_site_bears_no_more_sessions_than_its_limit():
    made = throttle(devices("a", 9), devices("b", 9, first=10), limit=4, limits={"b": 2})
    assert [one.site for one in drained(made)].count("a") == 4
    assert made.waiting == 12


def test_a_session_that_ended_makes_room_for_the_next():
    made = throttle(devices("a", 3), limit=1)
    first = made.next()
    assert made.next() is None
    made.ended(first, unreachable=False)
    assert made.next() == devices("a", 3)[1]


def test_sites_take_turns_by_what_is_left_of_them():
    made = throttle(devices("a", 2), devices("b", 4, first=10))
    assert "".join(one.site for one in drained(made)) == "abbabb"


def test_a_site_is_cut_when_half_of_it_cannot_be_reached():
    made = throttle(devices("a", 10), devices("b", 2, first=20), limit=1)
    for _ in range(20):
        one = made.next()
        if one is None:
            break
        made.ended(one, unreachable=one.site == "a")
    assert made.failed_at("a") == (5, 10)
    assert [one.device_id for one in made.cut["a"]] == [5, 6, 7, 8, 9]
    assert made.waiting == 0


def test_two_devices_that_fail_are_no_site():
    made = throttle(devices("a", 4), limit=1)
    for _ in range(2):
        made.ended(made.next(), unreachable=True)
    assert made.cut == {}


def test_devices_of_a_cut_site_that_come_later_are_left_alone_too():
    made = throttle(devices("a", 3))
    for one in drained(made):
        made.ended(one, unreachable=True)
    made.add(devices("a", 1, first=9))
    assert made.next() is None
    assert [one.device_id for one in made.cut["a"]] == [9]


def test_a_device_that_is_read_again_is_one_device_of_its_site():
    made = throttle(devices("a", 4))
    made.add(devices("a", 1, priority=9))
    assert made.failed_at("a") == (0, 4)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=40),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_every_device_is_handed_out_once_or_left_alone(wanted, limit, draw):
    asked = [
        Wanted(device_id=number, site=site, priority=priority)
        for number, (site, priority) in enumerate(wanted)
    ]
    made, running, done = throttle(asked, limit=limit), [], []
    while True:
        one = made.next()
        if one is not None:
            running.append(one)
            assert sum(other.site == one.site for other in running) <= limit
        elif running:
            ended = running.pop(draw.randrange(len(running)))
            done.append(ended)
            made.ended(ended, unreachable=draw.random() < 0.3)
        else:
            break
    left = [one for group in made.cut.values() for one in group]
    assert sorted([*done, *left], key=lambda one: one.device_id) == asked
