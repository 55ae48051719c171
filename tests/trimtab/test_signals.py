import os
import signal

import pytest

from trimtab.signals import ENDINGS, ended_in_order


def interrupted(number, left):
    with ended_in_order():
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            left.append("cleaned up")


@pytest.mark.parametrize("number", ENDINGS)
def test_a_signal_ends_in_order_and_a_second_one_does_not_disturb_that(number):
    left = []
    with pytest.raises(SystemExit) as ended:
        interrupted(number, left)
    assert (ended.value.code, left) == (128 + number, ["cleaned up"])


def test_earlier_handlers_are_back_afterwards():
    before = [signal.getsignal(number) for number in ENDINGS]
    with ended_in_order():
        pass
    assert [signal.getsignal(number) for number in ENDINGS] == before
