"""Proofs of inclusion and consistency, and the program that checks them without Trimtab."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from core.errors import NotFound, NotPermitted
from core.evidence import proofs
from core.evidence.documents import document, head_line, program
from core.evidence.keys import chain, last_head, rotate_key
from core.evidence.models import Head
from core.evidence.proofs import NotSealed, extend, prove
from core.evidence.standalone.program import main
from core.evidence.tree import leaf_hash, root_of_inclusion, roots_of_consistency
from core.identities import identity_of
from core.records import canonical_lines
from tests.acting import acting
from tests.core.evidence.rows import grow, sql, write
from tests.factories import make_person, make_unit

GUARD = """
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        known = {*sys.stdlib_module_names, "cryptography", "_cffi_backend"}
        if name.partition(".")[0] not in known:
            raise ImportError(f"the verifier may not import {name}")
sys.meta_path.insert(0, Guard())
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def log(ctx):
    make_unit(ctx)
    grow(ctx, 250, 1, 300)
    return ctx


@pytest.fixture
def checked(tmp_path):
    """Run the stand-alone verifier on a document, with nothing but its own libraries in reach."""

    def run(told, *options):
        file = tmp_path / "evidence.json"
        file.write_text(json.dumps(told))
        program_file = tmp_path / "verify_evidence.py"
        program_file.write_bytes(program())
        words = [
            sys.executable,
            "-I",
            "-c",
            GUARD,
            str(program_file),
            str(file),
            *map(str, options),
        ]
        done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 2 or done.stderr == ""
        return done.returncode, done.stdout + done.stderr

    return run


_kept: dict[str, str] = {}


@pytest.fixture
def evidence(request):
    """A proof of record 300 of 553 as text, made once for all tests that alter it."""
    if not _kept:
        log = request.getfixturevalue("log")
        _kept["it"] = json.dumps(document(prove(log, numbers(log)[300])))
    return _kept["it"]


def numbers(ctx):
    rows = "SELECT audit_record_id FROM audit_leaf ORDER BY position"
    return [row.audit_record_id for row in sql(ctx, rows)]


def test_a_proof_leads_from_the_record_to_the_signed_root(log):
    all_numbers = numbers(log)
    for position in (0, 1, 250, 251, 252, 255, 256, 300, 511, 512, 552):
        told = prove(log, all_numbers[position])
        [one], [head] = told.records, told.heads
        assert (one.position, one.size, head.size) == (position, 553, 553)
        root = root_of_inclusion(leaf_hash(one.canonical), one.position, one.size, one.path)
        assert root == head.root


def test_a_record_is_proven_under_an_older_head_and_by_its_identity(log):
    number = numbers(log)[100]
    [row] = sql(log, "SELECT record_id FROM audit_record WHERE id = :id", id=number)
    told = prove(log, row.record_id, size=252)
    [one], [head] = told.records, told.heads
    root = root_of_inclusion(leaf_hash(one.canonical), one.position, one.size, one.path)
    assert (one.position, head.size, root) == (100, 252, head.root)


def test_a_newer_head_is_proven_to_continue_an_older_one(log):
    for old, new in ((252, 253), (252, 553), (253, 553), (553, 553)):
        [one] = extend(log, old, new).extensions
        before, after = log.session.get(Head, old), log.session.get(Head, new)
        assert roots_of_consistency(old, new, before.root, one.path) == (before.root, after.root)


def test_a_record_that_is_not_there_has_no_proof(log):
    for record in (0, uuid4()):
        with pytest.raises(NotFound, match="no audit record"):
            prove(log, record)


def test_a_record_without_a_head_has_no_proof_yet(log):
    with pytest.raises(NotSealed, match="within a second"):
        prove(log, write(log, 1)[0].id)


def test_a_log_without_a_head_proves_nothing(ctx):
    make_unit(ctx)
    with pytest.raises(NotSealed, match="no signed head"):
        prove(ctx, write(ctx, 1)[0].id)


def test_a_size_without_a_head_is_told_the_next_one(log):
    with pytest.raises(NotFound, match=r"of 254 records\. The next one is of 553"):
        extend(log, 254)


@pytest.mark.parametrize(
    "ask", [lambda ctx: prove(ctx, 1), lambda ctx: extend(ctx, 1), proofs.head_of]
)
def test_proofs_are_for_those_who_may_read_the_log(log, ask):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        ask(acting(log, make_person(log)))


def test_the_verifier_accepts_what_trimtab_proves(log, checked):
    rotate_key(log, reason="due")
    grow(log, 5)
    told = document(prove(log, numbers(log)[300]))
    code, said = checked(told, "--log", chain(log.session)[0].id)
    assert (code, said.splitlines()[-1]) == (0, "VERIFIED")
    assert "2 keys in a chain" in said
    number = log.person.person_id
    me = f"person {number} ({identity_of(log.session, number).hex()[:12]})"
    assert f"record 300: 2026-11-24T12:00:00.000000+00:00 {me} test.done test of the log" in said


def test_the_verifier_accepts_that_the_log_goes_on(log, checked):
    code, said = checked(document(extend(log, 252)))
    assert (code, "the log of 553 records continues the one of 252" in said) == (0, True)
    assert "compare the log's name" in said


