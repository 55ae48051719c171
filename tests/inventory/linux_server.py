"""This machine's shell behind an SSH server of the tests' own: what the Linux driver needs."""

import asyncio
import subprocess
import threading
from dataclasses import dataclass, field

import asyncssh

PASSWORD = "correct"


@dataclass
class LinuxServer:
    """`with LinuxServer() as server:`; `before` is sent ahead of each answer, as a banner is."""

    before: str = ""
    cut_at: int | None = None
    silent: bool = False
    port: int = 0
    client_key: asyncssh.SSHKey | None = None
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_raised):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self):
        server = self

        class Login(asyncssh.SSHServer):
            def connection_made(self, connection):
                server.connections.append(connection)

            def public_key_auth_supported(self):
                return server.client_key is not None

            def validate_public_key(self, _username, key):
                return key.public_data == server.client_key.public_data

            def begin_auth(self, _username):
                return True

            def password_auth_supported(self):
                return True

            def validate_password(self, _username, password):
                server.passwords.append(password)
                return password == PASSWORD

        async with asyncssh.listen(
            "127.0.0.1", self.port, server_factory=Login, server_host_keys=[self.key],
            process_factory=self._run, encoding=None,
        ) as listener:  # fmt: skip
            self.port = listener.get_port()
            self._ready.set()
            await self._stop.wait()
        for connection in self.connections:
            connection.abort()
            await connection.wait_closed()
        await asyncio.sleep(0)  # the transports close their sockets in the next round

    async def _run(self, process):
        if self.silent:
            await self._stop.wait()
        script = await process.stdin.read()
        shell = await asyncio.to_thread(
            subprocess.run, process.command.split(), input=script, capture_output=True, check=False
        )
        process.stdout.write((self.before.encode() + shell.stdout)[: self.cut_at])
        process.exit(0)
