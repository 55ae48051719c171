"""What can go wrong between Trimtab and a device. Each error is one outcome of a collection."""

from core.errors import TrimtabError


class DeviceError(TrimtabError):
    """The device answered in a way that the driver cannot work with."""

    code = "device_error"


class DeviceUnreachable(DeviceError):
    code = "device_unreachable"


class AuthenticationRefused(DeviceError):
    """Wrong login or enable secret."""

    code = "authentication_refused"


class HostKeyChanged(DeviceError):
    """Another SSH host key than the pinned one was presented; no credential was sent."""

    code = "host_key_changed"


class JumpNotPinned(DeviceError):
    """Nothing tells which host key the jump host must show; no credential was sent."""

    code = "jump_not_pinned"


class DeviceTimeout(DeviceError):
    code = "device_timeout"


class OutputTooLarge(DeviceError):
    """The device showed more than one session may bring; what it showed was thrown away."""

    code = "output_too_large"


class SessionLost(DeviceError):
    """The device closed the session in the middle of the work."""

    code = "session_lost"


class UnsupportedPlatform(DeviceError):
    """The driver does not know how to speak to this platform."""

    code = "unsupported_platform"


class UnknownDriver(TrimtabError):
    code = "unknown_driver"


class WrongHost(DeviceError):
    """The device that answers is not the one recorded; it was left untouched."""

    code = "wrong_host"


class RedactedSecret(DeviceError):
    """A line to be typed holds the mark of a secret instead of the secret."""

    code = "redacted_secret"
