"""What can be done to an exported pack from outside: its zip, its files, without the log's key."""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

from tests.core.evidence.pack_scene import draft
from tests.core.evidence.packing import MANIFEST, SIGNATURE, Signer, canonical, signature, zipped
from tests.tamper.prey import Due, Prey, due, unpacked

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def a_byte_of_the_zip(prey: Prey) -> Due:
    """Any byte; the bits that fill up a compressed stream's last byte mean nothing to anybody."""
    whole = zipped(prey.files)
    while True:
        content = prey.flipped(whole)
        place = next(at for at, pair in enumerate(zip(whole, content, strict=True))
                     if pair[0] != pair[1])  # fmt: skip
        if not _is_filling(whole, place) or unpacked(content) != dict(prey.files):
            return Due(content, frozenset({"altered", "missing"}), prey.options)


def _is_filling(whole: bytes, place: int) -> bool:
    """Whether the byte is the last one of a compressed stream."""
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:
        return any(
            place == one.header_offset + 30 + len(one.filename) + one.compress_size - 1
            for one in pack.infolist()
        )


def the_zip_cut_off(prey: Prey) -> Due:
    whole = zipped(prey.files)
    return Due(whole[: prey.draw.randrange(len(whole))], frozenset({"missing"}), prey.options)


def bytes_after_the_zip(prey: Prey) -> Due:
    more = prey.draw.randbytes(prey.draw.randint(1, 99))
    return Due(zipped(prey.files) + more, frozenset({"altered"}), prey.options)


def bytes_before_the_zip(prey: Prey) -> Due:
    return Due(b"PK" + zipped(prey.files), frozenset({"altered"}), prey.options)


def a_comment_of_the_zip(prey: Prey) -> Due:
    target = io.BytesIO(zipped(prey.files))
    with zipfile.ZipFile(target, "a") as pack:
        pack.comment = b"approved"
    return Due(target.getvalue(), frozenset({"altered"}), prey.options)


