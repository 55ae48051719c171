"""Intended texts beside the present baselines, and their approval. Nothing is approved unseen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from core.context import Context
from core.errors import Conflict, NotFound, TrimtabError
from drift import baselines
from drift.baselines import Terms
from drift.engine import Assessment
from drift.intent import sections
from drift.intent.cohorts import Cohort, turns
from drift.intent.sources import answer
from drift.intent.written import as_kept
from drift.models import Baseline
from inventory import snapshots
from inventory.models import Device

AT_ONCE = (Cohort(size="rest"),)


class NoIntent(NotFound):
    """No source says what a device is intended to be."""

    code: ClassVar[str] = "no_intent"


class StaleProposal(Conflict):
    """The intended text is another one than that which was shown."""

    code: ClassVar[str] = "stale_proposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a source intends for a device, as it would be kept, and how the baseline differs.

    `judged` takes the newest approved text as running: extra lines would go, missing ones come.
    Without a baseline it is None. `news` says whether an approval would make a new version.
    `digest` names exactly this text with these sections.
    """

    device_id: int
    hostname: str
    source: str
    provenance: str
    text: str = field(repr=False)
    sections: tuple[str, ...]
    digest: str
    version: int | None
    judged: Assessment | None
    news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A device for which nothing could be proposed, and why."""

    device_id: int
    hostname: str
    error: TrimtabError


def propose(ctx: Context, device_id: int) -> Proposal:
    """Ask the sources for a device's intended text and compare. Needs `snapshot.read`.

    Raises NoIntent where no source speaks of the device, or what the source raises.
    """
    device = ctx.get(Device, device_id)
    ctx.require("snapshot.read", device)
    found = answer(ctx, device)
    if found is None:
        raise NoIntent(
            f"No source intends anything for {device.hostname}. Give the folder of the setting "
            f"intent_folder a template {device.hostname}.j2 or {device.platform}.j2."
        )
    text = as_kept(ctx, device, found.intended.text)
    managed = sections.checked(found.intended.sections)
    newest = baselines.newest(ctx, device_id)
    present = snapshots.text_of(ctx, newest.digest) if newest else None
    return Proposal(
        device_id=device_id, hostname=device.hostname, source=found.source,
        provenance=f"{found.source}: {found.intended.provenance}", text=text, sections=managed,
        digest=_digest(text, managed), version=newest.version if newest else None,
        judged=None if present is None else sections.assess(
            present, text, platform=device.platform, sections=managed
        ),
        news=newest is None or (present, tuple(newest.sections)) != (text, managed),
    )  # fmt: skip


def propose_all(ctx: Context, device_ids: Sequence[int]) -> tuple[Proposal | Failed, ...]:
    """As `propose` for many devices; one that fails is a value and stops none of the others."""
    found: list[Proposal | Failed] = []
    for device_id in device_ids:
        try:
            found.append(propose(ctx, device_id))
        except TrimtabError as error:
            hostname = ctx.get(Device, device_id).hostname
            found.append(Failed(device_id=device_id, hostname=hostname, error=error))
    return tuple(found)


def approve(
    ctx: Context, proposals: Sequence[Proposal], *, reason: str,
    cohorts: Sequence[Cohort] = AT_ONCE, grace: timedelta = timedelta(0),
) -> tuple[Baseline, ...]:  # fmt: skip
    """Make exactly the proposed texts the baselines, cohort by cohort; all of them or none.

    Needs `baseline.approve` on each device. A text that is the baseline already stays it. Raises
    InvalidInput without a reason, CohortsWrong where the cohorts do not cover the devices.
    """
    when = turns([one.device_id for one in proposals], cohorts)
    return tuple(
        baselines.set_intended(
            ctx, one.device_id, one.text, reason=reason, source=one.source,
            terms=Terms(
                grace=grace, sections=one.sections, provenance=one.provenance,
                valid_from=when[one.device_id].valid_from,
                cohort=when[one.device_id].cohort if len(cohorts) > 1 else None,
            ),
        )
        for one in proposals
    )  # fmt: skip


def approve_shown(
    ctx: Context, device_id: int, *, digest: str, reason: str,
    cohort: Cohort = AT_ONCE[0], grace: timedelta = timedelta(0),
) -> Baseline:  # fmt: skip
    """Approve the proposal that was shown under this digest, or raise StaleProposal."""
    ctx.require("baseline.approve", ctx.get(Device, device_id))
    shown = propose(ctx, device_id)
    if shown.digest != digest:
        raise StaleProposal(
            f"The intended text of {shown.hostname} is another one than you were shown. Look at "
            "it again and approve its digest."
        )
    return approve(ctx, [shown], reason=reason, cohorts=[cohort], grace=grace)[0]


def _digest(text: str, managed: Sequence[str]) -> str:
    """SHA-256 (hex) over the text and what is managed of it."""
    return hashlib.sha256("\x00".join([text, *managed]).encode()).hexdigest()
