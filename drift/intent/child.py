"""The process that renders: a job a line on standard input, its outcome a line on standard output.

It has little memory, no environment, and ends by itself when nobody asks any more.
"""

import json
import resource
import signal
import sys
from dataclasses import asdict
from typing import TextIO

from drift.intent.rendering import Fault, Job, render

MEMORY = 512 << 20  # bytes of address space
IDLE = 30  # seconds


def serve(jobs: TextIO, outcomes: TextIO) -> None:
    """Answer every job until the input ends."""
    for line in jobs:
        outcomes.write(f"{answered(line)}\n")
        outcomes.flush()


def answered(line: str) -> str:
    """The outcome of a job, both as JSON."""
    made = render(Job(**json.loads(line)))
    return json.dumps(asdict(made) if isinstance(made, Fault) else {"text": made})


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks decides when it ends
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    serve(sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
