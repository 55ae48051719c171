"""Collect a device: one session, proven, redacted, stored, recorded. Judges no drift."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.context import Context
from core.errors import Conflict, TrimtabError
from inventory import captures, results
from inventory.captures import Captures
from inventory.drivers.login import Login
from inventory.drivers.protocol import Driver
from inventory.drivers.registry import driver_for
from inventory.drivers.transcript import Transcript
from inventory.logins import login_for
from inventory.models import Device
from inventory.results import CollectionOutcome, Ended


def collect(
    ctx: Context, device_id: int, *, find_driver: Callable[[str], Driver] = driver_for,
    find_login: Callable[[Context, Device], Login] = login_for,
) -> CollectionOutcome:  # fmt: skip
    """Collect one device and commit what came of it; a failing device is an outcome, no error.

    No transaction is open while the device answers.
    """
    device = ctx.get(Device, device_id)
    ctx.require("device.collect", device)
    if device.state == "retired":
        raise Conflict(f"{device.hostname} is retired; it is not collected any more.")
    ctx.commit()
    begun, transcript = time.perf_counter(), Transcript()
    try:
        login = replace(find_login(ctx, device), transcript=transcript)
        driver = find_driver(device.driver)
        with ctx.released():
            collection = driver.collect(login)
        found = captures.judge(ctx, device, collection)
        if captures.is_suspicious(ctx, found):
            found = captures.read_again(ctx, device, found, read=partial(driver.collect, login))
        outcome = _keep(ctx, device, found, begun, transcript)
    except TrimtabError as error:
        ctx.session.rollback()
        outcome = _keep(ctx, device, error, begun, transcript)
    ctx.commit()
    return outcome


def _keep(
    ctx: Context, device: Device, found: Captures | TrimtabError, begun: float,
    transcript: Transcript,
) -> CollectionOutcome:  # fmt: skip
    results.lock(ctx, [device.id])
    seconds = time.perf_counter() - begun
    ended = Ended(device=device, found=found, seconds=seconds, held=transcript.told())
    return results.keep(ctx, ended)
