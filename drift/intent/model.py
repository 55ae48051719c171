"""What a source says, and how it fails. Plain values."""

from dataclasses import dataclass
from typing import ClassVar

from core.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A device's intended configuration as its source gives it, secrets not yet redacted.

    `sections` are the patterns of what is managed (see `drift.intent.sections`); without any,
    everything is. `provenance` says what the text was made from, such as a commit.
    """

    text: str
    provenance: str
    sections: tuple[str, ...] = ()


class IntentWrong(InvalidInput):
    """Data or a template of an intended configuration are wrong; the message names the place."""

    code: ClassVar[str] = "intent_wrong"


class RenderingStopped(IntentWrong):
    """A template took too long, or made too much."""

    code: ClassVar[str] = "rendering_stopped"
