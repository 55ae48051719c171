"""How devices stand: what each was last judged from, and what it broke. Judges nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, LargeBinary, and_, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSON, insert

from core.audit import Fact
from core.context import Context
from drift import standing_history
from drift.bulk import Task
from drift.models import Baseline, Judged
from drift.noise.masks import Mask
from drift.noise.reach import active
from drift.rules import Rule, Target
from inventory.models import Device, Site
from inventory.snapshot_models import Snapshot
from inventory.store.frames import Packed

ENGINE = b"5"  # changes when the same texts are judged otherwise
SETTLED = frozenset({"in_sync", "no_baseline"})
"""Outcomes that stand as long as their inputs do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a judgement of one device rests on, and what the last one came to."""

    device_id: int
    hostname: str
    target: Target
    snapshot_id: int
    snapshot: bytes
    baseline_id: int | None
    baseline: bytes | None
    sections: tuple[str, ...]
    masks: tuple[Mask, ...]
    known: bytes | None
    outcome: str | None

    @property
    def compared(self) -> bool:
        """Whether there is a baseline that may say something else than the snapshot."""
        return self.baseline is not None and self.baseline != self.snapshot

    @property
    def texts(self) -> frozenset[bytes]:
        """The digests of the texts that a judgement reads."""
        wanted = {self.snapshot, self.baseline if self.compared else None}
        return frozenset(one for one in wanted if one is not None)

    def task(self, texts: Mapping[bytes, Packed]) -> Task:
        """What there is to judge, given the texts as they are stored."""
        intended = texts[self.baseline] if self.compared and self.baseline else None
        return Task(
            device_id=self.device_id, target=self.target, running=texts[self.snapshot],
            intended=intended, sections=self.sections, masks=self.masks,
        )  # fmt: skip

    def digest(self, rules: bytes) -> bytes:
        """SHA-256 over the digests of all inputs."""
        managed = "\n".join(self.sections).encode()
        noise = "\n".join(map(repr, self.masks)).encode()
        parts = (ENGINE, self.snapshot, self.baseline or b"-", managed, noise, rules)
        return hashlib.sha256(b"\x00".join(parts)).digest()

    def stale(self, rules: bytes) -> bool:
        """Whether the last judgement does not hold any more."""
        return self.outcome not in SETTLED or self.known != self.digest(rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a judgement came to; `broken` are the details of broken rules by their id.

    `asked` is the hash of the rules, `digest` that of all inputs.
    """

    inputs: Inputs
    outcome: str
    rules: tuple[str, ...]
    broken: Mapping[str, str]
    asked: bytes
    digest: bytes

    @classmethod
    def of(
        cls, one: Inputs, outcome: str, broken: Mapping[str, str], rules: Sequence[Rule]
    ) -> "Outcome":
        """The outcome with the ids and the hash of the rules that were asked."""
        asked = tuple(rule for rule in rules if one.target.fits(rule))
        hashed = rules_hash(asked)
        return cls(
            inputs=one, outcome=outcome, broken=broken, rules=tuple(rule.id for rule in asked),
            asked=hashed, digest=one.digest(hashed),
        )  # fmt: skip


def rules_hash(asked: Sequence[Rule]) -> bytes:
    """SHA-256 over the rules that speak of a device."""
    return hashlib.sha256("\n".join(map(repr, asked)).encode()).digest()


def inputs(ctx: Context, device_ids: Sequence[int]) -> list[Inputs]:
    """Of those of these devices that have a trusted snapshot and lie in the jurisdictions."""
    latest = (
        select(Snapshot.id)
        .where(
            Snapshot.device_id == Device.id, Snapshot.source == "running", Snapshot.trusted,
        )
        .order_by(Snapshot.id.desc())
        .limit(1)
        .correlate(Device)
        .scalar_subquery()
    )  # fmt: skip
    rows = (
        select(
            Device.id, Device.hostname, Device.platform, Device.role, Device.options, Site.code,
            Snapshot.id.label("snapshot_id"), Snapshot.digest, Baseline.id.label("baseline_id"),
            Baseline.digest.label("baseline"), Baseline.sections, Judged.inputs, Judged.outcome,
            func.coalesce(Device.unit_id, Site.unit_id).label("unit_id"),
        )
        .join(Site, Site.id == Device.site_id)
        .join(Snapshot, Snapshot.id == latest)
        .outerjoin(
            Baseline, and_(Baseline.device_id == Device.id, Baseline.holds_at(ctx.now()))
        )
        .outerjoin(Judged, Judged.device_id == Device.id)
        .where(Device.id.in_(device_ids), Device.owned_by(ctx.units("drift.scan")))
        .order_by(Device.id)
    )  # fmt: skip
    noise = active(ctx)
    return [
        Inputs(
            device_id=row.id, hostname=row.hostname, snapshot_id=row.snapshot_id,
            target=Target(
                platform=row.platform, role=row.role, site=row.code, tags=_tags(row.options)
            ),
            snapshot=row.digest, baseline_id=row.baseline_id, baseline=row.baseline,
            sections=tuple(row.sections or ()), known=row.inputs, outcome=row.outcome,
            masks=noise.of(row.platform, row.unit_id),
        )
        for row in ctx.session.execute(rows)
    ]  # fmt: skip


def _tags(options: Mapping[str, Fact]) -> frozenset[str]:
    """The words of a device's option `tags`."""
    tags = options.get("tags")
    return frozenset(map(str, tags)) if isinstance(tags, list) else frozenset()


def note(ctx: Context, outcomes: Sequence[Outcome]) -> None:
    """Keep what the judgements came to, now and over time; the caller records them."""
    if not outcomes:
        return
    sets = standing_history.name_rules(ctx, {(one.asked, one.rules) for one in outcomes})
    told = _rows([_row(one, sets[one.asked, one.rules], ctx.now()) for one in outcomes])
    names = Judged.__table__.columns.keys()
    row = insert(Judged).from_select(names, select(*(told.c[name] for name in names)))
    values = {name: row.excluded[name] for name in names if name != "device_id"}
    kept = row.on_conflict_do_update(index_elements=["device_id"], set_=values).cte("kept")
    ctx.session.execute(standing_history.changed(told).add_cte(kept))


def _rows(of: list[Fact]) -> CTE:
    """Rows of `judged` as one value: a quarter of what a value for each field of each costs."""
    fields = (column(one.name, one.type) for one in Judged.__table__.columns)
    told = func.json_to_recordset(bindparam("rows", of, type_=JSON))
    rows = told.table_valued(*fields, column("rule_set", LargeBinary), name="rows")
    return select(rows.render_derived(with_types=True)).cte("told")


def _row(of: Outcome, rule_set: bytes, now: datetime) -> Fact:
    """The row of `judged` as JSON, with the name of the rules."""
    return {
        "device_id": of.inputs.device_id,
        "snapshot_id": of.inputs.snapshot_id,
        "baseline_id": of.inputs.baseline_id,
        "inputs": f"\\x{of.digest.hex()}",
        "outcome": of.outcome,
        "rules": of.rules,
        "failed": dict(of.broken),
        "judged_at": now.isoformat(),
        "rule_set": f"\\x{rule_set.hex()}",
    }
