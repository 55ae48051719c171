"""Check evidence of a Trimtab audit log, offline: needs Python 3.9 and `cryptography` 42 alone.

    python3 verify_evidence.py PACK.zip|PROOF.json [--log NAME] [--anchors FILE] [...]

PACK.zip            an evidence pack; or what `trimtab audit prove` or `consistency` wrote
--log NAME          the log's name (64 hexadecimal digits) as you got it on another way
--anchors FILE      heads that were laid down outside, one a line: each of them has to fit
--export FILE       all records, one a line, of `trimtab audit export`: every root is computed anew
--witness-key KEY   the id of a witness's key, as the witness told it to you (may be repeated)
--tsa-cert PEM      certificates of the time stamp authority, or of who issues its certificate
--open N SALT SECRET  what part N of the configuration hides (or DIGEST:N); `-` asks for SECRET
--records           a line for each record of a pack
--most-mib NUMBER   how much a pack may hold, unpacked (4096)
--json              the outcome as JSON

Exit 0: everything fits; 1: something does not, and the lines say what; 2: wrong call, or a
file that cannot be read: nothing was judged.
The log is a Merkle tree of RFC 6962 with SHA-256, its heads signed with Ed25519 (RFC 8032).
"""

from __future__ import annotations

import argparse
import getpass
import io
import json
import os
import sys
from pathlib import Path

from core.evidence.standalone.certificates import read_certificates
from core.evidence.standalone.configurations import Opening
from core.evidence.standalone.container import MIB
from core.evidence.standalone.evidence import (
    check_anchors,
    check_consistency,
    check_export,
    check_laid_down,
    open_chain,
    read_heads,
    sound_records,
)
from core.evidence.standalone.packs import Asked, check_pack, open_pack
from core.evidence.standalone.reading import bytes_of, read_object
from core.evidence.standalone.receipts import Trusted
from core.evidence.standalone.records import line_of
from core.evidence.standalone.signing import Chain
from core.evidence.standalone.summary import summary_of
from core.evidence.standalone.telling import (
    MEANINGS,
    Findings,
    Refused,
    WrongCall,
    counted,
    need,
    printable,
)

MOST_DOCUMENT = 64 * MIB
SHOWN_FAULTS = 20
MOST_DIGITS = 10


def main(words: list[str] | None = None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    given, findings = _call().parse_args(words), Findings()
    try:
        with findings.going_on():
            _check_all(given, _asked(given), findings)
    except WrongCall as error:
        return _not_judged(str(error))
    except OSError as error:
        why = error.strerror or error
        return _not_judged(f"{error.filename or given.evidence} cannot be read: {why}")
    except Exception as error:  # noqa: BLE001 - whatever hostile bytes do, they are refused in words
        findings.add("altered", f"this is no evidence of an audit log ({type(error).__name__})")
    try:
        _show(findings, as_json=given.json)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if findings.faults else 0


def _not_judged(why: str) -> int:
    print(printable(f"nothing was judged: {why}"), file=sys.stderr)  # noqa: T201 - a program
    return 2


def _call() -> argparse.ArgumentParser:
    call = argparse.ArgumentParser(usage=(__doc__ or "").partition("\n\n")[2].rstrip())
    call.add_argument("evidence", type=Path)
    for name in ("--log", "--most-mib"):
        call.add_argument(name, type=int if name == "--most-mib" else str)
    for name in ("--export", "--anchors", "--tsa-cert"):
        call.add_argument(name, type=Path)
    call.add_argument("--witness-key", action="append", default=[])
    call.add_argument("--open", nargs=3)
    call.add_argument("--records", action="store_true")
    call.add_argument("--json", action="store_true")
    return call


def _asked(given: argparse.Namespace) -> Asked:
    if given.log is not None:
        _hexadecimal(given.log, "--log")
    certificates = []
    if given.tsa_cert:
        certificates = read_certificates(given.tsa_cert.read_bytes(), str(given.tsa_cert))
    return Asked(
        Trusted(frozenset(given.witness_key), certificates),
        given.log, given.anchors, given.export, _opening(given.open),
        (given.most_mib or 4096) * MIB, given.records,
    )  # fmt: skip


def _opening(words: list[str] | None) -> Opening | None:
    if words is None:
        return None
    configuration, _, number = words[0].rpartition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < MOST_DIGITS):
        raise WrongCall("--open begins with the number of a hidden part, or with DIGEST:NUMBER")
    secret = getpass.getpass("what is hidden: ") if words[2] == "-" else words[2]
    return Opening(configuration, int(number), _hexadecimal(words[1], "SALT of --open"), secret)


