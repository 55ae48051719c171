"""A sealed log to tamper with, and what the hands on it need: rows, hashes, a stolen key."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import text

from core.audit import Subject
from core.context import Action, Context
from core.evidence.documents import head_line
from core.evidence.keys import chain, key_file, read_signer
from core.evidence.models import Head
from core.evidence.nodes import STEP
from core.evidence.sealing import seal
from core.evidence.signatures import statement_of_head
from core.evidence.tree import Frontier, leaf_hash

TABLES = (
    "audit_record", "audit_leaf", "audit_node", "audit_head", "audit_key", "audit_anchor",
)  # fmt: skip


@dataclass
class Log:
    """The log; `sizes` are those of its heads, `anchors` a file with one of them in three."""

    ctx: Context
    draw: Random
    anchors: Path
    sizes: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.sizes[-1]

    def sql(self, statement, **values):
        return self.ctx.session.execute(text(statement), values)

    def place(self, *, at_least=0):
        return self.draw.randrange(at_least, self.size)

    def record_at(self, position):
        return self.sql(
            "SELECT record.* FROM audit_record record JOIN audit_leaf leaf"
            " ON leaf.audit_record_id = record.id WHERE leaf.position = :position",
            position=position,
        ).one()

    def head_of(self, position):
        """The size of the head that first covers this place."""
        return next(size for size in self.sizes if size > position)


def build(ctx, draw, anchors, *, batches):
    """A log with so many heads, the last one laid down outside, and a kept subtree at least."""
    log = Log(ctx, draw, anchors)
    while len(log.sizes) < batches or log.size < 1 << STEP:
        batch, many = len(log.sizes), draw.randint(1, 90)
        ctx.record_all(done(draw, batch, number) for number in range(many))
        log.sizes.append(seal(ctx).size)
    name = chain(ctx.session)[0].id
    heads = [ctx.session.get(Head, size) for size in log.sizes]
    laid = [*heads[1::3], heads[-1]]
    anchors.write_text("".join(head_line(head, log=name) + "\n" for head in laid))
    for table in TABLES:
        log.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return log


def done(draw, batch, number):
    subject = Subject(type="device", id=str(draw.randint(1, 9)), label=f"edge {batch}")
    facts = {"number": number, "share": draw.random(), "names": ["a", "ä", '"'], "sure": True}
    return Action(action=draw.choice(["test.approved", "test.seen"]), subject=subject,
                  facts=facts)  # fmt: skip


def rewritten(log, position):
    """Another record in the place of this one: bytes, digest and column; its new leaf hash."""
    row = log.record_at(position)
    told = json.loads(row.canonical)
    told["actor"]["identity"] = "00" * 32
    canonical = json.dumps(
        told, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()  # fmt: skip
    log.sql(
        "UPDATE audit_record SET canonical = :canonical, digest = :digest,"
        " actor_identity = decode(repeat('00', 32), 'hex') WHERE id = :id",
        canonical=canonical, digest=leaf_hash(canonical), id=row.id,
    )  # fmt: skip
    return leaf_hash(canonical)


def sign_anew(log):
    """Every kept subtree and every head over the leaves as they are now, by the file's key."""
    signer, name = read_signer(key_file(log.ctx.settings)), chain(log.ctx.session)[0].id
    tree, roots = Frontier(), {}
    for row in log.sql("SELECT hash FROM audit_leaf ORDER BY position").all():
        made = tree.append(bytes(row.hash))
        roots[tree.size] = tree.root
        if len(made) > STEP:
            log.sql('UPDATE audit_node SET hash = :hash WHERE level = 8 AND "index" = :index',
                    hash=made[STEP], index=(tree.size >> STEP) - 1)  # fmt: skip
    for row in log.sql("SELECT * FROM audit_head ORDER BY size").all():
        head = Head(**{**row._mapping, "root": roots[row.size]})
        told = statement_of_head(head, log=name).canonical
        log.sql("UPDATE audit_head SET root = :root, signature = :signature WHERE size = :size",
                root=head.root, signature=signer.sign(told), size=row.size)  # fmt: skip
