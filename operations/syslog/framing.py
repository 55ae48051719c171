"""Messages out of a stream (RFC 6587: octet counting or line ends). Holds no more than one."""

from operations.syslog.message import LONGEST

PASSED_OVER = (b"\n", b"\r", b"\0", b" ")  # between messages
DIGITS = b"0123456789"
LARGEST = 65_536  # bytes that one frame may announce; what is beyond LONGEST is passed over


class Frames:
    """Cuts one connection's bytes into messages; each may be framed in its own way.

    A frame that begins with a digit other than 0 tells its length; any other ends with a line
    feed or NUL. A message that is too long is cut, never kept whole.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._skip = 0  # bytes of an announced frame that are not wanted
        self._to_end = False  # whether a long line is passed over up to its end
        self.broken = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that these bytes complete."""
        self._held += data
        found: list[bytes] = []
        while (message := self._next()) is not None:
            if message:
                found.append(message)
        return found

    def rest(self) -> bytes:
        """What a closed connection left without an end."""
        left, self._held = bytes(self._held), bytearray()
        return b"" if self._to_end or self._skip or left[:1].isdigit() else left

    def _next(self) -> bytes | None:
        """One message, an empty one where only bytes were passed over, None to wait for more."""
        if self._skip:
            passed = min(self._skip, len(self._held))
            del self._held[:passed]
            self._skip -= passed
        if not self._held:
            return None
        if bytes(self._held[:1]) in PASSED_OVER:
            del self._held[:1]
            self._to_end = False
            return b""
        if not self._to_end and self._held[0] in DIGITS[1:]:
            return self._counted()
        return self._line()

    def _counted(self) -> bytes | None:
        head = bytes(self._held[:6])
        number, space, _ = head.partition(b" ")
        if not space and len(head) < 6 and number.isdigit():
            return None
        if not space or not number.isdigit() or int(number) > LARGEST:
            self.broken += 1
            return self._line()  # no length: taken as a line
        length, start = int(number), len(number) + 1
        if len(self._held) < start + min(length, LONGEST):
            return None
        message = bytes(self._held[start : start + min(length, LONGEST)])
        del self._held[: start + len(message)]
        self._skip = length - len(message)
        return message

    def _line(self) -> bytes | None:
        ends = [at for end in (b"\n", b"\0") if (at := self._held.find(end, 0, LONGEST + 1)) >= 0]
        if ends:
            line = bytes(self._held[: min(ends)])
            del self._held[: min(ends) + 1]
            passed, self._to_end = self._to_end, False
            return b"" if passed else line
        if len(self._held) <= LONGEST:
            return None
        line = bytes(self._held[:LONGEST])
        del self._held[:LONGEST]
        passed, self._to_end = self._to_end, True
        return b"" if passed else line
