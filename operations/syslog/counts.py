"""What a listener has seen, kept in one small file of the home folder. Holds no message."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

UNKNOWN_KEPT = 50  # senders that are shown; of those beyond only the number is kept


@dataclass(slots=True, kw_only=True)
class Counts:
    """Numbers since the listener started; `unknown` are the last senders that are no devices."""

    since: datetime
    at: datetime
    received: int = 0
    unparsed: int = 0
    dropped: int = 0
    unknown_sender: int = 0
    silenced: int = 0
    changed: int = 0
    triggered: int = 0
    errors: int = 0
    events: int = 0
    listening: tuple[str, ...] = ()
    unknown: dict[str, int] = field(default_factory=dict)

    def stranger(self, address: str) -> None:
        """Count a message of a sender that is no device."""
        self.unknown_sender += 1
        self.unknown[address] = self.unknown.pop(address, 0) + 1
        if len(self.unknown) > UNKNOWN_KEPT:
            del self.unknown[next(iter(self.unknown))]


_FORM = TypeAdapter(Counts)


def counts_file(home: Path) -> Path:
    return home / "syslog.json"


def keep(counts: Counts, home: Path) -> None:
    """Write the counts where `kept` finds them, whole or not at all; raises OSError."""
    file = counts_file(home)
    written = file.with_suffix(".new")
    written.write_bytes(_FORM.dump_json(counts))
    written.replace(file)


def kept(home: Path) -> Counts | None:
    """The counts of the listener that runs, or ran last, with this home folder."""
    try:
        return _FORM.validate_json(counts_file(home).read_bytes())
    except (OSError, ValidationError):
        return None
