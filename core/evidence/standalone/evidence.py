"""Evidence documents (`trimtab-evidence/1`): keys, heads, records, consistency, anchors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.evidence.standalone.merkle import Peaks, leaf_of, root_of_path, roots_of_path
from core.evidence.standalone.reading import Told, bytes_of, read_object
from core.evidence.standalone.receipts import Trusted, check_receipt
from core.evidence.standalone.records import Record, read_record
from core.evidence.standalone.signing import Chain, chain_of, head_of
from core.evidence.standalone.telling import Findings, Refused, counted, need

EVIDENCE_FORMAT = "trimtab-evidence/1"
LONGEST_LINE = 16 << 20
TRIED = 100


def open_chain(told: Told, name: str | None) -> Chain:
    """The log's keys in their chain; `name` is the log's, where that is known."""
    need(
        told.text("format") == EVIDENCE_FORMAT,
        f"the format {told.text('format')!r} is not known here",
    )
    chain = chain_of(told)
    need(name in (None, chain.log), f"the log is {chain.log}, not {name}: a log of another name",
         "wrong_signature")  # fmt: skip
    return chain


def read_heads(told: Told, chain: Chain, findings: Findings) -> None:
    for one in told.objects("heads"):
        with findings.going_on():
            chain.keep(head_of(one, chain))


def sound_records(entries: Iterable[Told], chain: Chain, findings: Findings) -> Iterator[Record]:
    """The records that stand at their places; what is wrong with the others is told."""
    strange, last = list[Told](), -1
    for one in entries:
        with findings.going_on():
            position = one.number("position")
            need(position > last, f"the record of position {position} is not in its place in the"
                 " document, or stands there twice", "reordered")  # fmt: skip
            last = position
            content = one.text("record").encode()
            if _fits(one, content, chain):
                yield Record(position, leaf_of(content), read_record(content, position))
            elif len(strange) < TRIED:
                strange.append(one)
            else:
                findings.add("altered", _not_in(one))
    _name_strange(strange, chain, findings)


def _fits(one: Told, content: bytes, chain: Chain) -> bool:
    """Whether the content stands at the place that the entry tells."""
    size, position = one.number("size"), one.number("position")
    need(size in chain.heads, f"there is no head of {size} records for record {position}",
         "missing")  # fmt: skip
    path = [bytes_of(step, 32, f"a step of {one.where}") for step in one.several("path")]
    return root_of_path(leaf_of(content), position, size, path) == chain.heads[size].root


def _name_strange(strange: list[Told], chain: Chain, findings: Findings) -> None:
    """A record that fits where another one stands was moved; any other one was altered."""
    for one in strange:
        content = one.text("record").encode()
        moved = any(_fits(place, content, chain) for place in strange if place is not one)
        findings.add("reordered" if moved else "altered", _not_in(one))


def _not_in(one: Told) -> str:
    position, size = one.number("position"), one.number("size")
    return f"the record of position {position} is not in the tree of {size} records"


def check_consistency(told: Told, chain: Chain, findings: Findings) -> list[tuple[int, int]]:
    """Which larger tree begins with which smaller one."""
    shown = list[tuple[int, int]]()
    for one in told.objects("consistency"):
        with findings.going_on():
            old, new = one.number("from"), one.number("to")
            need(old in chain.heads and new in chain.heads,
                 f"heads of {old} or {new} records are not here", "missing")  # fmt: skip
            path = [bytes_of(step, 32, f"a step of {one.where}") for step in one.several("path")]
            roots = roots_of_path(old, new, chain.heads[old].root, path)
            need(roots == (chain.heads[old].root, chain.heads[new].root),
                 f"the log of {new} records does not continue the one of {old}",
                 "forked")  # fmt: skip
            shown.append((old, new))
    return shown


def check_anchors(told: Told, chain: Chain, trusted: Trusted, findings: Findings) -> list[str]:
    """What was laid down outside, each with its head; documents of before have none."""
    lines = list[str]()
    if "anchors" in told.members:
        for one in told.objects("anchors"):
            with findings.going_on():
                size = one.number("size")
                need(size in chain.heads, f"the head of {size} records that was laid down in "
                     f"{one.text('target')} is not here", "missing")  # fmt: skip
                receipt = check_receipt(one, chain.heads[size], chain, trusted)
                lines.append(f"head of {size:,} records: {receipt}")
    with findings.going_on():
        trusted.check_met()
    return lines


def check_laid_down(file: Path, chain: Chain, findings: Findings, *, exported: bool) -> str:
    """Each head that was laid down is signed, and contradicts none that is known."""
    compared = others = left = 0
    with file.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), start=1):
            with findings.going_on():
                told = read_object(line, f"{file}:{number}")
                if told.text("log") != chain.log:
                    others += 1
                    continue
                known = told.number("size") in chain.heads
                _keep_laid_down(told, chain)
                compared += known or exported
                left += not known and not exported
    more = (
        f"; {left} are of other sizes: --export compares them, `trimtab audit consistency` proves "
        "that one continues the other"
        if left
        else ""
    )
    return f"anchors: {compared} fit, {others} of other logs{more}"


def _keep_laid_down(told: Told, chain: Chain) -> None:
    try:
        chain.keep(head_of(told, chain))
    except Refused as error:
        raise Refused(f"{told.where}: {error}", error.kind) from error


def check_export(file: Path, chain: Chain, leaves: dict[int, bytes]) -> str:
    """All records give every signed root, and those proven stand where they should."""
    peaks, fit = Peaks(), 0
    with file.open("rb") as lines:
        for line in iter(lambda: lines.readline(LONGEST_LINE), b""):
            need(len(line) < LONGEST_LINE, f"line {peaks.size + 1} of {file} has no end")
            leaf = leaf_of(line.rstrip(b"\n"))
            need(leaves.get(peaks.size, leaf) == leaf,
                 f"line {peaks.size + 1} of {file} is another record")  # fmt: skip
            peaks.add(leaf)
            if peaks.size in chain.heads:
                need(peaks.root() == chain.heads[peaks.size].root,
                     f"the first {peaks.size} records exported are not those signed")  # fmt: skip
                fit += 1
    need(fit == len(chain.heads),
         f"the export has {peaks.size} records; a signed head covers more", "missing")  # fmt: skip
    rest = peaks.size - max(chain.heads)
    return (
        f"export: {counted(peaks.size, 'record')}, {fit} roots fit, {rest} records after the last"
    )
