"""What a pack proves and how to check it, in words for its report and its README. Reads only."""

from collections.abc import Sequence

from changes.packs.people import at
from changes.packs.places import Places
from changes.packs.report import Block, Pairs, Section, Words, table
from core.evidence.models import Anchor

VERIFIER = "verify_evidence.py"
README = """\
Evidence pack of Trimtab
========================

About:   {label}
Log:     {log}
Head:    {size} records, sealed {sealed}
Records: {records}

Check it, on any machine with Python 3.9 or newer that has never seen Trimtab:

    python3 -m venv v
    v/bin/pip install cryptography
    v/bin/python verify_evidence.py PACK.zip --log {log}

verify_evidence.py is in this pack; read it, or take it from an installation that you trust more.
Compare the log's name with the one that was written down when Trimtab was installed: whoever forged
a whole log could not give it that name. Where heads of the log were laid down outside, compare them
too: --anchors FILE.

report.html and report.pdf tell the same for people. What they say is bound by the signature of
the manifest alone; what is in evidence.json is bound by the log, and holds where they differ.

configurations/  what devices showed, secrets redacted; a file's name is the SHA-256 of its text
plans/           what was approved; a file's name is the digest that approvers signed
executions/      what Ansible told, an event a line; a record of the log holds each line's SHA-256
states/          rows as they were before or after an action; the name is the hash in the record
persons.json     whose names belong to the commitments in the records
"""


def readme(label: str, log: str, placed: Places) -> bytes:
    """How to check a pack, for whoever unpacks it."""
    printable = "".join(char if char.isprintable() else "?" for char in label)
    return README.format(
        label=printable, log=log, size=placed.head.size, sealed=at(placed.head.sealed_at),
        records=len(placed.records),
    ).encode()  # fmt: skip


def proofs(log: str, placed: Places, anchors: Sequence[Anchor]) -> Section:
    """What it proves, what it does not, and the three commands."""
    head = placed.head
    return Section(
        title="What this pack proves, and how to check it",
        blocks=(
            Words(
                text="Every record here was hashed into a tree whose head was signed by a key "
                "outside the database. Nobody can have altered, removed or put in a record since "
                "without the check failing, not even who runs the platform, as far as a head was "
                "laid down outside."
            ),
            Pairs(rows=(
                ("The log's name", log), ("Head", f"{head.size} records"),
                ("Root", head.root.hex()), ("Sealed on", at(head.sealed_at)),
                ("Signed by key", head.key_id), ("Records in this pack", str(len(placed.records))),
            )),
            *_anchored(anchors),
            Words(text="Check it on a machine that has never seen Trimtab:"),
            Words(text="python3 -m venv v", manner="code"),
            Words(text="v/bin/pip install cryptography", manner="code"),
            Words(text=f"v/bin/python {VERIFIER} PACK.zip --log {log}", manner="code"),
            Words(
                text="Compare the log's name with the one that was written down on paper at "
                "installation. This report is bound to the pack by the manifest's signature; the "
                "records in evidence.json are bound by the log itself.",
                manner="quiet",
            ),
        ),
    )  # fmt: skip


def _anchored(anchors: Sequence[Anchor]) -> Sequence[Block]:
    if not anchors:
        return (Words(
            text="No head that covers these records was laid down outside when this pack was made: "
            "that they were not rewritten since rests on the key alone.",
            manner="warning",
        ),)  # fmt: skip
    rows = [(one.target, f"{one.size} records", at(one.anchored_at)) for one in anchors]
    return (table(("laid down in", "head", "on"), rows, widths=(50, 20, 30), most=len(rows)),)
