"""Files of a pack beside its records, each bound by a record. Reads only."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice

import rfc8785
from sqlalchemy import select

from changes.models import ChangeRequest
from changes.packs import selecting
from changes.packs.spool import Spool
from core.audit import AuditRecord
from core.context import Context
from inventory import snapshots
from inventory.commitments import redactions_of
from inventory.hidden_parts import Redaction
from inventory.snapshot_models import Content

AT_A_TIME = 200


def add_plans(ctx: Context, spool: Spool, changes: Sequence[int]) -> list[str]:
    """The plans as they were signed: the SHA-256 of a file is its name.

    Returns the digests that the changes name and whose plan is not there.
    """
    kept, missing = set[str](), list[str]()
    columns = select(ChangeRequest.digest, ChangeRequest.plan)
    for one in sorted(changes):
        digest, plan = ctx.session.execute(columns.where(ChangeRequest.id == one)).one()
        canonical = rfc8785.dumps(plan)
        if sha256(canonical).hexdigest() != digest:
            missing.append(digest)
        elif digest not in kept:
            kept.add(digest)
            spool.add(f"plans/{digest}.json", canonical)
    return sorted(missing)


def add_texts(
    ctx: Context, spool: Spool, digests: Collection[bytes], records: Collection[int]
) -> tuple[list[str], list[str]]:
    """The configurations that records of the pack tell of, redacted, each with its leaves.

    Returns the digests of those that are not kept any more, and of those whose leaves are not.
    """
    told = collected(ctx, records)
    missing, unopened = set(digests & told.keys()), list[str]()
    for some in texts(ctx, missing.copy()):
        kept = redactions_of(ctx, some)
        for digest, text in some.items():
            name = f"configurations/{digest.hex()}"
            spool.add(f"{name}.txt", text.encode())
            missing.discard(digest)
            leaves = {one.commitment.hex(): one for one in kept.get(digest, ())}
            redaction = next((leaves[one] for one in told[digest] if one in leaves), None)
            if redaction is not None:
                spool.add(f"{name}.redaction.json", _leaves(redaction))
            elif told[digest]:
                unopened.append(digest.hex())
    return sorted(one.hex() for one in missing), sorted(unopened)


def _leaves(redaction: Redaction) -> bytes:
    """What proves that only secrets are hidden, as packs have it."""
    secrets = [one.hex() for one in redaction.secrets]
    return rfc8785.dumps({"commitment": redaction.commitment.hex(), "secrets": secrets})


def collected(ctx: Context, records: Collection[int]) -> Mapping[bytes, Sequence[str]]:
    """By digest of a configuration the commitments that these records tell, in their order."""
    digest = AuditRecord.facts["digest"].as_string()
    commitment = AuditRecord.facts["redaction"].as_string()
    query = (
        select(digest, commitment)
        .where(selecting.numbered(records), AuditRecord.action == "device.collected")
        .where(digest.is_not(None))
        .order_by(AuditRecord.id)
    )
    found: dict[bytes, list[str]] = {}
    for told, redaction in ctx.session.execute(query):
        known = found.setdefault(bytes.fromhex(told), [])
        if redaction is not None and redaction not in known:
            known.append(redaction)
    return found


def texts(ctx: Context, digests: Collection[bytes]) -> Iterator[Mapping[bytes, str]]:
    """Those of the configurations that are kept, in the order of their digests, some at a time."""
    wanted = iter(sorted(digests))
    while some := list(islice(wanted, AT_A_TIME)):
        kept = snapshots.packed(ctx, _kept(ctx, some))
        yield {digest: kept[digest].text() for digest in sorted(kept)}


def _kept(ctx: Context, digests: Sequence[bytes]) -> Sequence[bytes]:
    query = select(Content.digest).where(
        Content.digest.in_(digests), Content.keyframe_id.is_not(None)
    )
    return ctx.session.scalars(query).all()
