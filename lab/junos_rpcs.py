"""The RPCs that a simulated Junos device answers. Source: Juniper's XML API reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from lab import junos_config, junos_shown
from lab.device import MODEL, Fault, LabDevice
from lab.junos_candidate import Candidate
from lab.junos_config import Refused
from lab.junos_shown import UPTIME
from lab.tree import Node

OK = "<ok/>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One RPC: on which device, by whom, in which session, and its element."""

    device: LabDevice
    username: str
    session: int
    rpc: Element

    @property
    def name(self) -> str:
        return _local(self.rpc)

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.device)

    def text(self, name: str) -> str | None:
        """The text of the child of that name, None without one."""
        for child in self.rpc:
            if _local(child) == name:
                return child.text or ""
        return None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _software(asked: Asked) -> str:
    return (
        f"<software-information><host-name>{escape(asked.device.shown_hostname)}</host-name>"
        f"<product-model>{MODEL['juniper_junos']}</product-model>"
        f"<product-name>{MODEL['juniper_junos']}</product-name>"
        f"<junos-version>{junos_shown.release()}</junos-version>"
        "<package-information><name>junos</name>"
        f"<comment>JUNOS Software Release [{junos_shown.release()}]</comment>"
        "</package-information></software-information>"
    )


def _system(asked: Asked) -> str:
    return (
        f"<system-information><hardware-model>{MODEL['juniper_junos']}</hardware-model>"
        f"<os-name>junos</os-name><os-version>{junos_shown.release()}</os-version>"
        f"<serial-number>{asked.device.serial}</serial-number>"
        f"<host-name>{escape(asked.device.shown_hostname)}</host-name></system-information>"
    )


def _chassis(asked: Asked) -> str:
    serial = asked.device.serial
    modules = (
        ("FPC 0", "750-012345", f"FP{serial}"),
        ("Power Supply 0", "740-054321", f"PS{serial}"),
    )
    return (
        "<chassis-inventory><chassis><name>Chassis</name>"
        f"<serial-number>{serial}</serial-number><description>{MODEL['juniper_junos']}"
        "</description>"
        + "".join(
            f"<chassis-module><name>{name}</name><part-number>{part}</part-number>"
            f"<serial-number>{number}</serial-number></chassis-module>"
            for name, part, number in modules
        )
        + "</chassis></chassis-inventory>"
    )


def _interfaces(asked: Asked) -> str:
    told = "".join(_interface(one) for one in junos_shown.interfaces_of(asked.device))
    return f"<interface-information>{told}</interface-information>"


def _interface(one: junos_shown.Interface) -> str:
    state = "up" if one.enabled else "down"
    described = f"<description>{escape(one.description)}</description>" if one.description else ""
    family = "".join(
        f"<interface-address><ifa-local>{address}</ifa-local></interface-address>"
        for address in one.addresses
    )
    logical = (
        f"<logical-interface><name>{one.name}.0</name><address-family>"
        f"<address-family-name>inet</address-family-name>{family}</address-family>"
        "</logical-interface>"
    )
    return (
        f"<physical-interface><name>{one.name}</name><admin-status>{state}</admin-status>"
        f"<oper-status>{state}</oper-status>{described}"
        "<speed>1000mbps</speed><mtu>1514</mtu>"
        "<current-physical-address>02:00:00:00:00:01</current-physical-address>"
        f"{logical if one.addresses else ''}</physical-interface>"
    )


def _lldp(asked: Asked) -> str:
    told = "".join(
        f"<lldp-neighbor-information><lldp-local-port-id>{one.interface}</lldp-local-port-id>"
        f"<lldp-local-interface>{one.interface}</lldp-local-interface>"
        f"<lldp-remote-chassis-id>00:1c:73:{number:02x}:00:01</lldp-remote-chassis-id>"
        f"<lldp-remote-port-id>{one.peer_interface}</lldp-remote-port-id>"
        f"<lldp-remote-system-name>{one.peer}</lldp-remote-system-name>"
        "</lldp-neighbor-information>"
        for number, one in enumerate(asked.device.neighbours)
    )
    return f"<lldp-neighbors-information>{told}</lldp-neighbors-information>"


def _engine(_asked: Asked) -> str:
    return (
        "<route-engine-information><route-engine><slot>0</slot>"
        "<mastership-state>master</mastership-state><status>OK</status>"
        f"<model>RE-LAB</model><up-time junos:seconds='{UPTIME}'>9 days</up-time>"
        "</route-engine></route-engine-information>"
    )


