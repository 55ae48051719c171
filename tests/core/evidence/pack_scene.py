"""A change with its approvals, run, configurations and persons, as records and files of a pack."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from tests.core.evidence.packing import SEALED_AT, Draft, Log, Signer, canonical, hexed

WITNESS = Signer("witness")
PERSONS = (("ada", "Ada Łukasz"), ("bo", 'Bo "the" Ng'), ("cy", "Cy 🦊 Fox"), ("gone", "Gone"))
PLAN = canonical({"devices": ["edge-1", "edge-2"], "lines": ["no telnet"], "revision": 1})
HOSTILE = "<secret:0123456789ab>"


def salt(word):
    return sha256(f"salt {word}".encode()).digest()


def commitment(username, name):
    told = canonical({"name": name, "username": username})
    return hexed(b"\x02" + salt(username) + told)


def identity(number):
    return {"person": number, "identity": commitment(*PERSONS[number])}


@dataclass
class Scene:
    """Records as they come, and the files that they bind."""

    contents: list[bytes] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def record(self, action, facts, *, actor=0, state=None, execution=None, chosen=True):
        number = len(self.contents)
        if chosen:
            self.chosen.append(number)
        person = {"kind": "person", "id": actor, "identity": identity(actor)["identity"],
                  "name": None}  # fmt: skip
        self.contents.append(canonical({
            "format": 2, "record_id": str(UUID(int=number)),
            "recorded_at": f"2026-11-24T12:{number // 60:02}:{number % 60:02}.000000+00:00",
            "actor": person, "acting_for": {
                "permission": "change.approve", "post": {"id": 3, "title": "Lead"},
                "unit": {"id": 1, "code": "noc"},
            },
            "origin": {"door": "rest", "address": "192.0.2.7", "request_id": None},
            "action": action, "subject": {"type": "change_request", "id": "12", "label": "C12"},
            "state": state, "change": 12, "execution": execution, "facts": facts,
        }))  # fmt: skip

    def old_record(self):
        """As the first releases wrote them."""
        number = len(self.contents)
        self.chosen.append(number)
        self.contents.append(canonical({
            "format": 1, "record_id": str(UUID(int=number)), "recorded_at": SEALED_AT,
            "actor": {"kind": "person", "id": 1, "name": "olga"},
            "origin": {"door": "cli", "address": None, "request_id": None},
            "action": "device.added", "subject": {"type": "device", "id": "1", "label": "edge-1"},
            "facts": {"share": 0.25, "names": ["ä", '"']},
        }))  # fmt: skip

    def noise(self, number):
        for one in range(number):
            self.record("event.raised", {"number": one, "sum": one * 7}, chosen=False)


def scene():
    """Some 150 records of which half belong to the pack."""
    made = Scene()
    made.old_record()
    made.noise(12)
    _decide(made)
    for device in range(3):
        _collect(made, device)
    made.noise(9)
    for run, events in ((7, 15), (8, 4)):
        _run(made, run, events)
        made.noise(5)
    made.record("change.succeeded", {"outcome": "ok", "by": [identity(3)]}, actor=1)
    last = len(made.contents)
    made.noise(30)
    made.files["persons.json"] = canonical([
        {"commitment": commitment(*one), "salt": salt(one[0]).hex(), "username": one[0],
         "name": one[1]}
        if one[0] != "gone" else {"commitment": commitment(*one), "erased_at": SEALED_AT}
        for one in PERSONS
    ])  # fmt: skip
    for name in ("README.txt", "report.html", "report.pdf", "verify_evidence.py"):
        made.files[name] = f"what {name} says\n".encode() * 9
    return made, last


def _decide(made):
    digest = hexed(PLAN)
    made.files[f"plans/{digest}.json"] = PLAN
    state = canonical({"id": 12, "state": "approved"})
    made.files[f"states/{hexed(state)}.json"] = state
    made.record("change.requested", {"digest": digest, "reason": "RFC 4949"})
    for person in (1, 2):
        made.record("change.approved", {"digest": digest, "stage": "peer"}, actor=person,
                    state={"before": None, "after": hexed(state)})  # fmt: skip
    made.record("change.claimed", {"digest": digest, "fence": 1}, execution=7)


def texts(device):
    """What the device showed, redacted, and what is hidden; the last one shows a mark itself."""
    text = (
        f"hostname edge-{device}\nsnmp <secret:aaaaaaaaaaa{device}> ro\nkey <secret:bbbbbbbbbbbb>\n"
    )
    hidden = [f"public{device}", "s3cret"]
    if device == 2:
        text, hidden = text + f"banner {HOSTILE}\n", [*hidden, HOSTILE]
    return text, hidden


def leaf(device, number, secret):
    return sha256(b"\x01" + salt(f"{device} {number}") + secret.encode()).digest()


def _collect(made, device):
    text, hidden = texts(device)
    secrets = [leaf(device, number, one) for number, one in enumerate(hidden, start=1)]
    whole = sha256(b"trimtab redaction/1\n")
    for number, part in enumerate(re.split("<secret:[0-9a-f]{12}>", text)):
        whole.update(sha256(b"\x00" + part.encode()).digest())
        whole.update(secrets[number] if number < len(secrets) else b"")
    digest, redaction = hexed(text.encode()), whole.hexdigest()
    made.files[f"configurations/{digest}.txt"] = text.encode()
    made.files[f"configurations/{digest}.redaction.json"] = canonical(
        {"commitment": redaction, "secrets": [one.hex() for one in secrets]}
    )
    made.record("device.collected", {"digest": digest, "redaction": redaction})


def _run(made, run, events):
    lines = [
        canonical({
            "at": SEALED_AT, "execution": run, "host": "edge-1", "kind": "task", "number": number,
            "status": "ok", "task": "send", "text": f"line {number} of the device",
        })
        for number in range(1, events + 1)
    ]  # fmt: skip
    made.files[f"executions/{run}.jsonl"] = b"".join(line + b"\n" for line in lines)
    for number, line in enumerate(lines, start=1):
        made.record(
            "execution.event",
            {"number": number, "sha256": hexed(line), "host": "edge-1", "kind": "task",
             "status": "ok"},
            execution=run,
        )  # fmt: skip


def countersigned(log, size, *, signer=WITNESS, root=None):
    told = {
        "format": 1, "what": "trimtab witness", "log": log.name, "size": size,
        "root": (root or log.root(size)).hex(), "witness": signer.id, "key": signer.id,
        "witnessed_at": SEALED_AT,
    }  # fmt: skip
    return canonical(
        told | {"signature": signer.sign(told), "public_key": signer.public.hex()}
    ).decode()


def anchor(target, size, receipt):
    return {"target": target, "anchored_at": SEALED_AT, "size": size, "receipt": receipt}


def draft():
    """The pack of the change, with a head that covers it and two that were laid down later."""
    made, last = scene()
    total = len(made.contents)
    log = Log(tuple(made.contents), sizes=(20, last, total - 9, total))
    anchors = [
        anchor("file:/mnt/worm/heads", last, f"line 3 of {last}"),
        anchor("witness:https://other.example.net", total - 9, countersigned(log, total - 9)),
    ]
    return Draft(log=log, size=last, positions=made.chosen, anchors=anchors, files=made.files)
