"""How devices come into the demonstration: simulated ones are discovered, real ones named."""

from collections.abc import Mapping, Sequence

from core.audit import Fact
from core.runtime import Runtime
from core.secrets import write_secret
from inventory.candidates import Candidate, adopt, discover
from inventory.credentials import create_credential
from inventory.devices import add_device
from inventory.sites import create_site
from lab.network import Lab
from lab.real import RealDevice, Tried
from organization.units import by_code
from trimtab.demo.cast import INSTALLER, ORIGIN, SITES, lab_login

RANGE = "127.77.0.0/27"  # the simulated network lives on loopback
REAL_SITE = "real"
OPTIONS: Mapping[str, Mapping[str, Fact]] = {
    "linux": {"files": ["/etc/motd", "/etc/ssh/sshd_config.d/50-hardening.conf"]}
}


def adopt_simulated(runtime: Runtime, lab: Lab) -> tuple[Candidate, ...]:
    """Discover who answers in the range, and make devices of them."""
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        login = lab_login(ctx)
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        found = discover(ctx, [RANGE], port=lab.devices[0].port, credential=login)
        for site in SITES:
            mine = [one for one in found if str(one.hostname).startswith(f"{site}-")]
            adopt(ctx, mine, site_code=site, credential=login)
    return found


def adopt_real(runtime: Runtime, devices: Sequence[RealDevice]) -> tuple[Candidate, ...]:
    """Sign in at exactly the addresses of these devices, and take them into a site of their own."""
    found: list[Candidate] = []
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        create_site(ctx, code=REAL_SITE, name="Real devices here", unit=by_code(ctx, "root"))
    for username in dict.fromkeys(one.username for one in devices):
        found += _signed_in(runtime, [one for one in devices if one.username == username])
    return tuple(found)


def told(tried: Tried) -> str:
    """In a sentence: the real devices there are, or why there are none."""
    if not tried.devices:
        return f"No real devices in this story. {tried.why_not}"
    names = ", ".join(f"{one.hostname} ({one.platform}, {one.address})" for one in tried.devices)
    return f"{len(tried.devices)} real devices added: {names}"


def _signed_in(runtime: Runtime, devices: Sequence[RealDevice]) -> tuple[Candidate, ...]:
    """Those with the same login; its key goes into the encrypted store."""
    first = devices[0]
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        login = create_credential(
            ctx, name=f"real {first.username}", username=first.username,
            key_ref=write_secret(ctx, f"real-{first.username}", first.key),
            unit=by_code(ctx, "root"),
        )  # fmt: skip
    with runtime.context(INSTALLER, ORIGIN) as ctx:
        exactly = [f"{one.address}/32" for one in devices]
        found = discover(ctx, exactly, port=first.port, credential=login)
        for one in found:
            platform = str(one.platform)
            add_device(
                ctx, hostname=one.hostname, site_code=REAL_SITE, platform=platform,
                address=str(one.address), port=one.port, credential=login,
                options=OPTIONS.get(platform),
            )  # fmt: skip
    return found
