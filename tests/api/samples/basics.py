"""What routes hand to templates, as plain objects of the promised shapes, hostile texts too."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace as Of

NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = "<script>alert(1)</script> \x1b[31mred\x1b[0m \u202egnp.exe \"' &amp; {{ 7*7 }}"


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def configuration(hostname: str) -> str:
    """A configuration of 160 lines, as a router shows it."""
    ports = "\n!\n".join(
        f"interface GigabitEthernet0/{n}\n description uplink {n}\n"
        f" ip address 10.0.{n}.1 255.255.255.0\n no shutdown"
        for n in range(30)
    )
    return (
        f"hostname {hostname}\n!\nlogging host 10.9.0.5\nntp server 10.9.0.1\n!\n{ports}\n!\n"
        "ip access-list extended MGMT\n permit tcp 10.9.0.0 0.0.0.255 any eq 22\n"
        " deny ip any any log\n!\nsnmp-server community <secret:9f2c11aa03de> ro\n"
        "line vty 0 4\n transport input ssh\nend\n"
    )


def drifted(hostname: str) -> str:
    text = configuration(hostname)
    text = text.replace("description uplink 3\n", f"description {HOSTILE}\n".replace("\x1b", ""))
    text = text.replace("ntp server 10.9.0.1\n", "")
    return text.replace(" deny ip any any log", " permit ip any any\n deny ip any any log")


ENGINEER = Of(username="ines", name="Ines Ortega", id=1, active=True)
APPROVER = Of(username="tomas", name="Tomas Berg", id=2, active=True)
GONE = Of(username="ruth", name="Ruth <Left>", id=3, active=False)
