"""EOS's eAPI (JSON-RPC over HTTP) for one command list at a time, as NAPALM's eos driver asks.

Source of the shapes: Arista's eAPI documentation; only the keys that NAPALM 5 reads are given.
"""

import asyncio
import base64
import json
import socket
import time
from collections.abc import Callable
from itertools import count

from lab.device import MODEL, VERSION, Fault, LabDevice
from lab.eos import EosShell
from lab.shell import SessionEnded

Find = Callable[[str], LabDevice | None]
_sessions = count(1_000_000)
REFUSED = 1002  # eAPI: a command could not be run


async def serve_eapi(listener: socket.socket, find: Find) -> None:
    server = await asyncio.start_server(lambda r, w: _connection(r, w, find), sock=listener)
    async with server:
        await server.serve_forever()


async def _connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, find: Find
) -> None:
    try:
        while await _request(reader, writer, find):
            pass
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, find: Find) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    device = find(writer.get_extra_info("sockname")[0])
    if device is None or not _allowed(device, headers.get("authorization", "")):
        _answer(writer, 401, b"Unable to authenticate user")
        return False
    _answer(writer, 200, json.dumps(_call(device, json.loads(body))).encode())
    await writer.drain()
    return True


def _allowed(device: LabDevice, authorization: str) -> bool:
    device.logins += 1
    wanted = base64.b64encode(f"{device.username}:{device.password}".encode()).decode()
    return authorization == f"Basic {wanted}" and Fault.REFUSED_LOGIN not in device.faults


def _answer(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    writer.write(
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Unauthorized'}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def _call(device: LabDevice, request: dict[str, object]) -> dict[str, object]:
    params = request["params"]
    if not isinstance(params, dict):
        return {"jsonrpc": "2.0", "id": request.get("id"),
                "error": {"code": -32602, "message": "Invalid params"}}  # fmt: skip
    shell = EosShell(device, device.username, next(_sessions))
    results: list[object] = []
    for item in params["cmds"]:
        command = item["cmd"] if isinstance(item, dict) else item
        try:
            results.append(_run(shell, str(command), as_text=params.get("format") == "text"))
        except (ValueError, SessionEnded) as error:
            return {
                "jsonrpc": "2.0", "id": request.get("id"),
                "error": {"code": REFUSED, "message": f"CLI command failed: {error}",
                          "data": [*results, {"errors": [str(error)]}]},
            }  # fmt: skip
    shell.end_configuration()
    return {"jsonrpc": "2.0", "id": request.get("id"), "result": results}


def _run(shell: EosShell, command: str, *, as_text: bool) -> dict[str, object]:
    if command == "enable":
        return {}
    structured = STRUCTURED.get(command)
    if structured is not None and not as_text and shell.editor is None:
        return structured(shell.device)
    output = shell.feed(command)
    if output.lstrip(" ^\n").startswith("% ") or "\n% Invalid" in output:
        raise ValueError(f"{command}: {output.strip()}")
    return {"output": output} if as_text else {}


def _version(device: LabDevice) -> dict[str, object]:
    return {
        "modelName": MODEL["arista_eos"], "serialNumber": device.serial,
        "internalVersion": VERSION["arista_eos"], "version": VERSION["arista_eos"],
        "bootupTimestamp": time.time() - 788_640, "mfgName": "Arista",
    }  # fmt: skip


def _interfaces(device: LabDevice) -> dict[str, object]:
    shown: dict[str, object] = {}
    for node in device.root.children:
        if not node.line.startswith("interface "):
            continue
        name = node.line.split()[1]
        lines = [child.line for child in node.children]
        up = "shutdown" not in lines
        shown[name] = {
            "name": name,
            "description": next((x[12:] for x in lines if x.startswith("description ")), ""),
            "interfaceStatus": "connected" if up else "disabled",
            "lineProtocolStatus": "up" if up else "down",
            "physicalAddress": "00:1c:73:00:00:01", "bandwidth": 1_000_000_000, "mtu": 1500,
        }  # fmt: skip
    return {"interfaces": shown}


def _neighbours(device: LabDevice) -> dict[str, object]:
    return {
        "lldpNeighbors": [
            {"port": one.interface, "neighborDevice": one.peer, "neighborPort": one.peer_interface}
            for one in device.neighbours
        ]
    }


STRUCTURED: dict[str, Callable[[LabDevice], dict[str, object]]] = {
    "show version": _version,
    "show hostname": lambda device: {"hostname": device.shown_hostname,
                                     "fqdn": device.shown_hostname},
    "show interfaces": _interfaces,
    "show lldp neighbors": _neighbours,
}  # fmt: skip
