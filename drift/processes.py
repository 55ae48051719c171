"""Other processes that judge texts. Each knows the engine and the rules only, and starts quickly.

They are programs of their own and not forks: a fork would share the sockets and locks of a process
that serves, and a spawned one would load all of it again.
"""

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO

from core.errors import TrimtabError
from drift.bulk import Judge, Result, Task
from drift.rules import Rule


class JudgeLost(TrimtabError):
    """A judging process ended by itself; its devices are judged at the next scan."""

    code = "judge_lost"


@dataclass(slots=True)
class Workers:
    """Processes that wait for a batch; as many batches are under way as there are processes."""

    idle: SimpleQueue[subprocess.Popen[bytes]]

    def judge(self, tasks: Sequence[Task]) -> list[Result]:
        """Have one of them judge a batch; blocks until it did."""
        process = self.idle.get()
        try:
            _send(process.stdin, tasks)
            results: list[Result] = _receive(process.stdout)
        except (OSError, EOFError) as error:
            raise JudgeLost(
                "A process that judges configurations ended in the middle of its work. Scan again."
            ) from error
        finally:
            self.idle.put(process)
        return results


@contextmanager
def workers(count: int, rules: tuple[Rule, ...]) -> Iterator[Workers]:
    """That many judging processes, ended when the body is left."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "drift.processes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(count)
    ]
    idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    try:
        for process in started:
            _send(process.stdin, rules)
            idle.put(process)
        yield Workers(idle)
    finally:
        for process in started:
            process.terminate()
            process.communicate()


def judge_all(
    batches: Iterable[Sequence[Task]], rules: Sequence[Rule], *, processes: int
) -> Iterator[list[Result]]:
    """The results of each batch, in order; a few batches ahead are under way meanwhile."""
    if processes <= 1:
        alone = Judge(tuple(rules))
        yield from (alone.judge(batch) for batch in batches)
        return
    under_way: deque[Future[list[Result]]] = deque()
    with workers(processes, tuple(rules)) as pool, ThreadPoolExecutor(processes) as threads:
        for batch in batches:
            under_way.append(threads.submit(pool.judge, batch))
            if len(under_way) > processes + 1:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """A judging process's life: rules first, then batches until the other end is closed."""
    judge = Judge(_receive(source))
    while True:
        try:
            tasks: Sequence[Task] = _receive(source)
        except EOFError:
            return
        _send(sink, judge.judge(tasks))


def _send(stream: IO[bytes] | None, what: object) -> None:
    if stream is not None:
        pickle.dump(what, stream, pickle.HIGHEST_PROTOCOL)
        stream.flush()


def _receive(stream: IO[bytes] | None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - any value
    if stream is None:
        raise EOFError
    return pickle.load(stream)  # noqa: S301 - what our own process wrote


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
