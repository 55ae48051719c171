"""Check evidence of a Trimtab audit log, offline. Needs Python 3.9 and `cryptography`, no Trimtab.

    python3 verify_evidence.py EVIDENCE.json [--log NAME] [--export RECORDS] [--anchors FILE]

EVIDENCE.json  what `trimtab audit prove` or `trimtab audit consistency` wrote
--log NAME     the log's name (64 hexadecimal digits) as you got it on another way
--export FILE  all records, one a line, of `trimtab audit export`: every root is computed anew
--anchors FILE heads that were laid down outside, one a line: each of them has to fit

Exit 0: everything fits; 1: something does not, and the line says what; 2: wrong call.
The log is a Merkle tree of RFC 6962 with SHA-256, its heads signed with Ed25519 (RFC 8032).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD = ("log", "size", "previous", "root", "sealed_at", "key")
KEY = ("key", "public_key", "number", "from_size", "made_at", "previous")


Told = dict[str, Any]
"""What JSON says; every use of it is checked, and whatever does not fit is refused."""


class Refused(Exception):
    """Something does not fit."""


def main(words: list[str] | None = None) -> int:
    call = argparse.ArgumentParser(usage=(__doc__ or "").partition("\n\n")[2].partition("\n\n")[0])
    call.add_argument("evidence", type=Path)
    call.add_argument("--log")
    call.add_argument("--export", type=Path)
    call.add_argument("--anchors", type=Path)
    given = call.parse_args(words)
    try:
        for line in checked(given):
            say(line)
    except Refused as error:
        say(f"REFUSED: {error}")
        return 1
    except OSError as error:
        say(f"REFUSED: {error.filename} cannot be read: {error.strerror}")
        return 1
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        say(f"REFUSED: this is no evidence of an audit log ({type(error).__name__}: {error})")
        return 1
    say("VERIFIED")
    return 0


def checked(given: argparse.Namespace) -> Iterator[str]:
    """Lines about what fits, or Refused."""
    told = json.loads(given.evidence.read_text(encoding="utf-8"))
    need(told["format"] == "trimtab-evidence/1", f"format {told['format']!r} is not known here")
    log, keys = told["log"], told["keys"]
    check_keys(log, keys)
    need(given.log in (None, log), f"the log is {log}, not {given.log}")
    yield f"log {log}, {len(keys)} keys in a chain"
    if given.log is None:
        yield "compare the log's name with the one that you got on another way, or pass --log"
    roots: dict[int, str] = {}
    for head in told["heads"]:
        check_head(head, log, keys)
        need(roots.setdefault(head["size"], head["root"]) == head["root"],
             f"two heads of {head['size']} records contradict each other")  # fmt: skip
        yield f"head of {head['size']} records, sealed {head['sealed_at']}, root {head['root']}"
    for one in told["records"]:
        yield check_record(one, roots)
    for one in told["consistency"]:
        yield check_consistency(one, roots)
    if given.anchors:
        yield add_anchors(given.anchors, roots, log, keys, exported=bool(given.export))
    if given.export:
        yield check_export(given.export, roots, told["records"])


def check_keys(log: str, keys: list[Told]) -> None:
    """Each key is signed by itself and by the one before it; the first one names the log."""
    need(bool(keys) and keys[0]["key"] == log, "the first key does not name the log")
    before = None
    for number, key in enumerate(keys, start=1):
        name, public = key["key"], bytes.fromhex(key["public_key"])
        need(sha256(public).hexdigest() == name, f"key {name} is not the hash of its bytes")
        need(key["number"] == number, f"key {name} is not number {number}")
        told = statement("trimtab log key", log, key, KEY)
        need(is_signed(told, key["signature"], public), f"key {name} did not sign itself")
        if before:
            need(key["previous"] == before["key"], f"key {name} does not follow the one before")
            need(key["from_size"] >= before["from_size"], f"key {name} is older than its elder")
            elder = bytes.fromhex(before["public_key"])
            need(is_signed(told, key["previous_signature"], elder),
                 f"key {name} was not signed by the key before it")  # fmt: skip
        before = key


def check_head(head: Told, log: str, keys: list[Told]) -> None:
    """The key in force signed the head."""
    size = whole(head["size"])
    need(head["log"] == log, f"the head of {size} records is of another log")
    force = [key for key in keys if key["from_size"] < size]
    need(bool(force) and force[-1]["key"] == head["key"],
         f"the head of {size} records names a key that was not in force")  # fmt: skip
    told = statement("trimtab tree head", log, head, HEAD)
    need(is_signed(told, head["signature"], bytes.fromhex(force[-1]["public_key"])),
         f"the signature of the head of {size} records is wrong")  # fmt: skip


def check_record(one: Told, roots: dict[int, str]) -> str:
    """The record stands at its place in the tree of a signed head."""
    content, position, size = one["record"].encode(), whole(one["position"]), whole(one["size"])
    path = [bytes.fromhex(step) for step in one["path"]]
    root = root_of_path(sha256(b"\x00" + content).digest(), position, size, path)
    need(size in roots, f"there is no head of {size} records for record {position}")
    need(root is not None and root.hex() == roots[size],
         f"the record of position {position} is not in the tree of {size} records")  # fmt: skip
    told = json.loads(content)
    who = told["actor"]["name"]
    what = f"{told['action']} {told['subject']['type']} {told['subject']['label']}"
    return f"record {position}: {told['recorded_at']} {who} {what}"


def check_consistency(one: Told, roots: dict[int, str]) -> str:
    """The larger tree begins with the smaller one."""
    old, new = whole(one["from"]), whole(one["to"])
    need(old in roots and new in roots, f"heads of {old} or {new} records are not here")
    path = [bytes.fromhex(step) for step in one["path"]]
    found = roots_of_path(old, new, bytes.fromhex(roots[old]), path)
    need(found is not None and [root.hex() for root in found] == [roots[old], roots[new]],
         f"the log of {new} records does not continue the one of {old}")  # fmt: skip
    return f"the log of {new} records continues the one of {old}"


def add_anchors(
    file: Path, roots: dict[int, str], log: str, keys: list[Told], *, exported: bool
) -> str:
    """Each head that was laid down is signed, and contradicts none that is known."""
    compared = others = left = 0
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        head = json.loads(line)
        if head["log"] != log:
            others += 1
            continue
        try:
            check_head(head, log, keys)
        except Refused as error:
            raise Refused(f"{file}:{number}: {error}") from error
        known = head["size"] in roots
        need(roots.setdefault(head["size"], head["root"]) == head["root"],
             f"{file}:{number} contradicts the head of {head['size']} records: a fork")  # fmt: skip
        compared, left = compared + (known or exported), left + (not known and not exported)
    more = f"; {left} need --export to be compared" if left else ""
    return f"anchors: {compared} fit, {others} of other logs{more}"


def check_export(file: Path, roots: dict[int, str], records: list[Told]) -> str:
    """All records give every signed root, and those proven stand where they should."""
    wanted = {one["position"]: one["record"].encode() for one in records}
    peaks: list[bytes] = []
    size = fit = 0
    with file.open("rb") as lines:
        for line in lines:
            content = line.rstrip(b"\n")
            need(wanted.get(size, content) == content, f"line {size + 1} is another record")
            node, rest = sha256(b"\x00" + content).digest(), size
            while rest & 1:
                node, rest = sha256(b"\x01" + peaks.pop() + node).digest(), rest >> 1
            peaks.append(node)
            size += 1
            if size in roots:
                need(folded(peaks).hex() == roots[size],
                     f"the first {size} records exported are not those signed")  # fmt: skip
                fit += 1
    need(fit == len(roots), f"the export has {size} records; a signed head covers more")
    return f"export: {size} records, {fit} roots fit, {size - max(roots)} records after the last"


def folded(peaks: list[bytes]) -> bytes:
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = sha256(b"\x01" + peak + root).digest()
    return root


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return None
    node, last = index, size - 1
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            leaf = sha256(b"\x01" + step + leaf).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = sha256(b"\x01" + leaf + step).digest()
        node, last = node >> 1, last >> 1
    return leaf if last == 0 else None


def roots_of_path(old: int, new: int, root: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """RFC 9162, section 2.1.4.2."""
    if old == new:
        return None if path else (root, root)
    steps = [root, *path] if old & (old - 1) == 0 else path
    if not 0 < old < new or not steps:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first = sha256(b"\x01" + step + first).digest()
            second = sha256(b"\x01" + step + second).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = sha256(b"\x01" + second + step).digest()
        node, last = node >> 1, last >> 1
    return (first, second) if last == 0 else None


def statement(what: str, log: str, told: Told, members: tuple[str, ...]) -> bytes:
    """The bytes that were signed: JSON with sorted names, as RFC 8785 writes these values."""
    whole_one = {"format": 1, "what": what, **{name: told[name] for name in members}, "log": log}
    for value in whole_one.values():
        need(value is None or type(value) in (int, str), f"{value!r} cannot have been signed")
    return json.dumps(whole_one, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_signed(told: bytes, signature: str, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), told)
    except InvalidSignature:
        return False
    return True


def whole(value: object) -> int:
    """A number that counts something, and nothing that only looks like one."""
    if type(value) is not int or value < 0:
        raise Refused(f"{value!r} is no number of records")
    return value


def need(fits: bool, otherwise: str) -> None:  # noqa: FBT001 - it is what is asserted
    if not fits:
        raise Refused(otherwise)


def say(line: str) -> None:
    """A line without a control character of anybody's making."""
    print("".join(char if char.isprintable() else "?" for char in line))  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main())
