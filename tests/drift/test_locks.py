"""Locks of devices: one who judges or approves at a time, and nobody waits for ever."""

from functools import partial
from threading import Thread

import pytest

from core.actor import Actor, Origin
from core.errors import NotFound
from drift.locks import lock_device, lock_devices
from tests.factories import make_device
from tests.waiting import wait_until_blocked

WHO = (Actor(name="test"), Origin(door="job"))


def test_two_who_lock_the_same_devices_in_another_order_do_not_wait_for_each_other(runtime):
    contexts = partial(runtime.context, *WHO)
    with contexts() as ctx:
        first, second = make_device(ctx).id, make_device(ctx).id
    done = []

    def other():
        with contexts() as ctx:
            lock_devices(ctx, [second, first])
            done.append("other")

    with contexts() as ctx:
        lock_devices(ctx, [first])
        waiting = Thread(target=other)
        waiting.start()
        wait_until_blocked(runtime.engine)
        lock_devices(ctx, [second, first])
        done.append("mine")
    waiting.join()
    assert done == ["mine", "other"]


def test_a_device_that_is_not_there_is_not_locked(ctx):
    with pytest.raises(NotFound, match="There is no device 4711"):
        lock_device(ctx, 4711)
