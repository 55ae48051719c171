"""A worker says who it is: name, host, version, queues. Knows nothing of jobs."""

import socket
from importlib.metadata import version

from core.actor import Actor, Origin
from core.runtime import Runtime
from operations.queue_models import QueueWorker

WORKER = Actor(name="trimtab worker", granted=frozenset())
ORIGIN = Origin(door="job")


def announce(runtime: Runtime, worker_id: int, *, name: str, queues: tuple[str, ...]) -> None:
    """Write the row of a worker that the queue engine has just given this number."""
    with runtime.context(WORKER, ORIGIN) as ctx:
        ctx.add(
            QueueWorker(
                id=worker_id, name=name, host=socket.gethostname(), version=version("trimtab"),
                queues=list(queues),
            )
        )  # fmt: skip
