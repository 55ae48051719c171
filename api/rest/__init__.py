"""REST version 1: one router a subject. Each endpoint calls one function and shapes its answer."""

from fastapi import APIRouter

from api.rest import (
    audit,
    baselines,
    changes,
    devices,
    drift,
    facts,
    inventory,
    knowledge,
    operations,
    organization,
    people,
    policies,
    schedules,
    snapshots,
)


def routers() -> tuple[APIRouter, ...]:
    return (
        organization.router,
        people.router,
        policies.router,
        inventory.router,
        devices.router,
        snapshots.router,
        baselines.router,
        facts.router,
        drift.router,
        operations.router,
        knowledge.router,
        changes.router,
        schedules.router,
        audit.router,
    )
