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

from lab import booting, server
from lab.device import MODEL, Fault, LabDevice
from lab.eos import EosShell
from lab.eos_sessions import states
from lab.interfaces import dotted, interfaces
from lab.shell import SessionEnded

Find = Callable[[str], LabDevice | None]
_sessions = count(1_000_000)
REFUSED = 1002  # eAPI: a command could not be run
_started = time.monotonic()


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
    if device is not None and device.down:
        return False
    if device is None or not _allowed(device, headers.get("authorization", "")):
        _answer(writer, 401, b"Unable to authenticate user")
        return False
    if Fault.SLOW in device.faults:
        await asyncio.sleep(server.SLOW_SECONDS)
    answer = json.dumps(_call(device, json.loads(body))).encode()
    if Fault.DROP in device.faults:
        _answer(writer, 200, answer[: len(answer) // 2], length=len(answer))
        return False
    _answer(writer, 200, answer)
    await writer.drain()
    return True


def _allowed(device: LabDevice, authorization: str) -> bool:
    try:
        told = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except ValueError:  # no base64, or no text
        told = ""
    username, _, password = told.partition(":")
    return device.lets_in(username, password)


def _answer(
    writer: asyncio.StreamWriter, status: int, body: bytes, *, length: int | None = None
) -> None:
    """Answer; a `length` beyond the body's promises more than comes."""
    writer.write(
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Unauthorized'}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\n\r\n".encode()
        + body
    )


def _call(device: LabDevice, request: dict[str, object]) -> dict[str, object]:
    params = request["params"]
    if not isinstance(params, dict):
        return {"jsonrpc": "2.0", "id": request.get("id"),
                "error": {"code": -32602, "message": "Invalid params"}}  # fmt: skip
    shell = EosShell(device, device.username, next(_sessions))
    results: list[object] = []
    for number, item in enumerate(params["cmds"], start=1):
        command = str(item["cmd"] if isinstance(item, dict) else item)
        text = str(item.get("input", "")) if isinstance(item, dict) else ""
        try:
            results.append(_run(shell, command, text, as_text=params.get("format") == "text"))
        except (ValueError, SessionEnded) as error:
            shell.end_configuration()
            return {
                "jsonrpc": "2.0", "id": request.get("id"),
                "error": {"code": REFUSED,
                          "message": f"CLI command {number} of {len(params['cmds'])} "
                                     f"'{command}' failed: could not run command",
                          "data": [*results, {"errors": [str(error)]}]},
            }  # fmt: skip
    shell.end_configuration()
    return {"jsonrpc": "2.0", "id": request.get("id"), "result": results}


def _run(shell: EosShell, command: str, text: str, *, as_text: bool) -> dict[str, object]:
    """Run one command; `text` is what it goes on to read. Raises ValueError when it is refused."""
    if command == "enable":
        return {}
    structured = STRUCTURED.get(command)
    if structured is not None and not as_text and shell.editor is None:
        return structured(shell.device)
    output = shell.feed(command)
    if text:
        output += "".join(shell.feed(line) for line in [*text.splitlines(), "EOF"])
    if output.lstrip(" ^\n").startswith("% ") or "\n% Invalid" in output:
        raise ValueError(output.strip())
    return {"output": output} if as_text else {}


def _uptime(device: LabDevice) -> float:
    if device.booted_at is None:
        return booting.UP_BEFORE + time.monotonic() - _started
    return float(booting.uptime(device))


def _version(device: LabDevice) -> dict[str, object]:
    return {
        "modelName": MODEL["arista_eos"], "serialNumber": device.serial,
        "internalVersion": device.version, "version": device.version,
        "bootupTimestamp": time.time() - _uptime(device), "uptime": _uptime(device),
        "mfgName": "Arista",
    }  # fmt: skip


def _interfaces(device: LabDevice) -> dict[str, object]:
    shown = {
        one.name: {
            "name": one.name, "description": one.description,
            "interfaceStatus": "connected" if one.enabled else "disabled",
            "lineProtocolStatus": "up" if one.enabled else "down",
            "physicalAddress": dotted(one.mac), "bandwidth": 1_000_000_000, "mtu": one.mtu,
        }
        for one in interfaces(device)
    }  # fmt: skip
    return {"interfaces": shown}


def _config_sessions(device: LabDevice) -> dict[str, object]:
    left = device.guard.timer.when() - time.monotonic() if device.guard else 0.0
    shown = {
        name: {"state": state, "commitUser": "", "description": "", "instances": {}}
        | ({"commitBy": _uptime(device) + left} if state == "pendingCommitTimer" else {})
        for name, state in states(device)
    }
    return {"maxSavedSessions": 1, "maxOpenSessions": 5, "sessions": shown}


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
    "show configuration sessions": _config_sessions,
    "show configuration sessions detail": _config_sessions,
}  # fmt: skip
