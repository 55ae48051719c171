"""A log and its witness, two installations, over HTTP."""

import json
import socket
import threading
import time

import pytest
import uvicorn
from sqlalchemy import text

from api.app import create_app
from core.actor import Actor, Origin
from core.audit import Subject
from core.database import connect
from core.evidence.anchoring.anchors import anchor
from core.evidence.keys import chain, last_head
from core.evidence.sealing import seal_all
from core.evidence.statements import is_signed
from core.runtime import Runtime
from core.settings import Settings
from organization.permissions import PERMISSIONS, PostAuthority

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
SUBJECT = Subject(type="test", id="0", label="of the log")


@pytest.fixture
def address(world):
    """The shared installation, served as the witness."""
    link = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(world.runtime), log_config=None, lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [link]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{link.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    link.close()


PERMIT = text("""
UPDATE post SET permissions = CASE WHEN :may THEN array_append(permissions, 'audit.witness')
    ELSE array_remove(permissions, 'audit.witness') END
WHERE id IN (
    SELECT post_id FROM post_holding JOIN person ON person.id = person_id
    WHERE username = 'auditor'
)
""")


@pytest.fixture
def token(world, monkeypatch):
    """A token of somebody at the witness who may have heads countersigned, for this test."""
    _permit(world, may=True)
    monkeypatch.setenv("TRIMTAB_TEST_WITNESS", world.tokens["auditor"])
    yield "env:TRIMTAB_TEST_WITNESS"
    _permit(world, may=False)


def _permit(world, *, may):
    with world.context() as ctx:
        ctx.session.execute(PERMIT, {"may": may})
        ctx.record("test.arranged", SUBJECT)


@pytest.fixture
def log(database_url, tmp_path, address, token):
    """The other installation, whose heads go to the witness."""
    engine = connect(database_url)
    yield Runtime(
        settings=Settings(home=tmp_path, audit_witness_url=address, audit_witness_token=token),
        engine=engine, authority=PostAuthority(),
    )  # fmt: skip
    engine.dispose()


def grown(runtime):
    """A record more, sealed; what became of its head at the witness."""
    with runtime.context(ALL, Origin(door="job")) as ctx:
        ctx.record("test.done", SUBJECT)
        ctx.commit()
        seal_all(ctx)
        [done] = anchor(ctx)
    return done


def test_heads_are_countersigned_as_long_as_the_log_goes_on(log):
    first, second = grown(log), grown(log)
    assert (first.fault, second.fault, first.size < second.size) == ("", "", True)
    told = json.loads(second.receipt)
    signed = {name: told[name] for name in told if name not in {"signature", "public_key"}}
    line = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    assert is_signed(line, bytes.fromhex(told["signature"]), bytes.fromhex(told["public_key"]))
    with log.context(ALL, Origin(door="job")) as ctx:
        head, name = last_head(ctx.session), chain(ctx.session)[0].id
    assert (told["log"], told["size"], told["root"]) == (name, head.size, head.root.hex())
    assert told["witness"] != name


def test_a_rewritten_log_is_not_countersigned(log):
    grown(log)
    with log.engine.begin() as connection:
        for table in ("audit_leaf", "audit_head", "audit_anchor"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
        connection.execute(text("DELETE FROM audit_record WHERE action = 'audit.key_made'"))
    done = grown(log)
    assert (done.contradicted, "does not countersign" in done.fault) == (True, True)


def test_a_witness_that_is_not_there_is_told(log):
    log.settings = log.settings.model_copy(update={"audit_witness_url": "http://127.0.0.1:1"})
    done = grown(log)
    assert (done.contradicted, "TRIMTAB_AUDIT_WITNESS_URL" in done.fault) == (False, True)


@pytest.mark.parametrize(
    ("reference", "said"),
    [(None, "TRIMTAB_AUDIT_WITNESS_TOKEN"), ("env:TRIMTAB_TEST_NOT_SET", "cannot be had")],
)
def test_a_token_that_is_not_there_is_told(log, reference, said):
    log.settings = log.settings.model_copy(update={"audit_witness_token": reference})
    assert said in grown(log).fault


def test_a_witness_that_does_not_know_us_is_told(log, monkeypatch):
    monkeypatch.setenv("TRIMTAB_TEST_WITNESS", "trimtab_wrong")
    assert "refused (401)" in grown(log).fault
