"""`trimtab audit`: seal, sign, prove, lay down: evidence for those who trust nobody."""

import json
from operator import itemgetter
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from changes.questions.sight import in_sight
from core.errors import InvalidInput
from core.evidence import keys, proofs, sealing
from core.evidence.anchoring.anchors import anchor as anchor_heads
from core.evidence.documents import Evidence, document, head_document, program
from core.sight import AUDIT
from operations.head_notices import all_targets
from trimtab.console import Json, command_context, print_json, show, show_one, tell

File = Annotated[Path | None, typer.Option(help="A new file; default: standard output.")]
Size = Annotated[int | None, typer.Option(min=1, help="Under the head of so many records.")]

KEY_COLUMNS = {
    "key": lambda key: key.id,
    "number": lambda key: key.number,
    "from_size": lambda key: key.from_size,
    "previous": lambda key: key.previous_id,
}
ANCHOR_COLUMNS = {
    "target": lambda one: one.target,
    "size": lambda one: one.size,
    "receipt": lambda one: one.receipt,
    "fault": lambda one: one.fault,
}


def seal(*, as_json: Json = False) -> None:
    """Seal now what waits; `trimtab serve` and the scheduler do it by themselves."""
    with command_context() as ctx:
        ctx.require(AUDIT)
        records = sealing.seal_all(ctx)
        head = keys.last_head(ctx.session)
        size = head.size if head else 0
    tell(f"{records} records sealed; the log holds {size}.",
         {"records": records, "size": size}, as_json=as_json)  # fmt: skip


def head(
    size: Annotated[int | None, typer.Argument(min=1, help="Of so many records.")] = None,
    *, as_json: Json = False,
) -> None:  # fmt: skip
    """The newest signed head, or one of before; its `log` is the log's name."""
    with command_context() as ctx:
        log = keys.chain(ctx.session)
        found = head_document(proofs.head_of(ctx, size), log=log[0].id if log else "")
    show_one(found, {name: itemgetter(name) for name in found}, as_json=as_json)


def prove(
    record: Annotated[str, typer.Argument(help="The record's number or its record_id.")],
    *, size: Size = None, file: File = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Evidence that a record is in the log, for `trimtab audit verifier`, as JSON."""
    with command_context() as ctx:
        proven = proofs.prove(ctx, _record(record), size=size, within=in_sight(ctx))
        _write(proven, file, as_json=as_json)


def consistency(
    old: Annotated[int, typer.Argument(min=1, help="Number of records of the older head.")],
    new: Annotated[int | None, typer.Argument(min=1, help="Of the newer one; the newest.")] = None,
    *, file: File = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Evidence that the log of today continues the one of before, as JSON."""
    with command_context() as ctx:
        _write(proofs.extend(ctx, old, new), file, as_json=as_json)


def rotate(
    *,
    reason: Annotated[str, typer.Option(help="Why; auditors read it.")],
    place: Annotated[
        keys.Place | None, typer.Option("--to", help="Where it lies; default: as the settings say.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a new key for the heads to come; the old one and the new one sign the change."""
    with command_context() as ctx:
        key = keys.rotate_key(ctx, reason=reason, place=place)
        ctx.commit()
        sealing.seal_all(ctx)
    show_one(key, KEY_COLUMNS, as_json=as_json)


def anchor(*, as_json: Json = False) -> None:
    """Lay the newest head down outside now; exit 1 where a target did not take it."""
    with command_context() as ctx:
        done = anchor_heads(ctx, all_targets(ctx))
    if not done:
        raise InvalidInput(
            "No target is set: set TRIMTAB_AUDIT_ANCHOR_FILE, or another one of docs/evidence.md."
        )
    show(done, ANCHOR_COLUMNS, as_json=as_json)
    if any(one.fault for one in done):
        raise typer.Exit(1)


def verifier(*, file: File = None, as_json: Json = False) -> None:
    """The program that checks evidence offline: one Python file that needs no Trimtab."""
    _put(program().decode(), file, as_json=as_json)


def _record(given: str) -> int | UUID:
    try:
        return int(given) if given.isdecimal() else UUID(given)
    except ValueError as error:
        raise InvalidInput(f"{given!r} is neither a record's number nor its record_id.") from error


def _write(evidence: Evidence, file: Path | None, *, as_json: bool) -> None:
    if file is None:
        print_json(document(evidence))
    else:
        _put(json.dumps(document(evidence), ensure_ascii=False) + "\n", file, as_json=as_json)


def _put(content: str, file: Path | None, *, as_json: bool) -> None:
    """Write a new file and say so, or to standard output."""
    if file is None:
        typer.echo(content, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(content)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error
    tell(f"{file} is written.", {"file": str(file)}, as_json=as_json)
