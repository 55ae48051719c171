"""The same of archived records: of the file, of its rows, of the leaves that stayed."""

from random import Random

import pytest

from core.records import inspect
from tests.factories import make_unit
from tests.tamper.archive_hands import ARCHIVE_HANDS, attempts_on_archives, build_archived


@pytest.fixture
def log(ctx, tmp_path):
    make_unit(ctx)
    return build_archived(ctx, Random(7), tmp_path / "anchors")  # noqa: S311 - not for secrets


def test_every_manipulation_of_an_archive_is_detected_named_and_placed(log):
    tried = list(attempts_on_archives(log, 3 * len(ARCHIVE_HANDS)))
    assert [one for one in tried if not (one.detected and one.named and one.placed)] == []


def test_an_archived_log_that_nobody_touched_is_sound(log):
    list(attempts_on_archives(log, len(ARCHIVE_HANDS)))
    assert inspect(log.ctx, anchors=log.anchors).broken == ()