def _hexadecimal(given: str, name: str) -> bytes:
    try:
        return bytes_of(given, 32, name)
    except Refused as error:
        raise WrongCall(str(error)) from None


def _check_all(given: argparse.Namespace, asked: Asked, findings: Findings) -> None:
    with given.evidence.open("rb") as file:
        is_pack = file.read(2) == b"PK" or given.evidence.suffix == ".zip"
        if not is_pack:
            file.seek(0)
            content = file.read(MOST_DOCUMENT + 1)
            need(len(content) <= MOST_DOCUMENT, f"{given.evidence} is too large")
            _check_document(content, asked, findings)
            return
        pack = open_pack(file, asked, findings)
        with findings.going_on():
            check_pack(pack, asked, findings)
        if pack.chain:
            _compare(pack.chain, pack.leaves, asked, findings)
        for line in summary_of(pack, asked.log):
            findings.say(line)


def _check_document(content: bytes, asked: Asked, findings: Findings) -> None:
    """What `trimtab audit prove` or `trimtab audit consistency` wrote."""
    told = read_object(content, "the document")
    chain = open_chain(told, asked.log)
    findings.say(f"log {chain.log}, {counted(len(chain.keys), 'key')} in a chain")
    if asked.log is None:
        findings.say("compare the log's name with the one that you got on another way: --log")
    read_heads(told, chain, findings)
    for head in chain.heads.values():
        line = f"head of {head.size} records, sealed {head.sealed_at}, root {head.root.hex()}"
        findings.say(line)
    leaves = dict[int, bytes]()
    for one in sound_records(told.objects("records"), chain, findings):
        leaves[one.position] = one.leaf
        findings.say(line_of(one, {}))
    for old, new in check_consistency(told, chain, findings):
        findings.say(f"the log of {new} records continues the one of {old}")
    for line in check_anchors(told, chain, asked.trusted, findings):
        findings.say(line)
    _compare(chain, leaves, asked, findings)


def _compare(chain: Chain, leaves: dict[int, bytes], asked: Asked, findings: Findings) -> None:
    """With what was laid down outside, and with all records."""
    if asked.anchors:
        exported = asked.export is not None
        findings.say(check_laid_down(asked.anchors, chain, findings, exported=exported))
    if asked.export:
        with findings.going_on():
            findings.say(check_export(asked.export, chain, leaves))


def _show(findings: Findings, *, as_json: bool) -> None:
    """Lines for a person, or JSON for a program; the last line is the outcome."""
    if as_json:
        told = {
            "format": "trimtab-verification/1", "verified": not findings.faults,
            "faults": [{"kind": one.kind, "what": one.what} for one in findings.faults],
            "more_faults": findings.more, "lines": findings.lines,
        }  # fmt: skip
        print(json.dumps(told))  # noqa: T201 - a program
        return
    lines = list(findings.lines)
    for one in findings.faults[:SHOWN_FAULTS]:
        name = one.kind.replace("_", " ")
        lines.append(f"REFUSED: {name}: {one.what}")
    kinds = dict.fromkeys(one.kind for one in findings.faults)
    lines += [f"{kind.replace('_', ' ')}: {MEANINGS[kind]}" for kind in kinds]
    more = len(findings.faults[SHOWN_FAULTS:]) + findings.more
    lines += [f"and {more} more faults"] if more else []
    print("\n".join(map(printable, lines)))  # noqa: T201 - a program
    print("REFUSED" if findings.faults else "VERIFIED")  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
