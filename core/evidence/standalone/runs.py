"""Execution logs: each line has its record, each record its line, none is left out between."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from core.evidence.standalone.telling import Findings, need

LONGEST_EVENT = 16 << 20
SURPLUS = 1000
UNBOUND = "not_bound"


def check_run(
    run: str, chunks: Iterator[bytes], events: dict[int, str], findings: Findings
) -> int:  # fmt: skip
    """How many events the log has; `events` are the digests of its records by their numbers."""
    where = f"executions/{run}.jsonl"
    by_digest, gone, last, number = {d: one for one, d in events.items()}, set(events), 0, 0
    strange = list[int]()
    for number, line in enumerate(_lines(chunks, where), start=1):
        told = by_digest.get(sha256(line).hexdigest())
        need(number <= len(events) + SURPLUS, f"{where} has far more lines than records", UNBOUND)
        if told is None and number in events:
            strange.append(number)
        elif told is None:
            findings.add(UNBOUND, f"line {number} of {where} is no event that a record tells")
        if told is None:
            continue
        if told <= last:
            findings.add("reordered", f"event {told} of {where} is not in its place")
        last = max(last, told)
        gone.discard(told)
    for one in strange:
        kind = "altered" if one in gone else UNBOUND
        findings.add(kind, f"line {one} of {where} is no event that a record tells")
    for one in sorted(gone - set(strange)):
        findings.add("missing", f"event {one} of {where} has a record and no line")
    if events and max(events) != len(events):
        gap = next(one for one in range(1, max(events)) if one not in events)
        findings.add("missing", f"event {gap} of run {run} has no record, and later ones have")
    return number


def _lines(chunks: Iterator[bytes], where: str) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n") if b"\n" in chunk else (rest + chunk,)
        need(len(rest) <= LONGEST_EVENT, f"a line of {where} is longer than 16 MiB")
        yield from whole
    need(not rest, f"the last line of {where} is cut off", "missing")
