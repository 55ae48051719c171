"""The short version for packs: every kind of manipulation once, as the verifier tells it."""

from random import Random

import pytest

from tests.core.evidence.packing import zipped
from tests.tamper.pack_trying import PACK_HANDS, attempts_on
from tests.tamper.prey import faults, prey


@pytest.fixture
def pack(tmp_path):
    return prey(Random(5), tmp_path)  # noqa: S311 - not for secrets


def test_every_manipulation_of_a_pack_is_detected_and_named(pack):
    tried = list(attempts_on(pack, len(PACK_HANDS)))
    assert [one for one in tried if not (one.detected and one.named and one.in_words)] == []


def test_a_pack_that_nobody_touched_is_sound(pack):
    assert faults(zipped(pack.files), pack.folder, pack.options) == []
