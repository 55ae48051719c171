"""The shell script that shows a Linux server, and the normalised text made of its answer. Pure.

The text has the sections `[file PATH]`, `[packages]`, `[services]`, `[sysctl]`, `[users]` and
`[listening]`; each line of content is indented by one space. A declared file that does not exist
has no section. The script needs a POSIX shell and /proc; systemd and ss are not needed.
"""

import ipaddress
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

SYSCTLS = (
    "kernel.dmesg_restrict", "kernel.kptr_restrict", "kernel.randomize_va_space", "kernel.sysrq",
    "net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians", "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.send_redirects", "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.ip_forward", "net.ipv4.tcp_syncookies", "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects", "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
)  # fmt: skip
"""Kernel parameters that are configuration, not counters; a device's `sysctl` option adds more."""

_FILE = """
if [ -r {path} ] && [ -f {path} ]; then begin {title}; cat {path}
elif [ -e {path} ]; then begin {refused}; fi
"""
_SYSCTL = "[ -r {path} ] && printf '%s = ' {name} && tr '\\t' ' ' < {path}\n"
_SCRIPT = """
LC_ALL=C; export LC_ALL
begin() {{ printf '\\n%s %s\\n' {mark} "$1"; }}
begin hostname; cat /proc/sys/kernel/hostname
begin os; cat /etc/os-release
begin kernel; cat /proc/sys/kernel/osrelease
begin model; [ -r /sys/class/dmi/id/product_name ] && cat /sys/class/dmi/id/product_name
begin serial; [ -r /sys/class/dmi/id/product_serial ] && cat /sys/class/dmi/id/product_serial
begin uptime; cat /proc/uptime
begin interfaces
for place in /sys/class/net/*; do
  [ -r "$place/operstate" ] || continue
  printf '%s\\t%s\\t%s\\t%s\\n' "${{place##*/}}" "$(cat "$place/operstate")" \
    "$(cat "$place/speed" 2>/dev/null)" "$(cat "$place/ifalias" 2>/dev/null)"
done
begin addresses; command -v ip >/dev/null 2>&1 && ip -o addr show 2>/dev/null
{files}
begin packages
if command -v dpkg-query >/dev/null 2>&1; then
  dpkg-query -W -f '${{db:Status-Abbrev}} ${{Package}} ${{Version}}\\n' | sed -n 's/^.i. *//p'
elif command -v rpm >/dev/null 2>&1; then rpm -qa --qf '%{{NAME}} %{{VERSION}}-%{{RELEASE}}\\n'
elif command -v apk >/dev/null 2>&1; then apk info -v 2>/dev/null
fi
begin services
if [ -d /run/systemd/system ]; then
  systemctl list-unit-files --type=service --state=enabled --no-legend --plain --no-pager |
    sed 's/\\.service  *.*$/ enabled/'
else
  for link in /etc/rc2.d/S??*; do
    [ -e "$link" ] && printf '%s enabled\\n' "${{link#/etc/rc2.d/S??}}"
  done
fi
begin sysctl
{sysctls}
begin passwd; cat /etc/passwd
begin group; cat /etc/group
for table in tcp tcp6 udp udp6; do
  begin "socket $table"; [ -r /proc/net/$table ] && cat /proc/net/$table
done
begin lldp; command -v lldpctl >/dev/null 2>&1 && lldpctl -f keyvalue 2>/dev/null
begin end
"""
_ADMINISTRATORS = frozenset({"root", "sudo", "wheel", "admin", "adm"})
_LISTEN = {"tcp": "0A", "udp": "07"}  # socket states in /proc/net, include/net/tcp_states.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The script's answer by section, each as printed."""

    sections: dict[str, str]

    @property
    def whole(self) -> bool:
        return "end" in self.sections

    @property
    def unreadable(self) -> tuple[str, ...]:
        return tuple(
            name.removeprefix("refused ") for name in self.sections if name.startswith("refused ")
        )

    def first_line(self, name: str) -> str | None:
        lines = self.sections.get(name, "").split("\n")
        return lines[0].strip() or None


def script(mark: str, *, files: Sequence[str], sysctls: Sequence[str]) -> str:
    """The script; `mark` is a word that occurs nowhere else in its output."""
    return _SCRIPT.format(
        mark=mark,
        files="".join(
            _FILE.format(
                path=shlex.quote(path),
                title=shlex.quote(f"file {path}"),
                refused=shlex.quote(f"refused {path}"),
            )
            for path in files
        ),
        sysctls="".join(
            _SYSCTL.format(
                name=shlex.quote(name), path=shlex.quote("/proc/sys/" + name.replace(".", "/"))
            )
            for name in sysctls
        ),
    )


def split(mark: str, output: str) -> Shown:
    """Take the answer apart; text before the first mark (a banner) is no section."""
    parts = re.split(rf"\n{re.escape(mark)} (.*)\n", f"\n{output}")
    return Shown(sections=dict(zip(parts[1::2], parts[2::2], strict=True)))


def normalised(shown: Shown, *, files: Sequence[str]) -> str:
    """The one text of this server, in an order that depends on its content only."""
    blocks = [
        (f"[{name}]", shown.sections[name].removesuffix("\n").split("\n"))
        for name in (f"file {path}" for path in files)
        if name in shown.sections
    ]
    blocks += [
        ("[packages]", _sorted(shown, "packages")),
        ("[services]", _sorted(shown, "services")),
        ("[sysctl]", _sorted(shown, "sysctl")),
        ("[users]", _users(shown)),
        ("[listening]", _listening(shown)),
    ]
    return "".join(
        f"{title}\n" + "".join(f" {line}\n" for line in lines) for title, lines in blocks
    )


def _sorted(shown: Shown, name: str) -> list[str]:
    lines = (line.strip() for line in shown.sections.get(name, "").split("\n"))
    return sorted({line for line in lines if line})


def _users(shown: Shown) -> list[str]:
    """Accounts by user id, then who is in the groups that administer."""
    accounts = []
    for line in _sorted(shown, "passwd"):
        fields = line.split(":")
        if len(fields) == 7:
            name, _, uid, gid, _, home, shell = fields
            accounts.append((int(uid), f"{name} uid={uid} gid={gid} home={home} shell={shell}"))
    groups = [
        f"group {fields[0]} members={fields[3]}"
        for fields in (line.split(":") for line in _sorted(shown, "group"))
        if len(fields) == 4 and fields[0] in _ADMINISTRATORS and fields[3]
    ]
    return [text for _, text in sorted(accounts)] + groups


def _listening(shown: Shown) -> list[str]:
    """Sockets that wait for others, as `tcp 0.0.0.0:22`, from /proc/net."""
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        protocol = table.removesuffix("6")
        for line in shown.sections.get(f"socket {table}", "").split("\n")[1:]:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _LISTEN[protocol]:
                address, _, port = fields[1].partition(":")
                found.add((protocol, int(port, 16), str(_address(address))))
    return [
        f"{protocol} {f'[{address}]' if ':' in address else address}:{port}"
        for protocol, port, address in sorted(found)
    ]


def _address(digits: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Of /proc/net's hexadecimal, whose 32-bit words stand in the host's (little) byte order."""
    packed = b"".join(
        bytes.fromhex(digits[start : start + 8])[::-1] for start in range(0, len(digits), 8)
    )
    return ipaddress.ip_address(packed)
