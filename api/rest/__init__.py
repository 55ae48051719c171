"""REST version 1: one router a room. Each endpoint calls one function and shapes its answer."""

from fastapi import APIRouter

from api.rest import (
    audit,
    changes,
    drift,
    inventory,
    operations,
    organization,
    schedules,
    snapshots,
)


def routers() -> tuple[APIRouter, ...]:
    return (
        organization.router,
        inventory.router,
        snapshots.router,
        drift.router,
        operations.router,
        changes.router,
        schedules.router,
        audit.router,
    )
