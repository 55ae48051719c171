"""Ranges over the lab, and searches through them as a command or a job makes them."""

from contextlib import nullcontext

from inventory.candidates import ranges, runs
from inventory.candidates.models import Candidate
from inventory.candidates.searching import search
from organization.models import Unit
from tests.factories import make_unit

LAB = "127.77.0.0/24"


def allow(ctx, lab, cidr=LAB, *, credential=None, site=None, unit=None, ports=None):
    unit = unit or (ctx.get(Unit, site.unit_id) if site else make_unit(ctx))
    return ranges.allow(
        ctx, cidr, unit=unit, ports=ports or [lab.devices[0].port], credential=credential,
        site=site,
    )  # fmt: skip


def run(ctx, **asked):
    """A search from its request to its end, in the test's transaction."""
    wanted = runs.request_run(ctx, **asked)
    return search(lambda: nullcontext(ctx), wanted.id, threads=8)


def found(ctx):
    """The candidates by address."""
    rows = ctx.session.query(Candidate).all()
    return sorted(rows, key=lambda row: [int(part) for part in (row.address or "0").split(".")])
