"""How often something may happen."""

from operations.rates import Rate


def told(rate, key, *times):
    return [rate.allows(key, now=now) for now in times]


def test_a_burst_is_allowed_and_then_one_now_and_then():
    rate = Rate(burst=2, seconds=10.0)
    assert told(rate, "a", 0.0, 0.0, 0.0, 9.0, 10.0, 11.0) == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]


def test_each_key_has_its_own_rate():
    rate = Rate(burst=1, seconds=10.0)
    assert (told(rate, "a", 0.0, 0.0), told(rate, "b", 0.0)) == ([True, False], [True])


def test_no_more_keys_are_kept_than_told():
    rate = Rate(burst=1, seconds=10.0, keys=3)
    assert all(rate.allows(key, now=0.0) for key in range(100))
    assert list(rate._left) == [97, 98, 99]
