"""What masks would have hidden in the past: between kept versions, and in findings. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from sqlalchemy import select

from core.audit import AuditRecord, Fact
from core.context import Context
from drift.findings import differences_of
from drift.models import Finding
from drift.noise.masks import Mask, masked
from drift.noise.reach import below, parents
from drift.recording import KIND
from inventory import snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot

SNAPSHOTS = 400  # versions that are looked at, the newest ones
FINDINGS = 500  # findings that are looked at, the newest ones
EXPLAINED = frozenset({"authorised", "not_applied", "reverted"})
"""Verdicts that say a change was about exactly this."""


class Corrected(Protocol):
    """Those of these findings that an approved change is about; changes know it."""

    def __call__(self, ctx: Context, finding_ids: Collection[int], /) -> frozenset[int]: ...


def by_nobody(_ctx: Context, _finding_ids: Collection[int]) -> frozenset[int]:
    """The answer of an installation that knows no changes."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Versions that followed one another (older, newer), and findings, of devices of a platform."""

    platform: str
    devices: int
    versions: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a mask would have done.

    In `hidden` of so many pairs of `versions` it hides a line, and in `settled` of them nothing
    else differed. `acted_upon` are findings with such a line that persons acted upon.
    """

    devices: int
    versions: int
    hidden: int
    settled: int
    findings: int
    findings_with_it: int
    acted_upon: tuple[int, ...]

    @property
    def told(self) -> dict[str, Fact]:
        return {
            "devices": self.devices, "versions": self.versions, "hidden": self.hidden,
            "settled": self.settled, "findings": self.findings,
            "findings_with_it": self.findings_with_it, "acted_upon": list(self.acted_upon),
        }  # fmt: skip


def history(ctx: Context, *, platform: str, unit_id: int) -> History:
    """The newest versions and findings of the platform's devices in the unit and those below."""
    reached = below(unit_id, parents(ctx))
    of_platform = (Device.platform == platform, Device.owned_by(reached))
    rows = ctx.session.execute(
        select(Snapshot.device_id, Snapshot.digest)
        .join(Snapshot.device)
        .join(Device.site)
        .where(*of_platform, Snapshot.source == "running", Snapshot.trusted)
        .order_by(Snapshot.id.desc())
        .limit(SNAPSHOTS)
    )
    kept = dict[int, list[bytes]]()
    for row in rows:
        kept.setdefault(row.device_id, []).append(row.digest)
    findings = ctx.session.scalars(
        select(Finding)
        .join(Finding.device)
        .join(Device.site)
        .where(*of_platform, Finding.kind == KIND)
        .order_by(Finding.id.desc())
        .limit(FINDINGS)
    )
    return History(
        platform=platform, devices=len(kept), findings=tuple(findings),
        versions=_followed(ctx, list(kept.values())),
    )  # fmt: skip


def back_test(ctx: Context, mask: Mask, past: History, *, corrected: Corrected) -> Figures:
    """What the mask would have hidden of this history."""
    shown = [
        (newer, older, masked(newer, older, (mask,), platform=past.platform))
        for older, newer in past.versions
    ]
    holding = [one for one in past.findings if mask.hides(differences_of(one))]
    return Figures(
        devices=past.devices, versions=len(shown), findings=len(past.findings),
        hidden=sum(newer != left for newer, _, left in shown),
        settled=sum(left == older for _, older, left in shown),
        findings_with_it=len(holding),
        acted_upon=tuple(sorted(_acted_upon(ctx, holding, corrected))),
    )  # fmt: skip


def _followed(ctx: Context, kept: Sequence[Sequence[bytes]]) -> tuple[tuple[str, str], ...]:
    """Texts that followed one another, from each device's digests, the newest first."""
    texts = {
        digest: snapshots.text_of(ctx, digest)
        for digest in {digest for digests in kept for digest in digests}
    }
    return tuple(
        (texts[older], texts[newer]) for digests in kept for newer, older in pairwise(digests)
    )


def _acted_upon(ctx: Context, holding: Sequence[Finding], corrected: Corrected) -> frozenset[int]:
    """Findings that were accepted as baseline, or that an approved change is about."""
    ids = [one.id for one in holding]
    accepted = ctx.session.scalars(
        select(AuditRecord.subject_id).where(
            AuditRecord.subject_type == "finding", AuditRecord.action == "finding.accepted",
            AuditRecord.subject_id.in_(map(str, ids)),
        )
    )  # fmt: skip
    explained = {one.id for one in holding if one.verdict in EXPLAINED}
    return frozenset(map(int, accepted)) | explained | corrected(ctx, ids)
