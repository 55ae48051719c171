"""Ansible action: see from the worker that a device's ports and web pages answer.

Looks at the address that the CMDB has for the device and at no other one.
"""

import http.client
import socket
import ssl

from inventory.drivers.workers import DeviceAction, prepare

prepare()


class ActionModule(DeviceAction):
    def work(self, login):
        ports = [int(one) for one in self._task.args.get("ports", [])]
        pages = self._task.args.get("pages", [])
        seconds = float(self._task.args["seconds"])
        if login.jump is not None:
            told = "it is reached through a jump host, its ports are not looked at from here"
            return {"changed": False, "failed": bool(ports or pages), "msg": told}
        ports = ports or ([] if pages else [login.port])
        with login.session() as spoken:
            for one in ports:
                spoken.note(f"connect to port {one}")
            for one in pages:
                spoken.note(f"GET {one['path']} at port {one['port']}")
            wrong = [self._port(login.address, one, seconds) for one in ports]
            wrong += [self._page(login.address, one, seconds) for one in pages]
        told = [one for one in wrong if one]
        return {
            "changed": False,
            "failed": bool(told),
            "msg": "; ".join(told) or f"all {len(wrong)} answer",
        }

    def _port(self, address, port, seconds):
        try:
            with socket.create_connection((address, port), timeout=seconds):
                return ""
        except OSError as error:
            return f"port {port} of {address} does not answer: {error.strerror or error}"

    def _page(self, address, page, seconds):
        where = f"{page['path']} at port {page['port']} of {address}"
        try:
            status = _status(address, page, seconds)
        except (OSError, http.client.HTTPException) as error:
            return f"{where} does not answer: {error}"
        wanted = page.get("status", 200)
        return "" if status == wanted else f"{where} answers {status}, expected is {wanted}"


def _status(address, page, seconds):
    """The HTTP status of a page; certificates of a device are its own business here."""
    if page.get("tls"):
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        line = http.client.HTTPSConnection(address, page["port"], timeout=seconds, context=trusting)
    else:
        line = http.client.HTTPConnection(address, page["port"], timeout=seconds)
    try:
        line.request("GET", page["path"])
        return line.getresponse().status
    finally:
        line.close()
