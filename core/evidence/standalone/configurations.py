"""Configurations: the text is what the device showed, and only secrets are hidden in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from core.evidence.standalone.reading import bytes_of, canonical, read_object
from core.evidence.standalone.telling import Refused, WrongCall, counted, need

SECRET_MARK = re.compile("<secret:[0-9a-f]{12}>")
HEADING = b"trimtab redaction/1\n"
SHOWN = 5


@dataclass(frozen=True)
class Opening:
    """A hidden part that somebody was told, with the salt that hides it."""

    configuration: str
    number: int
    salt: bytes
    secret: str

    def check(self, hidden: dict[str, list[bytes]]) -> str:
        """That it is what the leaf of that number, counted from 1, stands for; in words."""
        names = [one for one in hidden if hidden[one] and one.startswith(self.configuration)]
        if not names:
            raise WrongCall("--open names nothing that the pack hides")
        if len(names) > 1:
            raise WrongCall(
                "--open names several configurations: put DIGEST: before the number, of "
                + ", ".join(one[:12] for one in names[:SHOWN])
            )
        [name], leaves = names, hidden[names[0]]
        if not 0 < self.number <= len(leaves):
            parts = counted(len(leaves), "part")
            raise WrongCall(f"configuration {name} hides {parts}, and no number {self.number}")
        opened = sha256(b"\x01" + self.salt + self.secret.encode()).digest()
        need(opened == leaves[self.number - 1],
             f"what {name} hides as number {self.number} is not what --open says")  # fmt: skip
        return f"number {self.number} of configuration {name} is what --open says"


def check_configuration(
    name: str, content: bytes, redaction: bytes | None, told: set[str]
) -> list[bytes]:
    """The leaves of what is hidden; `told` are the commitments that records tell of this text."""
    if redaction is None:
        need(not told, f"configurations/{name}.redaction.json is not there", "missing")
        return []
    where = f"configurations/{name}.redaction.json"
    members = read_object(redaction, where)
    secrets = [bytes_of(one, 32, f"a leaf of {where}") for one in members.several("secrets")]
    commitment = members.raw("commitment").hex()
    listed = [one.hex() for one in secrets]
    need(canonical({"commitment": commitment, "secrets": listed}) == redaction,
         f"{where} is not as packs have it")  # fmt: skip
    need(commitment in told, f"no record tells the redaction of {where}", "not_bound")
    need(_commitment(content, secrets, where) == commitment,
         f"what configuration {name} shows and hides is not what its record tells")  # fmt: skip
    return secrets


def _commitment(content: bytes, secrets: list[bytes], where: str) -> str:
    """SHA-256 of all leaves in order: a plain part, a secret, a plain part and so on."""
    try:
        plain = SECRET_MARK.split(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"the text of {where} is no UTF-8") from None
    need(len(plain) == len(secrets) + 1,
         f"{where} has {len(secrets)} leaves for {len(plain) - 1} secrets")  # fmt: skip
    made = sha256(HEADING)
    for number, part in enumerate(plain):
        made.update(sha256(b"\x00" + part.encode()).digest())
        made.update(b"".join(secrets[number : number + 1]))
    return made.hexdigest()
