"""A PostgreSQL of somebody else's on loopback, with TLS by an authority of its own."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.certificates import AUTHORITY, SERVER, door_context
from core.postgres import _free_port
from core.settings import Settings

PASSWORD = "correct-horse"
FOLDERS = (Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"))
RULES = "hostssl all all 127.0.0.1/32 scram-sha-256\nhost all all all reject\n"


@dataclass(frozen=True)
class TlsServer:
    """Its certificate holds `localhost`, and not the address behind it."""

    port: int
    authority: Path

    def url(self, *, host="localhost", query=None, user="postgres", password=PASSWORD, name=""):
        told = f"sslmode=verify-full&sslrootcert={self.authority}" if query is None else query
        return f"postgresql://{user}:{password}@{host}:{self.port}/{name or 'postgres'}?{told}"


def programs():
    """The newest server's programs that are built with TLS, None where there are none."""
    found = [
        one for folder in FOLDERS for one in folder.glob("*/bin/postgres")
        if one.parent.parent.name.removeprefix("postgresql@").isdigit()
    ]  # fmt: skip
    newest = sorted(found, key=lambda one: int(one.parent.parent.name.removeprefix("postgresql@")))
    return newest[-1].parent if newest else None


@contextmanager
def running():
    """The server while it is in use; skips where this machine has none that knows TLS.

    The wheel's is built without; Debian's is used.
    """
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL with TLS is installed here")
    home = Path(tempfile.mkdtemp(prefix="trimtab-tls-"))
    home.chmod(0o755)
    settings = Settings(home=home, database_names=("localhost",))
    door_context(settings)
    data, port = home / "data", _free_port()
    (home / "password").write_text(PASSWORD)
    data.mkdir()
    own = [home, data, home / "password", home / SERVER]
    if os.geteuid() == 0:
        for one in own:
            shutil.chown(one, "nobody")

    def run(program, *words):
        subprocess.run(
            [folder / program, "-D", data, *words], check=True, cwd="/", stdout=subprocess.DEVNULL,
            user="nobody" if os.geteuid() == 0 else None, env={"LC_ALL": "C", "PATH": "/bin"},
        )  # fmt: skip

    run("initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={home / 'password'}",
        "--no-sync", "--locale=C", "-E", "UTF8")  # fmt: skip
    (data / "pg_hba.conf").write_text(RULES)
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(
            f"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
            f"fsync = off\nssl = on\nssl_cert_file = '{home / SERVER}'\n"
            f"ssl_key_file = '{home / SERVER}'\n"
        )
    run("pg_ctl", "start", "-w", "-l", home / "log")
    try:
        yield TlsServer(port=port, authority=home / AUTHORITY)
    finally:
        run("pg_ctl", "stop", "-w", "-m", "immediate")
        shutil.rmtree(home)
