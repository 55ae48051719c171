"""What can go wrong with the log's key, and when heads are laid down outside."""

from core.errors import Conflict, TrimtabError


class LogKeyUnavailable(TrimtabError):
    """The key that signs heads cannot be used."""

    code = "log_key_unavailable"


class AnchorFailed(TrimtabError):
    """A head could not be laid down."""

    code = "anchor_failed"


class WitnessRefused(Conflict):
    """A witness does not countersign: the head does not continue what it saw before."""

    code = "witness_refused"
