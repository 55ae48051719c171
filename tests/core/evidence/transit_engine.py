"""Vault's transit engine on this machine, as its API documentation tells it: Ed25519 keys only."""

import base64
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.http_server import Door, answering

PATH = re.compile(
    r"/v1/(?P<mount>[\w.-]+(?:/[\w.-]+)*?)/(?P<what>keys|sign)/(?P<name>[\w.-]+)"
    r"(?P<rotate>/rotate)?"
)


@dataclass
class HeldKey:
    """A key with its versions, the first one number 1."""

    type: str = "ed25519"
    exportable: bool = False
    derived: bool = False
    versions: list = field(default_factory=lambda: [Ed25519PrivateKey.generate()])

    @property
    def told(self):
        public = [base64.b64encode(key.public_key().public_bytes_raw()) for key in self.versions]
        return {
            "type": self.type, "exportable": self.exportable, "derived": self.derived,
            "allow_plaintext_backup": False, "latest_version": len(self.versions),
            "keys": {
                str(number): {"name": self.type, "public_key": one.decode(), "creation_time": ""}
                for number, one in enumerate(public, start=1)
            },
        }  # fmt: skip


class _Engine(Door):
    def get(self):
        self.turn(None)

    def post(self):
        self.turn(json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}"))

    def turn(self, body):
        vault, asked = self.server, PATH.fullmatch(self.path)
        vault.asked.append(f"{self.command} {self.path}")
        if vault.silent:
            vault.ended.wait(20)
            return
        if vault.sealed:
            self.say(503, {"errors": ["Vault is sealed"]})
        elif self.headers["X-Vault-Token"] != "root" or (asked and asked["what"] in vault.denied):
            self.say(403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
        elif asked is None or asked["mount"] != "transit":
            self.say(404, {"errors": [f"no handler for route {self.path[4:]!r}"]})
        elif vault.broken is not None:
            self.say(200, vault.broken)
        else:
            self.work(vault, asked, body)

    def work(self, vault, asked, body):
        key = vault.keys.get(asked["name"])
        if asked["what"] == "keys" and body is not None and not asked["rotate"]:
            vault.keys.setdefault(asked["name"], HeldKey(body["type"], body["exportable"]))
            self.say(204, None)
        elif key is None:
            self.say(404 if body is None else 400, {"errors": []})
        elif asked["rotate"]:
            key.versions.append(Ed25519PrivateKey.generate())
            self.say(204, None)
        elif body is None:
            self.say(200, {"data": key.told})
        else:
            number = body.get("key_version") or len(key.versions)
            signature = key.versions[number - 1].sign(base64.b64decode(body["input"]))
            told = f"vault:v{number}:{base64.b64encode(signature).decode()}"
            self.say(200, {"data": {"signature": told, "key_version": number}})

    def say(self, status, told):
        body = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def transit_engine():
    """The server with its `keys`, whether it is `sealed` or `silent`, and what is `denied`."""
    held = {"keys": {}, "asked": [], "denied": set(), "ended": Event(), "broken": None}
    with answering(_Engine, **held, sealed=False, silent=False) as vault:
        try:
            yield vault
        finally:
            vault.ended.set()