def exported(ctx, tmp_path):
    file = tmp_path / "audit.ndjson"
    file.write_bytes(b"".join(line + b"\n" for line in canonical_lines(ctx)))
    return file


def laid_down(ctx, tmp_path):
    file, log = tmp_path / "anchors", chain(ctx.session)[0].id
    file.write_text("".join(head_line(head, log=log) + "\n" for head in ctx.session.query(Head)))
    return file


def test_the_verifier_computes_every_root_from_the_export(log, checked, tmp_path):
    write(log, 3)
    told = document(prove(log, numbers(log)[300]))
    code, said = checked(
        told, "--export", exported(log, tmp_path), "--anchors", laid_down(log, tmp_path)
    )
    assert (code, "anchors: 3 fit, 0 of other logs" in said) == (0, True)
    assert "export: 556 records, 3 roots fit, 3 records after the last" in said


def test_the_verifier_tells_a_fork_from_what_was_laid_down(log, checked, tmp_path):
    told = document(prove(log, numbers(log)[3]))
    file = laid_down(log, tmp_path)
    export = exported(log, tmp_path)
    export.write_bytes(export.read_bytes().replace(b'"number":7}', b'"number":8}', 1))
    code, said = checked(told, "--export", export, "--anchors", file)
    assert (code, "the first 252 records exported are not those signed" in said) == (1, True)


def altered(told, path, value):
    """The document with one member changed; `value` may be a function of the old one."""
    there = told
    for step in path[:-1]:
        there = there[step]
    there[path[-1]] = value(there[path[-1]]) if callable(value) else value
    return told


def flipped(text):
    return ("1" if text[0] == "0" else "0") + text[1:]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            ["records", 0, "record"],
            lambda one: one.replace("test.done", "test.gone"),
            "is not in the tree",
        ),
        (["records", 0, "position"], 5, "is not in the tree"),
        (["records", 0, "size"], 552, "there is no head"),
        (["records", 0, "position"], -1, "no number of records"),
        (["records", 0, "position"], True, "no number of records"),
        (["records", 0, "path", 2], flipped, "is not in the tree"),
        (["records", 0, "path"], [], "is not in the tree"),
        (["heads", 0, "root"], flipped, "signature of the head"),
        (["heads", 0, "sealed_at"], "2020-01-01T00:00:00.000000+00:00", "signature of the head"),
        (["heads", 0, "signature"], flipped, "signature of the head"),
        (["heads", 0, "key"], flipped, "not in force"),
        (["heads", 0, "log"], flipped, "another log"),
        (["keys", 0, "public_key"], flipped, "is not the hash of its bytes"),
        (["keys", 0, "signature"], flipped, "did not sign itself"),
        (["keys", 0, "from_size"], 0.0, "no number of records"),
        (["keys", 0, "made_at"], "2020", "did not sign itself"),
        (["keys"], [], "does not name the log"),
        (["log"], flipped, "does not name the log"),
        (["format"], "trimtab-evidence/9", "is not known"),
        (["records"], 7, "records of the document is no list"),
        (["records", 0, "path", 0], "no hash", "in lower-case hexadecimal"),
    ],
)
def test_the_verifier_refuses_what_was_altered(evidence, tmp_path, capsys, path, value, said):
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(altered(json.loads(evidence), path, value)))
    code, lines = main([str(file)]), capsys.readouterr().out
    assert (code, said in lines, "VERIFIED" in lines) == (1, True, False)


def test_the_verifier_accepts_it_unaltered(evidence, tmp_path):
    (tmp_path / "evidence.json").write_text(evidence)
    assert main([str(tmp_path / "evidence.json")]) == 0


def test_the_verifier_refuses_a_log_of_another_name(log, checked):
    code, said = checked(document(prove(log, numbers(log)[3])), "--log", "ff" * 32)
    assert (code, f"not {'ff' * 32}" in said) == (1, True)


def test_the_verifier_refuses_a_proof_of_another_past(log, checked):
    told = json.loads(json.dumps(document(extend(log, 252))))
    code, said = checked(altered(told, ["consistency", 0, "path", 1], flipped))
    assert (code, "does not continue the one of 252" in said) == (1, True)


def test_the_verifier_refuses_an_anchor_that_contradicts(log, checked, tmp_path):
    """Two heads of one size, both signed: only who held the key could make them."""
    told = json.loads(json.dumps(document(prove(log, numbers(log)[3]))))
    file = tmp_path / "anchors"
    file.write_text(json.dumps(told["heads"][0] | {"root": "00" * 32}) + "\n")
    code, said = checked(told, "--anchors", file)
    assert (code, "anchors:1" in said) == (1, True)


def test_a_file_that_is_not_there_is_refused_in_words(log, checked):
    told = document(prove(log, numbers(log)[3]))
    code, said = checked(told, "--export", Path("/nowhere/audit.ndjson"))
    assert (code, "/nowhere/audit.ndjson cannot be read" in said) == (2, True)


def test_the_newest_head_is_the_last_one(log):
    assert proofs.head_of(log) == last_head(log.session)
