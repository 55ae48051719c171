"""REST version 1: one router a subject. Each endpoint calls one function and shapes its answer."""

from fastapi import APIRouter

from api.rest import (
    audit,
    baselines,
    changes,
    devices,
    discovery,
    drift,
    facts,
    history,
    hooks,
    inventory,
    knowledge,
    noise,
    operations,
    organization,
    people,
    policies,
    queues,
    scans,
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
        discovery.router,
        history.router,  # before snapshots, whose numbers would take its paths
        snapshots.router,
        baselines.router,
        facts.router,
        drift.router,
        scans.router,
        noise.router,
        operations.router,
        knowledge.router,
        changes.router,
        schedules.router,
        queues.router,
        hooks.router,
        audit.router,
    )