def _uptime(asked: Asked) -> str:
    now = int(asked.device.changed_at.timestamp())
    return (
        "<system-uptime-information><system-booted-time>"
        f"<time-length junos:seconds='{UPTIME}'>1w2d</time-length></system-booted-time>"
        f"<current-time><date-time junos:seconds='{now}'/></current-time>"
        "</system-uptime-information>"
    )


def _configuration(asked: Asked) -> str:
    """What `get-configuration` asks for: text, set lines, XML, or what the candidate changes."""
    form = asked.rpc.get("format", "xml")
    if asked.rpc.get("compare"):
        told = escape(asked.candidate.compare())
        return (
            "<configuration-information><configuration-output>"
            f"{told}</configuration-output></configuration-information>"
        )
    committed = asked.rpc.get("database") == "committed"
    root = asked.device.root if committed else asked.candidate.root
    if form == "set":
        return f"<configuration-set>{escape(junos_config.set_lines(root))}</configuration-set>"
    if form == "text":
        return f"<configuration-text>\n{escape(_text(asked, root))}</configuration-text>"
    return f"<configuration>{junos_config.xml(root)}</configuration>"


def _text(asked: Asked, root: Node) -> str:
    text = (
        f"## Last changed: {asked.device.changed_at:%Y-%m-%d %H:%M:%S UTC}\n"
        f"version {junos_shown.release()};\n{junos_config.braces(root)}"
    )
    if Fault.CUT_OFF in asked.device.faults:
        return text[: len(text) // 2].rsplit("\n", 1)[0] + "\n"
    return text


def _load(asked: Asked) -> str:
    candidate, back = asked.candidate, asked.rpc.get("rollback")
    candidate.lock(asked.session)
    if back is not None:
        candidate.rollback(int(back))
        return "<load-configuration-results><ok/></load-configuration-results>"
    action, form = asked.rpc.get("action", "merge"), asked.rpc.get("format", "xml")
    text = asked.text("configuration-set" if action == "set" else "configuration-text")
    if text is None:
        raise Refused(f"the lab loads text and set lines, not {form}")
    candidate.load(text, form="set" if action == "set" else "text", action=action)
    return "<load-configuration-results><ok/></load-configuration-results>"


def _commit(asked: Asked) -> str:
    candidate = asked.candidate
    candidate.lock(asked.session)
    if asked.text("check") is not None:
        fault = junos_config.faults_of(candidate.root)
        if fault is not None:
            raise Refused(fault)
        return OK
    minutes, message = None, asked.text("log") or ""
    if asked.text("confirmed") is not None:
        minutes = int(asked.text("confirm-timeout") or 10)
    candidate.commit(username=asked.username, confirm_minutes=minutes, message=message)
    return OK


def _commits(asked: Asked) -> str:
    """The last commit only; one that went back by itself is root's, without a message."""
    message = asked.device.commit_message
    log = f"<log>{escape(message)}</log>" if message else ""
    return (
        "<commit-information><commit-history><sequence-number>0</sequence-number>"
        f"<user>{escape(asked.device.changed_by)}</user><client>netconf</client>"
        f"<date-time>{asked.device.changed_at:%Y-%m-%d %H:%M:%S UTC}</date-time>{log}"
        "</commit-history></commit-information>"
    )


def _lock(asked: Asked) -> str:
    asked.candidate.lock(asked.session)
    return OK


def _unlock(asked: Asked) -> str:
    asked.candidate.unlock(asked.session)
    return OK


def _nothing(_asked: Asked) -> str:
    return OK


RPCS: Mapping[str, Callable[[Asked], str]] = {
    "get-software-information": _software,
    "get-system-information": _system,
    "get-chassis-inventory": _chassis,
    "get-interface-information": _interfaces,
    "get-lldp-neighbors-information": _lldp,
    "get-route-engine-information": _engine,
    "get-system-uptime-information": _uptime,
    "get-configuration": _configuration,
    "get-config": _configuration,
    "load-configuration": _load,
    "commit-configuration": _commit,
    "get-commit-information": _commits,
    "lock-configuration": _lock,
    "unlock-configuration": _unlock,
    "lock": _lock,
    "unlock": _unlock,
    "close-session": _nothing,
}
