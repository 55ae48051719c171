"""Packs of every kind before the stand-alone verifier: whole as they are, refused when touched."""

import json
from io import BytesIO
from random import Random
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from changes.packs.making import make
from changes.packs.model import OfChange
from tests.changes.packs.opened import pack
from tests.tamper.pack_hands import OUTSIDE
from tests.tamper.pack_trying import attempts_on
from tests.tamper.prey import Prey, faults


@pytest.mark.parametrize("kind", ["change", "device", "unit", "clause"])
def test_a_pack_is_whole_before_the_verifier(office, busy, tmp_path, kind):
    made = pack(office, busy[kind])
    log = made.json("manifest.json")["log"]
    assert faults(made.content, tmp_path, ("--log", log, "--records")) == []


def test_what_a_stranger_does_to_a_pack_is_detected_and_named(office, busy, tmp_path):
    made = pack(office, busy["change"])
    manifest = made.json("manifest.json")
    whole = SimpleNamespace(log=SimpleNamespace(name=manifest["log"]), size=manifest["size"])
    files = {name: made.read(name) for name in made.names}
    options = ("--log", manifest["log"])
    prey = Prey(files, whole, Random(3), tmp_path, options)  # noqa: S311 - not for secrets
    tried = list(attempts_on(prey, len(OUTSIDE), OUTSIDE))
    assert [one for one in tried if not (one.detected and one.named and one.in_words)] == []


@pytest.mark.slow
def test_a_change_that_ran_is_whole_to_its_last_event(floor, tmp_path):
    change = floor.approved(*floor.devices)
    floor.execute(change)
    target = BytesIO()
    with floor.house.acting(floor.house.auditor) as ctx:
        make(ctx, OfChange(change_id=change.id), target)
    assert faults(target.getvalue(), tmp_path, ("--records",)) == []
    with ZipFile(target) as made:
        [run] = [name for name in made.namelist() if name.startswith("executions/")]
        lines = made.read(run).splitlines()
        records = json.loads(made.read("evidence.json"))["records"]
    events = [one for one in records if '"action":"execution.event"' in one["record"]]
    assert len(lines) == len(events) > 0