def an_entry_of_another_kind(prey: Prey) -> Due:
    """A link, an encrypted one, a date, an extra field, a comment: in the directory and beside."""
    name, target = prey.some(), io.BytesIO()
    change = prey.draw.choice(["mode", "date", "extra", "comment", "system"])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for one in sorted(prey.files):
            entry = zipfile.ZipInfo(one, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            entry.create_system = 3
            if one == name:
                _change(entry, change)
            pack.writestr(entry, prey.files[one])
    return Due(target.getvalue(), frozenset({"altered"}), prey.options)


def _change(entry: zipfile.ZipInfo, change: str) -> None:
    if change == "mode":
        entry.external_attr = 0o120777 << 16
    elif change == "date":
        entry.date_time = (2026, 1, 1, 0, 0, 0)
    elif change == "extra":
        entry.extra = struct.pack("<HH4s", 0xCAFE, 4, b"more")
    elif change == "comment":
        entry.comment = b"seen"
    else:
        entry.create_system = 0


def a_bit_that_says_encrypted(prey: Prey) -> Due:
    content = bytearray(zipped(prey.files))
    content[content.index(CENTRAL) + 8] |= 1
    return Due(bytes(content), frozenset({"altered"}), prey.options)


def a_member_twice(prey: Prey) -> Due:
    names = sorted(prey.files)
    again = prey.draw.randrange(len(names))
    content = zipped(prey.files, order=[*names[: again + 1], *names[again:]])
    return Due(content, frozenset({"altered"}), prey.options)


def members_in_another_order(prey: Prey) -> Due:
    names = sorted(prey.files)
    one = prey.draw.randrange(len(names) - 1)
    names[one], names[one + 1] = names[one + 1], names[one]
    return Due(zipped(prey.files, order=names), frozenset({"reordered"}), prey.options)


def a_name_that_leaves_the_folder(prey: Prey) -> Due:
    name = prey.draw.choice(["../x", "/etc/x", "a/../../x", "C:\\x", "a\x1b[2J", "a//b", "."])
    return due(prey.with_files({name: b"x"}), "altered")


def a_bomb(prey: Prey) -> Due:
    bombed = prey.with_files({"report.html": bytes(3 << 20)}).with_manifest()
    return replace(due(bombed, "altered"), options=(*prey.options, "--most-mib", "2"))


def a_byte_of_a_member(prey: Prey) -> Due:
    name = prey.some()
    kinds = ("wrong_signature", "altered") if name in (MANIFEST, SIGNATURE) else ("altered",)
    return due(prey.with_files({name: prey.flipped(prey.files[name])}), *kinds)


def a_byte_with_the_manifest_repaired(prey: Prey) -> Due:
    name = prey.some("report", "README", "verify", ".jsonl", ".txt", "plans", "persons")
    altered = prey.with_files({name: prey.flipped(prey.files[name])})
    return due(altered.with_manifest(), "wrong_signature")


def a_member_gone(prey: Prey) -> Due:
    return due(prey.with_files({prey.some(): None}), "missing")


def a_member_gone_from_the_manifest_too(prey: Prey) -> Due:
    name = prey.some("report", "README", "verify", ".jsonl", ".txt", "plans", "states")
    return due(prey.with_files({name: None}).with_manifest(), "wrong_signature")


def a_member_more(prey: Prey) -> Due:
    name = prey.draw.choice(["plans/x.json", "states/x.json", "notes.txt", "executions/99.jsonl"])
    return due(prey.with_files({name: b"{}\n"}), "not_bound")


def a_member_renamed(prey: Prey) -> Due:
    name = prey.some("report", "README", ".jsonl", ".txt", "plans", "states")
    renamed = prey.with_files({name: None, f"{name}.old": prey.files[name]})
    return due(renamed, "missing")


def two_members_exchanged(prey: Prey) -> Due:
    one, other = prey.draw.sample(
        [name for name in sorted(prey.files) if "manifest" not in name], 2
    )
    swapped = {one: prey.files[other], other: prey.files[one]}
    return due(prey.with_files(swapped), "altered")


def the_verifier_replaced(prey: Prey) -> Due:
    fake = b"print('VERIFIED')\n"
    return due(prey.with_files({"verify_evidence.py": fake}).with_manifest(), "wrong_signature")


def another_subject(prey: Prey) -> Due:
    subject = prey.told(MANIFEST)["subject"]
    other = subject | {"id": f"{subject['id']}0"}
    return due(prey.with_manifest(subject=other), "wrong_signature")


def another_size(prey: Prey) -> Due:
    return due(prey.with_manifest(size=prey.draft.size + 1), "wrong_signature")


def signed_by_a_stranger(prey: Prey) -> Due:
    edited = prey.with_files({"report.html": b"all is well\n"}).with_manifest()
    by = signature(edited.files[MANIFEST], prey.draft.log, Signer("stranger"))
    return due(edited.with_files({SIGNATURE: by}), "wrong_signature")


def a_whole_log_of_ones_own(prey: Prey) -> Due:
    """Everything made anew with a forger's key: only the log's name tells."""
    made = draft()
    log = replace(made.log, signers=((Signer("forger"), 0),))
    forged = replace(made, log=log, anchors=[])
    return Due(zipped(forged.packed()), frozenset({"wrong_signature"}), prey.options)


def the_manifest_with_spaces(prey: Prey) -> Due:
    by = prey.told(SIGNATURE)
    spaced = canonical(by).replace(b":", b": ")
    return due(prey.with_files({SIGNATURE: spaced}), "altered")


OUTSIDE: tuple[Callable[[Prey], Due], ...] = (
    a_byte_of_the_zip, the_zip_cut_off, bytes_after_the_zip, bytes_before_the_zip,
    a_comment_of_the_zip, an_entry_of_another_kind, a_bit_that_says_encrypted, a_member_twice,
    members_in_another_order, a_name_that_leaves_the_folder, a_bomb, a_byte_of_a_member,
    a_byte_with_the_manifest_repaired, a_member_gone, a_member_gone_from_the_manifest_too,
    a_member_more, a_member_renamed, two_members_exchanged, the_verifier_replaced, another_subject,
    another_size, signed_by_a_stranger, a_whole_log_of_ones_own, the_manifest_with_spaces,
)  # fmt: skip
