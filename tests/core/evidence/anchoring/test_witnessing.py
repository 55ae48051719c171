"""A second Trimtab as witness: it countersigns heads that go on, and no rewritten past."""

import json
from dataclasses import replace

import pytest

from core.errors import InvalidInput, NotPermitted
from core.evidence.anchoring.witnessing import Offer, last_seen, statement_of_witnessed, witness
from core.evidence.documents import head_line, read_head
from core.evidence.errors import WitnessRefused
from core.evidence.keys import chain, last_head, rotate_key
from core.evidence.nodes import asked
from core.evidence.statements import is_signed
from core.evidence.tree import consistency
from core.settings import Settings
from tests.acting import acting
from tests.core.evidence.rows import grow
from tests.factories import make_person, make_unit


@pytest.fixture
def log(ctx):
    make_unit(ctx)
    grow(ctx, 3)
    return ctx


def offer(ctx, *, seen=0):
    head, keys = last_head(ctx.session), chain(ctx.session)
    path = []
    if 0 < seen < head.size:
        path = asked(ctx.session, lambda nodes: consistency(seen, head.size, nodes))
    line = head_line(head, log=keys[0].id)
    return Offer(keys=keys, head=read_head(line), seen=seen, path=path)


def test_the_first_head_is_countersigned_as_it_comes(log):
    row = witness(log, offer(log))
    key = chain(log.session)[0]
    told = statement_of_witnessed(row, witness=key.id).canonical
    assert (row.size, row.root) == (5, last_head(log.session).root)
    assert is_signed(told, row.signature, key.public_key)
    assert json.loads(told)["what"] == "trimtab witness"
    assert log.recorded[-1] == "audit.witnessed"


def test_a_head_that_goes_on_is_countersigned(log):
    first = witness(log, offer(log))
    grow(log, 20)
    second = witness(log, offer(log, seen=first.size))
    assert last_seen(log, chain(log.session)[0].id) is second


def test_a_head_that_was_countersigned_gets_the_same_answer_again(log):
    first = witness(log, offer(log))
    assert witness(log, offer(log)) is first


def test_a_head_after_a_rotation_is_countersigned(log):
    first = witness(log, offer(log))
    rotate_key(log, reason="due")
    grow(log, 1)
    assert witness(log, offer(log, seen=first.size)).size == last_head(log.session).size


def test_a_head_without_the_proof_that_it_goes_on_is_refused(log):
    first = witness(log, offer(log))
    grow(log, 20)
    good = offer(log, seen=first.size)
    for bad in (
        replace(good, path=[]), replace(good, path=good.path[::-1]), replace(good, seen=0),
        replace(good, path=[bytes(32), *good.path[1:]]),
    ):  # fmt: skip
        with pytest.raises(WitnessRefused, match="not proven to continue") as refused:
            witness(log, bad)
        assert refused.value.facts["size"] == first.size


def test_an_older_head_is_refused(log):
    old = offer(log)
    grow(log, 20)
    witness(log, offer(log))
    with pytest.raises(WitnessRefused):
        witness(log, old)


def test_a_head_that_its_log_did_not_sign_is_no_head(log):
    good = offer(log)
    forged = replace(good.head, statement=replace(good.head.statement, size=4))
    for bad in (replace(good, head=forged), replace(good, keys=[])):
        with pytest.raises(InvalidInput, match="is not signed by its log's keys"):
            witness(log, bad)


def test_a_witness_serves_those_who_may_ask_it(log):
    stranger = acting(log, make_person(log))
    with pytest.raises(NotPermitted, match=r"audit\.witness"):
        witness(stranger, offer(log))
    with pytest.raises(NotPermitted, match=r"audit\.witness"):
        last_seen(stranger, "ff" * 32)


def test_the_address_of_a_witness_is_one(tmp_path):
    with pytest.raises(ValueError, match="audit_witness_url"):
        Settings(home=tmp_path, audit_witness_url="witness.example.net")
