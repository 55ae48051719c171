"""The review list: adopt, ignore, merge or reconsider what was found. Contacts nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from core.context import Context
from core.errors import Conflict, InvalidInput, TrimtabError
from inventory import host_keys
from inventory.candidates.models import STATES, Candidate
from inventory.credentials import credential_by_name
from inventory.devices import add_device, by_hostname
from inventory.drivers.login import PublicKey
from inventory.models import Credential, Device, HostKey, Site

PROVEN = frozenset({"answer", "netmiko", "import"})
"""What a platform must be known by where no person looks: a banner is only a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A device that a candidate may be, and by what: serial, host key or hostname."""

    device_id: int
    hostname: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What a person says for an adoption; what is not said is taken from what is known."""

    site: str | None = None
    credential: str | None = None
    hostname: str | None = None
    platform: str | None = None


NOTHING_SAID = Adoption()


def listing(
    ctx: Context, *, state: str | None = "found", after: int | None = None, limit: int = 50
) -> list[Candidate]:
    """Candidates of the person's jurisdictions, the newest first."""
    if state is not None and state not in STATES:
        raise InvalidInput(f"{state!r} is no state: use {', '.join(STATES)}.", field="state")
    query = (
        select(Candidate)
        .where(Candidate.unit_id.in_(ctx.units("device.read")))
        .order_by(Candidate.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(Candidate.state == state)
    if after is not None:
        query = query.where(Candidate.id < after)
    return list(ctx.session.scalars(query))


def get(ctx: Context, candidate_id: int) -> Candidate:
    candidate = ctx.get(Candidate, candidate_id)
    ctx.require("device.read", candidate)
    return candidate


def alike(ctx: Context, candidates: Sequence[Candidate]) -> dict[int, tuple[Alike, ...]]:
    """By candidate's id, the devices one may see that it may be: proposed for merging."""
    serials = {one.serial for one in candidates if one.serial}
    keys = {one.host_key for one in candidates if one.host_key}
    names = {one.hostname.lower() for one in candidates if one.hostname}
    rows = ctx.session.execute(
        select(Device, HostKey.public_key)
        .join(Site, Site.id == Device.site_id)
        .outerjoin(HostKey, HostKey.device_id == Device.id)
        .where(
            Device.owned_by(ctx.units("device.read")),
            or_(Device.serial.in_(serials), HostKey.public_key.in_(keys),
                func.lower(Device.hostname).in_(names))
        )
        .order_by(Device.id)
    ).all()  # fmt: skip
    return {
        one.id: tuple(
            Alike(device_id=device.id, hostname=device.hostname, by=by)
            for device, key in rows
            if (by := _by(one, device, key)) and device.id != one.device_id
        )
        for one in candidates
    }


def _by(candidate: Candidate, device: Device, key: str | None) -> str:
    if candidate.serial and candidate.serial == device.serial:
        return "serial"
    if candidate.host_key and candidate.host_key == key:
        return "host key"
    return "hostname" if candidate.hostname.lower() == device.hostname.lower() else ""


def adopt(ctx: Context, candidate_id: int, said: Adoption = NOTHING_SAID) -> Device:
    """Make a device of a candidate; InvalidInput names what is still unknown.

    Its site and credential are those said, else those of its range, else those that an import
    proposed. The host key that was seen is pinned.
    """
    candidate = _open(ctx, candidate_id)
    hostname = said.hostname or candidate.hostname
    platform = said.platform or candidate.platform
    site, credential = _site(candidate, said), _credential(ctx, candidate, said)
    lacking = [
        name
        for name, value in (("hostname", hostname), ("address", candidate.address),
                            ("platform", platform), ("site", site), ("credential", credential))
        if not value
    ]  # fmt: skip
    if (
        candidate.address is None
        or platform is None
        or site is None
        or credential is None
        or lacking
    ):
        raise InvalidInput(
            f"{candidate.label} cannot be adopted yet: {', '.join(lacking)} must be known. Say it, "
            "or give its range a credential and search again."
            f"{candidate.problem and f' The last search: {candidate.problem}'}",
            field=lacking[0],
        )
    driver, options = candidate.proposal.get("driver"), candidate.proposal.get("options")
    device = add_device(
        ctx, hostname=hostname, site_code=site, platform=platform, address=candidate.address,
        port=candidate.port, credential=credential, role=str(candidate.proposal.get("role", "")),
        driver=str(driver) if driver else None,
        options=options if isinstance(options, Mapping) else None,
    )  # fmt: skip
    device.serial, device.model = candidate.serial, candidate.model
    device.os_version = candidate.os_version
    if candidate.host_key and candidate.key_algorithm:
        key = PublicKey(algorithm=candidate.key_algorithm, public_key=candidate.host_key)
        host_keys.pin(ctx, device, key)
    _decide(ctx, candidate, "adopted", device=device, reason="")
    return device


def adopt_complete(ctx: Context, candidates: Sequence[Candidate]) -> tuple[Device, ...]:
    """Adopt those that are wholly known, proven, and like no device; the others stay for review."""
    looked_alike = alike(ctx, candidates)
    adopted = []
    for one in candidates:
        if one.state != "found" or one.evidence not in PROVEN or looked_alike[one.id]:
            continue
        try:
            with ctx.session.begin_nested():
                adopted.append(adopt(ctx, one.id))
        except TrimtabError as error:
            one.problem = error.message
            ctx.record("candidate.not_adopted", one, problem=error.message)
    return tuple(adopted)


def ignore(ctx: Context, candidate_id: int, *, reason: str) -> Candidate:
    """No device of ours; found again, it stays ignored."""
    candidate = _open(ctx, candidate_id)
    return _decide(ctx, candidate, "ignored", device=None, reason=reason)


def merge(ctx: Context, candidate_id: int, *, hostname: str, reason: str) -> Candidate:
    """It is a device that is there already, at another address; recorded on that device too."""
    candidate = _open(ctx, candidate_id)
    device = by_hostname(ctx, hostname)
    ctx.require("device.write", device)
    ctx.record(
        "device.candidate_merged", device, candidate=candidate.id, address=candidate.address,
        port=candidate.port, reason=reason,
    )  # fmt: skip
    return _decide(ctx, candidate, "merged", device=device, reason=reason)


def reconsider(ctx: Context, candidate_id: int, *, reason: str) -> Candidate:
    """Take an ignored or merged candidate back to the list."""
    candidate = _locked(ctx, candidate_id)
    if candidate.state not in {"ignored", "merged"}:
        raise Conflict(f"{candidate.label} is {candidate.state}; it cannot be reconsidered.")
    return _decide(ctx, candidate, "found", device=None, reason=reason)


def merged_with(ctx: Context, device_id: int) -> list[Candidate]:
    """The other addresses under which a device was found."""
    device = ctx.get(Device, device_id)
    ctx.require("device.read", device)
    query = select(Candidate).where(Candidate.device_id == device.id, Candidate.state == "merged")
    return list(ctx.session.scalars(query.order_by(Candidate.id)))


def _locked(ctx: Context, candidate_id: int) -> Candidate:
    candidate = ctx.get_locked(Candidate, candidate_id)
    ctx.require("device.write", candidate)
    return candidate


def _open(ctx: Context, candidate_id: int) -> Candidate:
    candidate = _locked(ctx, candidate_id)
    if candidate.state != "found":
        raise Conflict(f"{candidate.label} is {candidate.state} already.")
    return candidate


def _decide(
    ctx: Context, candidate: Candidate, state: str, *, device: Device | None, reason: str
) -> Candidate:
    candidate.state, candidate.reason = state, reason
    candidate.device_id = device.id if device else None
    candidate.decided_by_id, candidate.decided_at = ctx.person.person_id, ctx.now()
    ctx.record(
        f"candidate.{state if state != 'found' else 'reconsidered'}", candidate,
        device=device.hostname if device else None, address=candidate.address, reason=reason,
    )  # fmt: skip
    return candidate


def _site(candidate: Candidate, said: Adoption) -> str | None:
    if said.site:
        return said.site
    if candidate.range is not None and candidate.range.site is not None:
        return candidate.range.site.code
    proposed = candidate.proposal.get("site")
    return str(proposed) if proposed else None


def _credential(ctx: Context, candidate: Candidate, said: Adoption) -> Credential | None:
    if said.credential:
        return credential_by_name(ctx, said.credential)
    if candidate.range is not None and candidate.range.credential is not None:
        return candidate.range.credential
    proposed = candidate.proposal.get("credential")
    return credential_by_name(ctx, str(proposed)) if proposed else None
