"""What a witness answers is checked before it is kept; a hostile one is an error, no more."""

import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.evidence.anchoring.anchors import anchor
from core.evidence.anchoring.witness_target import WitnessTarget
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.statements import WitnessStatement, key_id_of
from core.settings import Settings
from tests.core.evidence.rows import grow
from tests.factories import make_unit
from tests.http_server import Door, answering

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()


class Witness(Door):
    def get(self):
        self.say(self.server.seen)

    def post(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say(self.server.answer)

    def say(self, body):
        try:
            self.send_response(200)
            self.end_headers()
            for piece in body if isinstance(body, list) else [body]:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(self.server.pause)
        except OSError:  # the other side has left
            return


@pytest.fixture
def door():
    with answering(Witness, seen=b'{"size": 0}', answer=b"{}", pause=0) as server:
        yield server


@pytest.fixture
def log(ctx, tmp_path, door, monkeypatch):
    make_unit(ctx)
    monkeypatch.setenv("TRIMTAB_TEST_WITNESS", "token")
    ctx.settings = Settings(
        home=tmp_path, audit_witness_url=f"http://127.0.0.1:{door.server_port}",
        audit_witness_token="env:TRIMTAB_TEST_WITNESS",
    )  # fmt: skip
    grow(ctx, 3)
    return ctx


def countersigned(log, *, root=None):
    head = last_head(log.session)
    told = WitnessStatement(
        log=chain(log.session)[0].id, size=head.size, root=root or head.root, witness="ff" * 32,
        key_id=key_id_of(PUBLIC), witnessed_at=log.now(),
    ).canonical  # fmt: skip
    keys = {"signature": KEY.sign(told).hex(), "public_key": PUBLIC.hex()}
    return json.dumps({"countersignature": json.dumps(json.loads(told) | keys)}).encode()


def fault(log):
    [done] = anchor(log)
    assert log.session.query(Anchor).count() == 0
    return done.fault


def test_a_sound_countersignature_is_kept(log, door):
    door.answer = countersigned(log)
    [done] = anchor(log)
    assert (done.fault, json.loads(done.receipt)["key"]) == ("", key_id_of(PUBLIC))


def test_a_countersignature_of_another_root_is_not_kept(log, door):
    door.answer = countersigned(log, root=bytes(32))
    assert "is for another root; it is not kept" in fault(log)


def test_a_countersignature_by_another_key_than_the_one_expected_is_not_kept(log, door):
    door.answer = countersigned(log)
    log.settings = log.settings.model_copy(update={"audit_witness_key": ("ff" * 32,)})
    assert "which TRIMTAB_AUDIT_WITNESS_KEY does not name; it is not kept" in fault(log)


@pytest.mark.parametrize(
    "answer", [b"{}", b'{"countersignature": "x"}', b'{"countersignature": null}']
)
def test_a_countersignature_that_is_none_is_not_kept(log, door, answer):
    door.answer = answer
    assert "is none; it is not kept" in fault(log)


@pytest.mark.parametrize("seen", [b"", b"<html>", b"[" * 60_000, b"\xff", b"[]", b"7", b"null"])
def test_an_answer_that_is_none_of_a_trimtab_is_told(log, door, seen):
    door.seen = seen
    assert "TRIMTAB_AUDIT_WITNESS_URL" in fault(log)


@pytest.mark.parametrize("seen", [b"{}", b'{"size": "many"}', b'{"size": null}', b'{"size": []}'])
def test_a_witness_that_does_not_say_what_it_saw_is_told(log, door, seen):
    door.seen = seen
    assert "does not say which head it saw last" in fault(log)


def test_an_answer_without_measure_is_left(log, door):
    door.seen = b" " * (1 << 20)
    assert "it does not end its answer" in fault(log)


def test_an_answer_that_trickles_is_left(log, door, monkeypatch):
    monkeypatch.setattr(WitnessTarget, "SECONDS", 0.2)
    door.seen, door.pause = [b" "] * 200, 0.02
    assert "it does not end its answer" in fault(log)
