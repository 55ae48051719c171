"""The short version of `make test-tamper`: every kind of manipulation a few times."""

from random import Random

import pytest

from core.records import inspect
from tests.tamper.hands import HANDS
from tests.tamper.log import build
from tests.tamper.trying import attempts


@pytest.fixture
def log(ctx, clock, tmp_path):
    made = build(ctx, Random(7), tmp_path / "anchors", batches=12)  # noqa: S311 - not for secrets
    clock.forward(minutes=5)
    return made


def test_every_manipulation_is_detected_named_and_placed(log):
    tried = list(attempts(log, 2 * len(HANDS)))
    assert [one for one in tried if not (one.detected and one.named and one.placed)] == []


def test_a_log_that_nobody_touched_is_sound(log):
    list(attempts(log, len(HANDS)))
    assert inspect(log.ctx, anchors=log.anchors).broken == ()
