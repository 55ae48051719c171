"""Receipts of anchors: what a witness or a time stamp authority signed about a head."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509

from core.evidence.standalone.reading import Told, read_json
from core.evidence.standalone.signing import WRONG, Chain, Head, is_signed, statement
from core.evidence.standalone.telling import Refused, need
from core.evidence.standalone.timestamps import check_stamp

WITNESS = ("size", "root", "witness", "key", "witnessed_at")


@dataclass
class Trusted:
    """Whom the person who checks trusts by themselves, and which of them were met."""

    witness_keys: frozenset[str] = frozenset()
    certificates: list[x509.Certificate] = field(default_factory=list)
    witnesses: int = 0
    stamps: int = 0

    def check_met(self) -> None:
        """Whoever is named has to have signed something."""
        need(not self.witness_keys or self.witnesses > 0,
             "no countersignature by a key of --witness-key is there", "missing")  # fmt: skip
        need(not self.certificates or self.stamps > 0,
             "no time stamp for --tsa-cert is there", "missing")  # fmt: skip


def check_receipt(told: Told, head: Head, chain: Chain, trusted: Trusted) -> str:
    """Check what was signed about the head, and say it; a receipt without a signature says so."""
    receipt, target = told.text("receipt"), told.text("target")
    try:
        members = read_json(receipt.encode(), f"the receipt of {target}")
    except Refused:
        members = None
    what = members.get("what") if isinstance(members, dict) else None
    if isinstance(members, dict) and what == "trimtab witness":
        return _witness(Told(f"the receipt of {target}", members), head, chain, trusted)
    if isinstance(members, dict) and what == "rfc3161":
        return _stamp(Told(f"the receipt of {target}", members), head, trusted)
    need(not target.startswith(("witness:", "rfc3161:", "tsa:")),
         f"the receipt of {target} is not one of its kind")  # fmt: skip
    return f"{target}, at {told.text('anchored_at')}: look there, or compare with --anchors"


def _witness(told: Told, head: Head, chain: Chain, trusted: Trusted) -> str:
    public, key = told.raw("public_key"), told.text("key")
    need(sha256(public).hexdigest() == key,
         f"the witness's key {key} is not the hash of its bytes", WRONG)  # fmt: skip
    signed = statement("trimtab witness", told.text("log"), told, WITNESS)
    need(is_signed(signed, told.raw("signature", 64), public),
         f"the countersignature of the head of {head.size} records is wrong", WRONG)  # fmt: skip
    same = (told.text("log"), told.number("size")) == (chain.log, head.size)
    need(same, f"the countersignature is of another head than that of {head.size} records")
    need(told.raw("root") == head.root,
         f"the witness countersigned another head of {head.size} records: a fork",
         "forked")  # fmt: skip
    known = key in trusted.witness_keys
    need(known or not trusted.witness_keys,
         f"countersigned by the key {key}, which is not of --witness-key", WRONG)  # fmt: skip
    trusted.witnesses += 1
    sure = "as --witness-key says" if known else "compare the key, or pass --witness-key"
    return f"countersigned by a witness at {told.text('witnessed_at')}, key {key} ({sure})"


def _stamp(told: Told, head: Head, trusted: Trusted) -> str:
    try:
        token = base64.b64decode(told.text("token"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"the token in {told.where} is no base64") from None
    stamp = check_stamp(token, head.statement, trusted.certificates)
    trusted.stamps += 1
    sure = "as --tsa-cert says" if stamp.trusted else "pass --tsa-cert to check who that is"
    return f"time stamp of {stamp.authority!r} at {stamp.at} ({sure})"
