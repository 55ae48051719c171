"""How devices come into the demonstration: simulated ones are discovered, real ones named."""

from collections.abc import Mapping, Sequence
from functools import partial

from core.audit import Fact
from core.secrets import write_secret
from inventory.candidates import ranges, review
from inventory.candidates.models import Candidate
from inventory.candidates.review import Adoption
from inventory.candidates.runs import request_run
from inventory.candidates.searching import search
from inventory.credentials import create_credential
from inventory.models import Credential
from inventory.sites import create_site
from lab.network import Lab
from lab.real import RealDevice, Tried
from organization.units import by_code
from trimtab.demo.cast import INSTALLER, ORIGIN, Cast, lab_login

RANGE = "127.77.0.0/27"  # the simulated network lives on loopback
REAL_SITE = "real"
STEPS = 5  # outwards from the seed
MOST = 1000
OPTIONS: Mapping[str, Mapping[str, Fact]] = {
    "linux": {"files": ["/etc/motd", "/etc/ssh/sshd_config.d/50-hardening.conf"]}
}


def adopt_simulated(cast: Cast, lab: Lab) -> tuple[Candidate, ...]:
    """An administrator allows the range; from one seed an engineer finds and adopts the rest."""
    with cast.runtime.context(INSTALLER, ORIGIN) as ctx:
        login = lab_login(ctx)
    first = lab.devices[0]
    found = _found(cast, [RANGE], port=first.port, credential=login, seeds=[first.address])
    with cast.acting("engineer") as ctx:
        for one in found:
            review.adopt(ctx, one.id, Adoption(site=one.hostname.partition("-")[0]))
    return found


def adopt_real(cast: Cast, devices: Sequence[RealDevice]) -> tuple[Candidate, ...]:
    """Sign in at exactly the addresses of these devices, and take them into a site of their own."""
    found: list[Candidate] = []
    with cast.runtime.context(INSTALLER, ORIGIN) as ctx:
        create_site(ctx, code=REAL_SITE, name="Real devices here", unit=by_code(ctx, "root"))
    for username in dict.fromkeys(one.username for one in devices):
        found += _signed_in(cast, [one for one in devices if one.username == username])
    return tuple(found)


def told(tried: Tried) -> str:
    """In a sentence: the real devices there are, or why there are none."""
    if not tried.devices:
        return f"No real devices in this story. {tried.why_not}"
    names = ", ".join(f"{one.hostname} ({one.platform}, {one.address})" for one in tried.devices)
    return f"{len(tried.devices)} real devices added: {names}"


def _signed_in(cast: Cast, devices: Sequence[RealDevice]) -> tuple[Candidate, ...]:
    """Those with the same login; its key goes into the encrypted store."""
    first = devices[0]
    with cast.runtime.context(INSTALLER, ORIGIN) as ctx:
        login = create_credential(
            ctx, name=f"real {first.username}", username=first.username,
            key_ref=write_secret(ctx, f"real-{first.username}", first.key),
            unit=by_code(ctx, "root"),
        )  # fmt: skip
    exactly = [f"{one.address}/32" for one in devices]
    found = _found(cast, exactly, port=first.port, credential=login, seeds=())
    with cast.acting("engineer") as ctx:
        for one in found:
            device = review.adopt(ctx, one.id, Adoption(site=REAL_SITE))
            device.options = dict(OPTIONS.get(device.platform, {}))
            ctx.record("device.options_set", device, options=device.options)
    return found


def _found(
    cast: Cast, cidrs: Sequence[str], *, port: int, credential: Credential, seeds: Sequence[str]
) -> tuple[Candidate, ...]:
    """Allow the ranges, search them from the seeds (or wholly), and give what was found there."""
    with cast.acting("admin") as ctx:
        allowed = [
            ranges.allow(
                ctx, cidr, unit=by_code(ctx, "root"), ports=[port], credential=credential
            ).id
            for cidr in cidrs
        ]
    found = _searched(cast, allowed, cidrs=() if seeds else cidrs, seeds=seeds)
    if any(one.problem for one in found):  # a machine that is busy may answer too late
        found = _searched(cast, allowed, cidrs=() if seeds else cidrs, seeds=seeds)
    return found


def _searched(
    cast: Cast, allowed: Sequence[int], *, cidrs: Sequence[str], seeds: Sequence[str]
) -> tuple[Candidate, ...]:
    """What one search finds in the ranges (ids)."""
    with cast.acting("engineer") as ctx:
        run = request_run(ctx, cidrs=cidrs, seeds=seeds, depth=STEPS)
    contexts = partial(cast.acting, "engineer")
    search(contexts, run.id, threads=cast.runtime.settings.collect_threads)
    with cast.acting("engineer") as ctx:
        listed = review.listing(ctx, limit=MOST)
    return tuple(one for one in listed if one.range_id in allowed)
