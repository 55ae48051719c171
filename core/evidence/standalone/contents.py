"""Whether each file of a pack is bound: by records, or by the manifest's signature alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from core.evidence.standalone.configurations import check_configuration
from core.evidence.standalone.container import MIB, Container
from core.evidence.standalone.records import Bound
from core.evidence.standalone.runs import check_run
from core.evidence.standalone.telling import Findings, Refused, need

MOST_READ = 64 * MIB
SIGNED_ALONE = ("README.txt", "report.html", "report.pdf", "verify_evidence.py")
READ_BEFORE = ("evidence.json", "manifest.json", "manifest.sig", "persons.json")
REDACTION = ".redaction.json"


@dataclass
class Contents:
    """How many files of each kind are bound, events of runs; by configuration what is hidden."""

    files: Counter[str] = field(default_factory=Counter)
    events: int = 0
    hidden: dict[str, list[bytes]] = field(default_factory=dict)
    signed_alone: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> int:
        return sum(map(len, self.hidden.values()))


def check_contents(pack: Container, bound: Bound, findings: Findings) -> Contents:
    """Every file that is not read before; runs that records tell of and that are not here."""
    found = Contents()
    for name in pack.entries:
        if name in SIGNED_ALONE:
            found.signed_alone.append(name)
        elif name not in READ_BEFORE:
            with findings.going_on():
                _check_file(name, pack, bound, found, findings)
    for run in sorted(bound.events):
        if f"executions/{run}.jsonl" not in pack.entries:
            findings.add("missing", f"executions/{run}.jsonl, whose events records tell, is gone")
    return found


def _check_file(
    name: str, pack: Container, bound: Bound, found: Contents, findings: Findings
) -> None:
    folder, _, file = name.partition("/")
    stem, _, ending = file.partition(".")
    if (folder, ending) == ("executions", "jsonl"):
        need(stem in bound.events, f"no record tells of an event of {name}", "not_bound")
        found.events += check_run(stem, pack.chunks(name), bound.events[stem], findings)
    elif (folder, ending) == ("configurations", "redaction.json"):
        need(f"configurations/{stem}.txt" in pack.entries, f"{name} is of no text", "missing")
        return
    elif (folder, ending) == ("configurations", "txt"):
        found.hidden[stem] = _check_configuration(stem, name, pack, bound)
    elif (folder, ending) in (("plans", "json"), ("states", "json")):
        _hashed(pack, name, stem)
        known = bound.plans if folder == "plans" else bound.states
        need(stem in known, f"no record tells the hash of {name}", "not_bound")
    else:
        raise Refused(f"{name} is no file that packs have: nothing tells of it", "not_bound")
    found.files[folder] += 1


def _check_configuration(digest: str, name: str, pack: Container, bound: Bound) -> list[bytes]:
    content, beside = _hashed(pack, name, digest), f"configurations/{digest}{REDACTION}"
    need(digest in bound.configurations, f"no record tells the hash of {name}", "not_bound")
    redaction = pack.content(beside, MOST_READ) if beside in pack.entries else None
    return check_configuration(digest, content, redaction, bound.configurations[digest])


def _hashed(pack: Container, name: str, digest: str) -> bytes:
    """The file's bytes, whose SHA-256 is its name."""
    content = pack.content(name, MOST_READ)
    need(sha256(content).hexdigest() == digest, f"{name} is not what its name says")
    return content
